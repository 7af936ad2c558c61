"""A new case: its table copied into place and a configuration written from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.case import Case
from faultcast.config.cells import Cells, ColumnType
from faultcast.config.layout import Layout
from faultcast.config.load import load_config
from faultcast.data.case_guess import CaseGuess, ColumnGuess, guess_case
from faultcast.data.draft import plain, scalar
from faultcast.errors import CaseExistsError
from faultcast.files import replacing

_LEAST_GAIN = 0.2
_LEAST_ROC_AUC = 0.6


@dataclass(frozen=True)
class NewCase:
    """What was written for a new case."""

    guess: CaseGuess
    config: Path
    table: Path


def create_case(layout: Layout, name: str, table: Path, target: str) -> NewCase:
    """Copy a table to `data/external/<name>.csv` and write `configs/cases/<name>.yaml`.

    Raises:
        CaseExistsError: a case or plant of this name is already there.
        UnreadableFileError: the table cannot be read.
        GuessError: it has no such target, or the target is no class.
        DiskError: the files could not be written.
    """
    config, place = layout.case_config(name), layout.case_table(name)
    own = place.exists() and place.resolve() == table.resolve()
    for there in (config, layout.plant_config(name), *([] if own else [place])):
        if there.exists():
            raise CaseExistsError(name, there.relative_to(layout.root))
    guess = guess_case(name, table, target)
    with replacing(config) as draft:
        draft.write_text("\n".join([*_lines(guess), ""]), encoding="utf-8")
        load_config(draft, Case, name=name)
        if not own:
            with replacing(place) as copy:
                shutil.copyfile(table, copy)
    return NewCase(guess, config, place)


def _lines(guess: CaseGuess) -> Iterator[str]:
    words = guess.name.replace("_", " ")
    yield f'# Written by `faultcast case new {guess.name}` from its table. What is marked "guessed"'
    yield "# is worth a look; `faultcast config schema case` says what every key means."
    yield f"title: {scalar(words[:1].upper() + words[1:])} # guessed"
    yield ""
    yield "columns: # units and meanings are for reports and the API's page: add them"
    yield from (_column(column) for column in guess.columns)
    if guess.left_out:
        yield f"  # Not taken, without a value or with too many: {', '.join(guess.left_out)}"
    yield ""
    yield f"target: # guessed: a {guess.classes.type}"
    yield f"  column: {scalar(guess.target)}"
    yield f"  type: {guess.classes.type}"
    if guess.classes.values:
        yield f"  values: {_values(guess.classes)}"
    if len(guess.classes.values) == 2:
        yield f"  positive: {_value(guess.classes, guess.classes.values[1])} # guessed: asked for"
    yield f"  meaning: {scalar(guess.target.replace('_', ' '))} # guessed: what the answer says"
    yield ""
    kept = f"keep # guessed: {guess.repeated:,} rows equal another; are they different things?"
    yield f"duplicates: {kept if guess.repeated else 'refuse # no row equals another'}"
    yield "split: {test: 0.2, seed: 0}"
    yield "model: {algorithm: hist_gradient_boosting, seed: 0}"
    floor = guess.commonest + _LEAST_GAIN * (1 - guess.commonest)
    yield (
        f"gate: {{min_accuracy: {floor:.2f}, min_roc_auc: {_LEAST_ROC_AUC}}} "
        f"# guessed: the commonest class alone is right in {guess.commonest:.0%}"
    )


def _column(guess: ColumnGuess) -> str:
    cells = guess.cells
    parts = [] if guess.header == guess.name else [f"column: {scalar(guess.header)}"]
    parts.append(f"type: {cells.type}")
    parts += [f"values: {_values(cells)}"] if cells.values else []
    if cells.min is not None and cells.max is not None:
        parts.append(f"min: {plain(cells.min)}, max: {plain(cells.max)}")
    parts += [] if cells.required else ["required: false"]
    return f"  {guess.name}: {{{', '.join(parts)}}} # guessed: {guess.reason}"


def _values(cells: Cells) -> str:
    return f"[{', '.join(_value(cells, value) for value in cells.values)}]"


def _value(cells: Cells, value: int | str) -> str:
    return scalar(str(value)) if cells.type is ColumnType.CATEGORY else str(value)
