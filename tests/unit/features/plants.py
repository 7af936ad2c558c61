"""A small plant and random records of it, for the tests of features."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from faultcast.config.plant import Plant

START = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK = pl.Datetime("us", "UTC")

PLANT = Plant.model_validate(
    {
        "name": "small",
        "title": "Small plant",
        "time_zone": "UTC",
        "telemetry": {
            "path": "telemetry.csv",
            "machine": "machine",
            "time": "time",
            "interval": "1h",
            "sensors": {
                "heat": {"unit": "°C", "min": -40, "max": 160},
                "flow": {"unit": "l/min", "min": 0, "max": 3},
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
        "machines": {"path": "m.csv", "machine": "machine", "model": "kind", "models": ["A", "B"]},
        "components": ["pump", "belt"],
        "horizon": "12h",
        "features": {"stride": "2h", "windows": ["3h", "12h"], "lags": ["6h"]},
        "alarm": {"lead_time": "4h"},
    }
)


def telemetry(rows: list[tuple[str, datetime, float | None, float | None]]) -> pl.DataFrame:
    schema = {"machine": pl.String, "time": CLOCK, "heat": pl.Float64, "flow": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("machine", "time")


def events(rows: list[tuple[str, datetime, str, str]]) -> pl.DataFrame:
    schema = {"machine": pl.String, "time": CLOCK, "kind": pl.String, "code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("machine", "time", "kind", "code")


def machines(rows: list[tuple[str, str | None, datetime | None]]) -> pl.DataFrame:
    schema = {"machine": pl.String, "model": pl.String, "installed": CLOCK}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("machine")


MACHINES = machines([("a", "A", START - timedelta(days=1000)), ("b", "C", None)])

_moments = st.integers(0, 60 * 72).map(lambda minutes: START + timedelta(minutes=minutes))
_readings = st.one_of(st.none(), st.floats(-50, 170, allow_nan=False))


@st.composite
def records(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw irregular readings and events of two machines over three days."""
    keys = draw(
        st.lists(st.tuples(st.sampled_from("ab"), _moments), min_size=4, max_size=60, unique=True)
    )
    readings: list[Any] = [(*key, draw(_readings), draw(_readings)) for key in keys]
    kinds = st.sampled_from(
        [("error", "E1"), ("error", "E2"), ("failure", "pump"), ("maintenance", "belt")]
    )
    happened = draw(st.lists(st.tuples(st.sampled_from("ab"), _moments, kinds), max_size=20))
    rows = {(machine, time, *kind) for machine, time, kind in happened}
    return telemetry(readings), events(list(rows))
