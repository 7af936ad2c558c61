"""Who becomes champion: the aliases, moved in an order in which a kill or a rival loses nothing.

MLflow cannot compare and set an alias. So the champion is read again right before it is replaced,
the ledger is written before the aliases, and `previous` is set before `champion`: whatever happens
in between, `previous` is a version that was champion, and the ledger tells the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from faultcast.errors import ChampionMovedError, NoPreviousError
from faultcast.tracking.ledger import Event
from faultcast.tracking.registry import Registry
from faultcast.tracking.version import Alias, Tag, Version


def challenge(registry: Registry, version: Version) -> None:
    """Make a version the challenger, unless it is the champion.

    Raises:
        StoreError: the registry does not answer.
    """
    if registry.aliases(version.name).get(Alias.CHAMPION) != version.number:
        registry.point(version.name, Alias.CHALLENGER, version.number)


def promote(registry: Registry, version: Version, over: Version | None, event: Event) -> None:
    """Make a version the champion and the one that it replaces the previous one.

    Raises:
        ChampionMovedError: `over` is no longer the champion; nothing was changed.
        StoreError: the registry does not answer.
    """
    aliases = _with_champion(registry, version.name, over)
    registry.enter(version.name, event)
    if over:
        registry.point(version.name, Alias.PREVIOUS, over.number)
    registry.point(version.name, Alias.CHAMPION, version.number)
    if aliases.get(Alias.CHALLENGER) == version.number:
        registry.point(version.name, Alias.CHALLENGER, None)


def previous(registry: Registry, champion: Version) -> Version:
    """Return the version that a rollback puts back.

    Raises:
        NoPreviousError: there is none.
        StoreError: the registry does not answer.
    """
    found = registry.with_alias(champion.name, Alias.PREVIOUS)
    if not found or found.number == champion.number:
        raise NoPreviousError(champion.name)
    return found


def roll_back(registry: Registry, over: Version, to: Version, event: Event) -> None:
    """Put the previous version in the champion's place.

    What becomes the previous one is what that version replaced when it was promoted, so that going
    back twice does not return to the version that was left.

    Raises:
        ChampionMovedError: `over` is no longer the champion; nothing was changed.
        StoreError: the registry does not answer.
    """
    _with_champion(registry, over.name, over)
    before = _replaced_by(to, registry.ledger(over.name), but=over)
    registry.enter(over.name, event)
    registry.tag(over, {Tag.ROLLED_BACK: f"{event.at.isoformat()} {event.who}: {event.why}"})
    registry.point(over.name, Alias.CHAMPION, to.number)
    registry.point(over.name, Alias.PREVIOUS, before)


def _with_champion(registry: Registry, name: str, expected: Version | None) -> dict[str, int]:
    aliases = registry.aliases(name)
    found, number = aliases.get(Alias.CHAMPION), expected.number if expected else None
    if found != number:
        raise ChampionMovedError(name, number, found)
    return aliases


def _replaced_by(version: Version, ledger: Sequence[Event], *, but: Version) -> int | None:
    """Return which version another one replaced when it was last promoted."""
    for event in reversed(ledger):
        if event.version == version.number and event.over not in (None, but.number):
            return event.over
    return None
