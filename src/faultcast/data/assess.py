"""How good a plant's data are, judged from what was delivered and what became of it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.plant import Plant, Repair, Sensor
from faultcast.data.canonical import Canonical
from faultcast.data.continuity import completeness, find_gaps, judge_order
from faultcast.data.findings import Findings
from faultcast.data.ingest import Ingested
from faultcast.data.quality import Quality, SensorQuality
from faultcast.data.sources import MACHINES, TELEMETRY
from faultcast.data.stuck import StuckRun, find_stuck
from faultcast.data.sufficiency import usual_interval

_SHOWN = 20
_BINS = 40


def assess(plant: Plant, ingested: Ingested) -> Quality:
    """Judge a plant's data."""
    canonical, delivery, findings = ingested.canonical, ingested.delivery, ingested.findings
    telemetry, interval = canonical.telemetry, plant.telemetry.interval
    start, end = telemetry.select(pl.min("time"), end=pl.max("time")).row(0)
    usual = usual_interval(telemetry)
    gaps, stuck = find_gaps(telemetry, interval), list(find_stuck(telemetry))
    stuck.sort(key=lambda run: (-run.readings, run.sensor, run.machine, run.start))
    sensors = {
        name: _sensor_quality(name, sensor, telemetry, stuck, findings)
        for name, sensor in plant.telemetry.sensors.items()
    }
    silent, undescribed = _strangers(ingested)
    return Quality(
        plant=plant.name,
        title=plant.title,
        start=start,
        end=end,
        interval=format_duration(interval),
        usual_interval=format_duration(usual) if usual else None,
        files=tuple(delivery.files),
        rows_delivered=delivery.records[TELEMETRY].height,
        rows=telemetry.height,
        machines=canonical.machines.height,
        missing_readings=sum(sensor.missing for sensor in sensors.values()),
        sensors=sensors,
        duplicate_rows=findings.repaired(Repair.DROP_DUPLICATES, TELEMETRY),
        conflicting_rows=findings.repaired(Repair.KEEP_LAST, TELEMETRY),
        order=judge_order(delivery.records[TELEMETRY]),
        gap_count=len(gaps),
        gap_hours=round(sum((gap.hours for gap in gaps), 0.0), 3),
        gaps=tuple(gaps[:_SHOWN]),
        stuck_count=len(stuck),
        stuck=tuple(stuck[:_SHOWN]),
        completeness=completeness(telemetry, interval),
        repairs=tuple(findings.repairs),
        events=_event_counts(canonical),
        unknown_codes=_unknown_codes(plant, canonical),
        unknown_models=_unknown_models(plant, canonical),
        unheralded_failures=_unheralded(plant, canonical),
        machines_without_telemetry=silent,
        machines_without_description=undescribed,
    )


def _sensor_quality(
    name: str, sensor: Sensor, telemetry: pl.DataFrame, stuck: Iterable[StuckRun], found: Findings
) -> SensorQuality:
    readings = telemetry[name].drop_nulls()
    runs = [run for run in stuck if run.sensor == name]
    lowest, median, highest = (readings.quantile(share) for share in (0, 0.5, 1))
    return SensorQuality(
        unit=sensor.unit,
        readings=readings.len(),
        missing=telemetry.height - readings.len(),
        non_finite=found.repaired(Repair.NON_FINITE_TO_MISSING, TELEMETRY, name),
        out_of_range=found.repaired(Repair.OUT_OF_RANGE_TO_MISSING, TELEMETRY, name),
        stuck_runs=len(runs),
        stuck_readings=sum(run.readings for run in runs),
        lowest=lowest,
        median=median,
        highest=highest,
        histogram=_histogram(readings, lowest, highest),
    )


def _histogram(readings: pl.Series, low: float | None, high: float | None) -> tuple[int, ...]:
    if low is None or high is None or low == high:
        return ()
    steps = ((readings - low) / (high - low) * _BINS).floor().clip(0, _BINS - 1).cast(pl.Int64)
    counts = dict(steps.value_counts().iter_rows())
    return tuple(counts.get(step, 0) for step in range(_BINS))


def _strangers(ingested: Ingested) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the machines that are named without telemetry, and those that nobody describes."""
    watched = set(ingested.canonical.machines["machine"])
    records = ingested.delivery.records
    named = {m for kind, frame in records.items() if kind != TELEMETRY for m in frame["machine"]}
    described = set(records[MACHINES]["machine"]) if MACHINES in records else watched
    return tuple(sorted(named - watched)), tuple(sorted(watched - described))


def _event_counts(canonical: Canonical) -> dict[str, dict[str, int]]:
    kinds = canonical.events.partition_by("kind", as_dict=True)
    return {str(kind): _counts(events["code"]) for (kind,), events in kinds.items()}


def _unknown_codes(plant: Plant, canonical: Canonical) -> dict[str, int]:
    known = plant.errors.codes if plant.errors else ()
    counts = _counts(canonical.of_kind("error")["code"])
    return {code: count for code, count in counts.items() if code not in known}


def _unknown_models(plant: Plant, canonical: Canonical) -> dict[str, int]:
    known = plant.machines.models if plant.machines else ()
    counts = _counts(canonical.machines["model"].drop_nulls())
    return {model: count for model, count in counts.items() if model not in known}


def _counts(values: pl.Series) -> dict[str, int]:
    return dict(values.value_counts().sort(values.name).iter_rows())


def _unheralded(plant: Plant, canonical: Canonical) -> int:
    readings = canonical.telemetry.select("machine", "time", read=pl.col("time"))
    latest = canonical.failures.sort("time").join_asof(
        readings.sort("time"),
        on="time",
        by="machine",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    watched = (pl.col("time") - pl.col("read") <= plant.horizon).fill_null(False)
    return latest.filter(~watched).height
