"""Read ready feature rows from a request, without a data frame: the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from faultcast.scoring.session import Matrix
from faultcast.serving.problems import Fault, ProblemError, unprocessable
from faultcast.serving.served import ServedPlant

Inputs = tuple[float | int | None, ...]

_NUMBERS = {float, int, type(None)}
_KEYS = ("machine", "time")
_FAULTS_SHOWN = 20
# Larger numbers overflow within the model's 32-bit sums, and its answer would be no number.
_LARGEST = 1e12


def read_rows(body: object, most_rows: int) -> list[dict[str, object]]:
    """Return the rows of a body `{"rows": [...]}`.

    Raises:
        ProblemError: 422, the body has another shape or too many rows.
    """
    if not isinstance(body, dict) or body.keys() != {"rows"}:
        raise unprocessable([Fault("", 'expected an object with the key "rows" and no other')])
    rows = body["rows"]
    if not isinstance(rows, list) or not rows:
        raise unprocessable([Fault("/rows", "expected a list of at least one row")])
    if len(rows) > most_rows:
        raise unprocessable(
            [Fault("/rows", f"{len(rows):,} rows, at most {most_rows:,} are taken")]
        )
    return rows


def read_features(plant: ServedPlant, rows: Sequence[object]) -> Matrix:
    """Take the model's input [rows, inputs] from rows; null is NaN.

    Raises:
        ProblemError: 422, with what is missing, unknown or no number.
    """
    return make_matrix(plant, take_inputs(plant, rows))


def take_inputs(plant: ServedPlant, rows: Sequence[object]) -> list[Inputs]:
    """Take the values of the model's inputs from rows; null is None.

    Raises:
        ProblemError: 422, with what is missing, unknown or no number.
    """
    values = []
    for row in rows:
        taken = _take(plant, row)
        if taken is None:
            raise _faults(plant, rows)
        values.append(taken)
    return values


def make_matrix(plant: ServedPlant, inputs: Sequence[Inputs]) -> Matrix:
    """Return the model's input [rows, inputs]; None becomes NaN.

    Raises:
        ProblemError: 422, with what is beyond all bounds.
    """
    with np.errstate(over="ignore"):
        features = np.array(inputs, dtype=np.float32)
    if (np.abs(features) > _LARGEST).any():
        raise _beyond(plant, features)
    return features


def _take(plant: ServedPlant, row: object) -> Inputs | None:
    """Return a row's inputs in their order; None where something is wrong with the row."""
    if not isinstance(row, dict):
        return None
    try:
        taken: Inputs = plant.take_inputs(row)
    except KeyError:
        return None
    others = len(row) - len(taken)
    if others and others != sum(key in row for key in _KEYS):
        return None
    return taken if set(map(type, taken)) <= _NUMBERS else None


def read_times(
    rows: Sequence[dict[str, object]], now: datetime
) -> list[tuple[str | None, datetime]]:
    """Return machine and time of each row; without them None and now.

    Raises:
        ProblemError: 422, a machine that is no name or a time that is none.
    """
    keys, faults = [], []
    for index, row in enumerate(rows):
        machine, time = row.get("machine"), row.get("time")
        if not (machine is None or isinstance(machine, str)):
            faults.append(Fault(f"/rows/{index}/machine", "expected a name"))
        try:
            moment = now if time is None else _instant(time)
        except ValueError:
            faults.append(
                Fault(f"/rows/{index}/time", "expected a time in ISO 8601 with its offset")
            )
            continue
        keys.append((machine if isinstance(machine, str) else None, moment))
    if faults:
        raise unprocessable(faults)
    return keys


def _instant(value: object) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _faults(plant: ServedPlant, rows: Sequence[object]) -> ProblemError:
    faults: list[Fault] = []
    names = plant.manifest.features.names
    known = {*names, *_KEYS}
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            faults.append(Fault(f"/rows/{index}", "expected an object"))
            continue
        missing = [name for name in names if name not in row]
        faults += [
            Fault(f"/rows/{index}/{name}", "missing; null where it is unknown") for name in missing
        ]
        faults += [
            Fault(f"/rows/{index}", f"the model has no input {name[:80]!r}")
            for name in sorted(row.keys() - known)
        ]
        faults += [
            Fault(f"/rows/{index}/{name}", "expected a number or null")
            for name in names
            if name in row and type(row[name]) not in _NUMBERS
        ]
        if len(faults) >= _FAULTS_SHOWN:
            break
    return unprocessable(faults)


def _beyond(plant: ServedPlant, features: Matrix) -> ProblemError:
    names = plant.manifest.features.names
    return unprocessable(
        [
            Fault(f"/rows/{row}/{names[column]}", f"beyond {_LARGEST:g}, which no sensor reaches")
            for row, column in np.argwhere(np.abs(features) > _LARGEST)[:_FAULTS_SHOWN]
        ]
    )
