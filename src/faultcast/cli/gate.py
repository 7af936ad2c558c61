"""`faultcast gate`: judge models and promote those that pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from faultcast.config.layout import Layout
    from faultcast.tracking.answer import Answer

_PATIENCE = 3.0  # seconds


@click.command()
@click.argument("plants", nargs=-1, metavar="[PLANT]...")
@click.option(
    "--override",
    metavar="REASON",
    help="Promote the one PLANT even if the gate refuses it; the reason is written down.",
)
@click.option(
    "--later",
    is_flag=True,
    help="As the last step of other work: tracked runs are delivered first, for a server nobody "
    "waits longer than 3 s, and a refusal, or a registry that does not answer, is told and is no "
    "failure of that work.",
)
def gate(plants: tuple[str, ...], override: str | None, later: bool) -> None:
    """Register the model of each PLANT or case, judge it, and promote it if it passes.

    A model has to clear the bars of its configuration, and then to hold against the champion on
    the same test set. Without PLANT, all of params.yaml that are new to the gate are judged.

    \b
    Example:
      faultcast gate foundry
    """
    from faultcast.cli.sync import deliver_within, end
    from faultcast.config.layout import Layout
    from faultcast.config.parameters import load_parameters
    from faultcast.errors import StoreAddressError, StoreError

    if override is not None and (len(plants) != 1 or not override.strip()):
        raise click.UsageError("--override needs one PLANT and a reason")
    layout = Layout.find()
    listed = load_parameters(layout)
    job = deliver_within(layout, _PATIENCE) if later else None
    known_only = job is not None and not job.reached
    try:
        if plants and not known_only:
            answers = [_answer(layout, name, override) for name in plants]
        else:
            names = plants or (*listed.plants, *listed.cases)
            answers = [_known_or_new(layout, name, known_only) for name in names]
    except (StoreError, StoreAddressError) as silent:
        if not later:
            raise
        click.echo(f"faultcast: no model was put to the gate: {silent}", err=True)
        return
    code = _exit_code(answers, later)
    if job:
        end(job, code)
    if code:
        raise click.exceptions.Exit(code)


def _exit_code(answers: Sequence[Answer | int], later: bool) -> int:
    """Return the worst exit code; where a refusal is no failure it is told.

    Raises:
        RefusedError: a refusal is a failure.
    """
    from faultcast.errors import RefusedError

    codes = [answer for answer in answers if isinstance(answer, int)]
    refused = [answer.name for answer in answers if not isinstance(answer, int) and answer.refused]
    if refused and later:
        click.echo(f"faultcast: {RefusedError(refused)}", err=True)
    if refused and not later and not any(codes):
        raise RefusedError(refused)
    return max(codes, default=0)


def _known_or_new(layout: Layout, name: str, known_only: bool) -> Answer | int:
    from faultcast.tracking.answer import recall

    if answer := recall(layout, name):
        return _told(answer)
    return 0 if known_only else _answer(layout, name)


def _answer(layout: Layout, name: str, override: str | None = None) -> Answer | int:
    """Ask the gate; return its answer, or the exit code of a fault, which keeps no other out."""
    from faultcast.errors import FaultcastError, StoreAddressError, StoreError
    from faultcast.tracking.answer import remember
    from faultcast.tracking.gatekeeper import ask_gate

    click.echo(f"{name}: judging ...", err=True)
    try:
        answer = ask_gate(layout, name, override)
        remember(layout, answer)
    except (StoreError, StoreAddressError):  # no other model fares better
        raise
    except FaultcastError as fault:
        click.echo(f"faultcast: {fault}", err=True)
        return fault.exit_code
    return _told(answer)


def _told(answer: Answer) -> Answer:
    click.echo(f"{answer.name}: {answer.text}" + (f"\n  see {answer.page}" if answer.page else ""))
    return answer
