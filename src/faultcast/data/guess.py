"""Guess a plant's configuration from its files: which column means what, and what suits them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from faultcast.data.guess_sensors import SensorGuess, guess_sensor
from faultcast.data.guess_settings import suggest_settings
from faultcast.data.naming import as_name
from faultcast.data.plant_guess import EventGuess, MachinesGuess, PlantGuess, RawFiles
from faultcast.data.profile import Profile, profile_columns
from faultcast.data.records import texts_of
from faultcast.data.sufficiency import usual_interval
from faultcast.data.times import parse_times
from faultcast.errors import GuessError

_MACHINE = (
    "^(machine|asset|equipment|device|unit|line|cell|robot|press|engine|turbine|station|tool)"
    "(id|no|nr|name|number|code)?$"
)
_TIME = "time|date|stamp|^ts|at$"
_CODES = {
    "failures": "comp|part|assembly|module|failure|subsystem",
    "maintenance": "comp|part|assembly|module|subsystem",
    "errors": "code|error|alarm|fault|message",
}
_MODEL, _AGE = "model|type|series|variant", "age|years"
_ROW_NUMBER = "^(unnamed|index|id|row|no|nr)?$"
_RESERVED = {"machine", "time", "model", "reading"}
_MOST_CODES = 40
_FEW = 0.1
_LITTLE = 0.05


def guess_plant(name: str, files: RawFiles, time_zone: str) -> PlantGuess:
    """Guess what a plant's files mean.

    Raises:
        UnreadableFileError: a file cannot be read.
        GuessError: the telemetry has no column of machines, times or readings.
    """
    columns = profile_columns(files.telemetry)
    time = _time_column(columns, files.telemetry)
    machine = _machine_column(columns, files.telemetry)
    machines = set(texts_of(machine.values).drop_nulls())
    events = {
        section: _guess_events(section, path, machines)
        for section, path in files.given().items()
        if section in _CODES
    }
    failures, maintenance = events.get("failures"), events.get("maintenance")
    components = _union(failures, maintenance)
    errors = _without_clashes(events.get("errors"), components)
    taken = {*_RESERVED, *components, *(errors.codes if errors else ())}
    sensors = _guess_sensors([c for c in columns if c not in (time, machine)], taken)
    if not sensors:
        raise GuessError(
            files.telemetry, "readings (a column of changing numbers)", _names(columns)
        )
    told = {sensor.column for sensor in sensors} | {time.name, machine.name}
    return PlantGuess(
        name=name,
        time_zone=time_zone,
        time_format=time.time_format,
        path=files.telemetry.name,
        machine=machine.name,
        time=time.name,
        sensors=sensors,
        left_out=tuple(column.name for column in columns if column.name not in told),
        settings=suggest_settings(_interval(time, machine), len(time.values)),
        failures=failures,
        errors=errors,
        maintenance=maintenance,
        machines=_guess_machines(files.machines, machines) if files.machines else None,
        components=components,
    )


def _time_column(columns: Sequence[Profile], path: Path) -> Profile:
    times = [column for column in columns if column.is_time]
    found = _preferred(times, _TIME)
    if found is None:
        raise GuessError(path, "times", _names(columns))
    return found


def _machine_column(columns: Sequence[Profile], path: Path) -> Profile:
    named = (c for c in columns if not c.is_time and c.called(_MACHINE) and _identifies(c))
    unnamed = (c for c in columns if not (c.is_time or c.is_number) and _identifies(c))
    found = next(named, None) or next(unnamed, None)
    if found is None:
        raise GuessError(path, "machines", _names(columns))
    return found


def _identifies(column: Profile) -> bool:
    """Whether values repeat as those of machines do, and are no measurements."""
    few = column.values.n_unique() <= max(2, _FEW * len(column.values))
    if not column.is_number:
        return few
    numbers = column.values.cast(pl.Float64, strict=False).drop_nulls()
    return few and bool((numbers % 1 == 0).all())


def _preferred(columns: Iterable[Profile], pattern: str) -> Profile | None:
    """Return the first column whose name fits, or else the first."""
    candidates = list(columns)
    return next((c for c in candidates if c.called(pattern)), next(iter(candidates), None))


def _known_machine_column(columns: Sequence[Profile], known: set[str], path: Path) -> Profile:
    """Return the column that shares the most values with the telemetry's machines."""

    def shared(column: Profile) -> tuple[float, bool]:
        values = set(texts_of(column.values).drop_nulls())
        return len(values & known) / max(len(values), 1), column.called(_MACHINE)

    candidates = [column for column in columns if not column.is_time]
    best = max(candidates, key=shared, default=None)
    if best is None or shared(best) == (0, False):
        raise GuessError(path, "machines of the telemetry", _names(columns))
    return best


def _guess_events(section: str, path: Path, machines: set[str]) -> EventGuess:
    columns = profile_columns(path)
    time, machine = _time_column(columns, path), _known_machine_column(columns, machines, path)
    others = [c for c in columns if c not in (time, machine) and not c.is_time]
    code = _preferred(sorted(others, key=lambda column: column.is_number), _CODES[section])
    if code is None:
        raise GuessError(path, "codes or components", _names(columns))
    kind = "code" if section == "errors" else "component"
    common = texts_of(code.values).drop_nulls().value_counts(sort=True).head(_MOST_CODES)
    codes = sorted({as_name(text, kind) for text in common[code.name]})
    return EventGuess(path.name, machine.name, time.name, code.name, tuple(codes))


def _union(*events: EventGuess | None) -> tuple[str, ...]:
    return tuple(sorted({code for event in events if event for code in event.codes}))


def _without_clashes(errors: EventGuess | None, components: Sequence[str]) -> EventGuess | None:
    """Leave out codes that are called like a component; None where no code is left."""
    if errors is None:
        return None
    codes = tuple(code for code in errors.codes if code not in components)
    return (
        EventGuess(errors.path, errors.machine, errors.time, errors.code, codes) if codes else None
    )


def _guess_sensors(columns: Iterable[Profile], taken: set[str]) -> tuple[SensorGuess, ...]:
    sensors: list[SensorGuess] = []
    for column in columns:
        if column.is_number and not (column.called(_ROW_NUMBER) and _identifies_rows(column)):
            names = {sensor.name for sensor in sensors}
            guess = guess_sensor(column.name, column.values, taken | names)
            sensors += [guess] if guess else []
    return tuple(sensors)


def _identifies_rows(column: Profile) -> bool:
    return column.values.n_unique() == len(column.values)


def _guess_machines(path: Path, known: set[str]) -> MachinesGuess:
    columns = profile_columns(path)
    machine = _known_machine_column(columns, known, path)
    others = [column for column in columns if column is not machine]
    age = next((c for c in others if c.is_number and c.called(_AGE)), None)
    model = next((c for c in others if c is not age and c.called(_MODEL)), None)
    models = (
        {as_name(text, "model") for text in texts_of(model.values).drop_nulls()} if model else ()
    )
    return MachinesGuess(
        path.name,
        machine.name,
        model.name if model else None,
        tuple(sorted(models)),
        age.name if age else None,
    )


def _interval(time: Profile, machine: Profile) -> timedelta:
    machines = texts_of(machine.values).alias("machine")
    times = parse_times(time.values, machines, ZoneInfo("UTC"), time.time_format).alias("time")
    records = pl.DataFrame([machines, times]).drop_nulls().sort("machine", "time")
    return _round(usual_interval(records) or timedelta(hours=1))


def _round(interval: timedelta) -> timedelta:
    """Round to whole hours, minutes or seconds, the largest that changes little."""
    for unit in (timedelta(hours=1), timedelta(minutes=1)):
        whole = round(interval / unit) * unit
        if abs(whole - interval) <= _LITTLE * interval:
            return whole
    return max(timedelta(seconds=round(interval.total_seconds())), timedelta(seconds=1))


def _names(columns: Sequence[Profile]) -> list[str]:
    return [column.name for column in columns]
