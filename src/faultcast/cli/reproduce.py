"""`faultcast reproduce`: build a version again from its commit and compare the bytes."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("version", metavar="VERSION")
@click.option("--from-raw", is_flag=True, help="Run every stage, from the raw files on.")
def reproduce(version: str, from_raw: bool) -> None:
    """Build VERSION again from its commit, and say whether the bytes are equal.

    VERSION is such as foundry/3 or foundry@champion. Its training runs again in a temporary
    worktree, with the code of its commit and this environment, on data from the checkout, DVC's
    cache or else its default remote. The exit code is 1 where a byte differs.

    \b
    Example:
      faultcast reproduce foundry@champion
    """
    from faultcast.config.layout import Layout
    from faultcast.pipeline.reproduce import reproduce as build
    from faultcast.tracking.registry import Registry
    from faultcast.tracking.subject import named_version

    layout = Layout.find()
    found = named_version(Registry.of(layout), version)
    done = build(layout, found, lambda step: click.echo(step, err=True), from_raw=from_raw)
    if not done.same_environment:
        click.echo("Note: requirements/all.txt of this checkout is not that of the commit.")
    for name in done.files:
        click.echo(f"  {name}  {'differs' if name in done.differing else 'the same bytes'}")
    verdict = "not reproduced" if done.differing else "reproduced, byte for byte"
    click.echo(f"{found} of commit {found.commit[:7]}: {verdict}.")
    sys.exit(1 if done.differing else 0)
