"""A small plant whose records hold known facts, for the tests of reports.

Four machines read hourly for 40 days from Monday 2026-01-05, in Berlin. `heat` leaves its normal
20 h before the pump fails and E1 comes 5 h before; the belt breaks without a sign; `flow` follows
the hour of the day; machine m10 is silent for two days.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.features.table import feature_table

START = datetime(2026, 1, 5, tzinfo=UTC)
CLOCK = pl.Datetime("us", "UTC")
DAYS = 40
MACHINES = ("m1", "m2", "m3", "m10")
PUMP = {"m1": (9, 24, 33), "m2": (13, 30), "m3": (19, 37), "m10": (6, 27, 35)}
BELT = {"m1": (16,), "m2": (22, 35), "m3": (11, 29)}
SILENT = (START + timedelta(days=10), START + timedelta(days=12))

PLANT = Plant.model_validate(
    {
        "name": "small",
        "title": "Small plant",
        "time_zone": "Europe/Berlin",
        "telemetry": {
            "path": "telemetry.csv",
            "machine": "machine",
            "time": "time",
            "interval": "1h",
            "sensors": {
                "heat": {"unit": "°C", "min": -40, "max": 160, "meaning": "heat of the pump"},
                "flow": {"unit": "l/min", "min": 0, "max": 30, "meaning": "flow"},
            },
        },
        "failures": {"path": "f.csv", "machine": "machine", "time": "time", "component": "part"},
        "errors": {
            "path": "e.csv",
            "machine": "machine",
            "time": "time",
            "code": "code",
            "codes": ["E1", "E2"],
        },
        "components": ["pump", "belt"],
        "horizon": "12h",
        "features": {"stride": "3h", "windows": ["3h", "12h"], "lags": ["6h"]},
        "alarm": {"lead_time": "4h"},
    }
)


def failure_times(days: dict[str, tuple[int, ...]], machine: str) -> list[datetime]:
    moments = [timedelta(days=day, hours=7 * day % 24, minutes=30) for day in days.get(machine, ())]
    return [START + moment for moment in moments]


def _readings(machine: str, noise: np.random.Generator) -> pl.DataFrame:
    times = [START + timedelta(hours=hour) for hour in range(24 * DAYS)]
    heat = 60 + noise.normal(0, 1, len(times))
    hours = np.array([time.hour for time in times])
    flow = 15 + 5 * np.sin(hours / 24 * 2 * np.pi) + noise.normal(0, 0.5, len(times))
    for failed in failure_times(PUMP, machine):
        left = np.array([(failed - time) / timedelta(hours=1) for time in times])
        heat += np.where((left > 0) & (left <= 20), 4.0, 0.0)
    return pl.DataFrame({"machine": machine, "time": times, "heat": heat, "flow": flow})


def _events(machine: str) -> list[tuple[str, datetime, str, str]]:
    rows = []
    for component, days in (("pump", PUMP), ("belt", BELT)):
        for failed in failure_times(days, machine):
            rows += [(machine, failed, kind, component) for kind in ("failure", "maintenance")]
            if component == "pump":
                rows.append((machine, failed - timedelta(hours=5), "error", "E1"))
    return [*rows, (machine, START + timedelta(days=2), "error", "E2")]


def records() -> Canonical:
    noise = np.random.default_rng(7)
    telemetry = pl.concat([_readings(machine, noise) for machine in MACHINES]).cast({"time": CLOCK})
    silent = (pl.col("machine") == "m10") & pl.col("time").is_between(*SILENT, closed="left")
    columns = ["machine", "time", "kind", "code"]
    rows = [row for machine in MACHINES for row in _events(machine)]
    events = pl.DataFrame(rows, schema=columns, orient="row").cast({"time": CLOCK})
    machines = pl.DataFrame({"machine": sorted(MACHINES)}).with_columns(
        pl.lit(None, pl.String).alias("model"), pl.lit(None, CLOCK).alias("installed")
    )
    return Canonical(
        telemetry.filter(~silent).sort("machine", "time"), events.sort(columns), machines
    )


RECORDS = records()
TABLE = feature_table(
    PLANT, RECORDS.telemetry.lazy(), RECORDS.events.lazy(), RECORDS.machines.lazy()
).collect()
