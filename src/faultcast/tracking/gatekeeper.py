"""The gate at work: register a model, judge it from its registered bytes, decide, promote."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from faultcast.config.gate import GateMode
from faultcast.config.layout import Layout
from faultcast.errors import ChampionMovedError
from faultcast.modeling.gate.exam import Exam
from faultcast.modeling.gate.exams import open_exam
from faultcast.modeling.gate.judgement import Contender, Judgement, judge_challenger
from faultcast.tracking.answer import Answer
from faultcast.tracking.decision import PAGE, STAGE, Decision, Outcome
from faultcast.tracking.ledger import Change, Event
from faultcast.tracking.person import person
from faultcast.tracking.promotion import challenge, promote
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias, Tag, Version

_TRIES = 3


def ask_gate(layout: Layout, name: str, override: str | None = None) -> Answer:
    """Put the model in `models/<name>/` to the gate and do what follows.

    Args:
        layout: the project.
        name: the plant or case.
        override: a reason to promote the model even if the gate refuses it.

    Raises:
        UnknownPlantError, ConfigError, StageNotRunError: there is nothing to judge.
        ModelFolderError, GateError: the model, or the champion, cannot be judged.
        StoreError: the registry does not answer.
        ChampionMovedError: others kept promoting meanwhile.
    """
    exam, registry = open_exam(layout, name), Registry.of(layout)
    version = registry.register(layout.model(name), name)
    if exam.terms.mode is GateMode.OFF and override is None:
        challenge(registry, version)
        return Answer(name, f"version {version.number} registered; gate.mode is off, not judged")
    for _ in range(_TRIES - 1):
        try:
            return _decide(layout, registry, exam, version, override)
        except ChampionMovedError:  # judge against the new one
            continue
    return _decide(layout, registry, exam, version, override)


def _decide(
    layout: Layout, registry: Registry, exam: Exam, version: Version, override: str | None
) -> Answer:
    champion = registry.with_alias(exam.name, Alias.CHAMPION)
    if champion and champion.number == version.number:
        return Answer(exam.name, f"version {version.number} is the champion already")
    if champion and override is None and _gave_way(registry, version):
        return Answer(
            exam.name,
            f"version {version.number} was champion before and is not judged again: "
            f"the champion is version {champion.number} (--override REASON judges it again)",
        )
    challenge(registry, version)
    decision = Decision(
        judgement=_judge(registry, exam, version, champion),
        challenger=version,
        champion=champion,
        mode=exam.terms.mode,
        override=override,
        who=person(layout.root),
        at=datetime.now(UTC),
    )
    folder = layout.decision(exam.name)
    decision.write(folder)
    run_id = registry.keep(exam.name, STAGE, decision.metrics(), folder)
    registry.tag(version, decision.tags(run_id))
    if decision.outcome is not Outcome.REFUSED:
        promote(registry, version, champion, _event(decision))
    return _answer(layout, decision, folder)


def _gave_way(registry: Registry, version: Version) -> bool:
    """Whether another version took the place of this one, or was put back into it.

    A checkout that is behind the registry brings such a version. It is nothing new to judge, and
    no reason to refuse what else the checkout holds.
    """
    return any(event.over == version.number for event in registry.ledger(version.name))


def _judge(registry: Registry, exam: Exam, version: Version, champion: Version | None) -> Judgement:
    with tempfile.TemporaryDirectory() as scratch:
        theirs = _contender(registry, champion, Path(scratch)) if champion else None
        return judge_challenger(exam, _contender(registry, version, Path(scratch)), theirs)


def _contender(registry: Registry, version: Version, scratch: Path) -> Contender:
    # The folder is named as the model's own is, for the messages.
    folder = scratch / str(version.number) / version.name
    registry.fetch(version, folder)
    return Contender(folder, version.number, Tag.ROLLED_BACK in version.tags)


def _event(decision: Decision) -> Event:
    overridden = decision.outcome is Outcome.OVERRIDDEN
    return Event(
        at=decision.at,
        who=decision.who,
        change=Change.OVERRIDDEN if overridden else Change.PROMOTED,
        version=decision.challenger.number,
        over=decision.champion.number if decision.champion else None,
        why=decision.reason,
    )


def _answer(layout: Layout, decision: Decision, folder: Path) -> Answer:
    champion = decision.champion
    beside = f", champion stays version {champion.number}" if champion else ", no champion"
    if decision.outcome is not Outcome.REFUSED:
        beside = f" over version {champion.number}" if champion else " as the first champion"
    text = f"version {decision.challenger.number} {decision.outcome}{beside}: {decision.reason}"
    return Answer(
        name=decision.challenger.name,
        text=text,
        refused=decision.outcome is Outcome.REFUSED and decision.mode is GateMode.ENFORCE,
        page=str((folder / PAGE).relative_to(layout.root)),
    )
