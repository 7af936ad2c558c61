"""`faultcast gate`: judge models and promote those that pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from faultcast.config.layout import Layout
    from faultcast.tracking.answer import Answer


@click.command()
@click.argument("plants", nargs=-1, metavar="[PLANT]...")
@click.option(
    "--override",
    metavar="REASON",
    help="Promote the one PLANT even if the gate refuses it; the reason is written down.",
)
def gate(plants: tuple[str, ...], override: str | None) -> None:
    """Register the model of each PLANT or case, judge it, and promote it if it passes.

    A model has to clear the bars of its configuration, and then to hold against the champion on
    the same test set. Without PLANT, all of params.yaml that are new to the gate are judged.

    \b
    Example:
      faultcast gate foundry
    """
    from faultcast.config.layout import Layout
    from faultcast.config.parameters import load_parameters
    from faultcast.errors import FaultcastError, RefusedError
    from faultcast.tracking.answer import recall, remember

    if override is not None and (len(plants) != 1 or not override.strip()):
        raise click.UsageError("--override needs one PLANT and a reason")
    layout = Layout.find()
    listed = load_parameters(layout)
    names = plants or (*listed.plants, *listed.cases)
    refused, failure = [], None
    for name in names:
        answer = None if plants else recall(layout, name)
        try:
            if not answer:
                answer = _ask(layout, name, override)
                remember(layout, answer)
        except FaultcastError as fault:  # one plant's fault does not keep the others out
            click.echo(f"faultcast: {fault}", err=True)
            failure = fault
            continue
        click.echo(f"{name}: {answer.text}" + (f"\n  see {answer.page}" if answer.page else ""))
        refused += [name] if answer.refused else []
    if failure:
        raise click.exceptions.Exit(failure.exit_code)
    if refused:
        raise RefusedError(refused)


def _ask(layout: Layout, name: str, override: str | None) -> Answer:
    from faultcast.tracking.gatekeeper import ask_gate

    click.echo(f"{name}: judging ...", err=True)
    return ask_gate(layout, name, override)
