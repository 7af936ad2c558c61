"""What a feature table holds: its families of features, what is missing, how rare failures are."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.features.spec import FeatureSpec
from faultcast.reporting.tables import Card, Headline, Table
from faultcast.reporting.wording import hours, listing, percent, worded

_PERFECT = 1.0


def headline(plant: Plant, table: pl.DataFrame) -> Headline:
    """Count rows and features, and say how rare a failure is."""
    share = table["label_machine"].mean()
    return Headline(
        (
            Card(f"{table.height:,}", "rows, one a machine and forecast time"),
            Card(_hours(plant.features.stride), "between two forecasts of a machine"),
            Card(f"{len(FeatureSpec.from_plant(plant).names):,}", "features in a row"),
            Card(_hours(plant.horizon), "horizon of a forecast"),
            Card(
                percent(share if isinstance(share, float) else 0.0),
                "of rows precede a failure",
                warn=True,
            ),
        )
    )


def summary(plant: Plant) -> str:
    """Say what a row knows."""
    windows = listing([_hours(window) for window in sorted(plant.features.windows)])
    lags = (
        listing([_hours(lag) for lag in sorted(plant.features.lags)]) if plant.features.lags else ""
    )
    older = f" and the readings of {lags} ago" if lags else ""
    return (
        "A row describes one machine at one time *t* by what was known then: statistics of each "
        f"sensor over the last {windows}{older}, error messages, the age of each component. Its "
        f"labels say whether a component fails in the next {_hours(plant.horizon)}, strictly "
        "after *t*."
    )


def families(plant: Plant, table: pl.DataFrame) -> Table:
    """Count the features of each source and how often they are empty."""
    spec = FeatureSpec.from_plant(plant)
    empty = table.select(pl.col(spec.names).null_count() / pl.len()).row(0, named=True)
    members: dict[str, list[str]] = {}
    for name in spec.names:
        members.setdefault(source_of(spec, name), []).append(name)
    frame = pl.DataFrame(
        {
            "Source": list(members),
            "Features": [len(names) for names in members.values()],
            "For example": [names[-1] for names in members.values()],
            "Empty": [sum(empty[n] for n in names) / len(names) for names in members.values()],
        }
    )
    return Table(frame, "Where the features come from", {"Empty": percent}, {"Empty": _PERFECT})


def source_of(spec: FeatureSpec, name: str) -> str:
    """Name the source of a feature."""
    origin = spec.origins[name]
    if origin in spec.sensors:
        return f"sensor {worded(origin)}"
    if origin in spec.codes:
        return f"message {worded(origin)}"
    return "components' age" if origin in spec.components else "machine"


def base_rates(plant: Plant, table: pl.DataFrame, data: Canonical) -> Table:
    """Show how rare the positive label of each component is: what chance alone would score."""
    rows = [_base_rate(component, table, data) for component in (*plant.components, "machine")]
    frame = pl.DataFrame(rows)
    formats = {"Rows before a failure": "{:,}".format, "Share of rows": percent}
    top = float(frame["Share of rows"].max() or 1.0)  # type: ignore[arg-type]
    return Table(
        frame,
        "How rare failures are; the share is also the average precision of pure chance",
        formats,
        {"Share of rows": top},
        strong=("any component",),
    )


def _base_rate(component: str, table: pl.DataFrame, data: Canonical) -> dict[str, object]:
    failures, label = data.failures, table[f"label_{component}"].drop_nulls()
    of_all = component == "machine"
    return {
        "Component": "any component" if of_all else worded(component),
        "Failures": failures.height if of_all else failures.filter(component=component).height,
        "Rows before a failure": int(label.sum()),
        "Share of rows": float(label.sum()) / max(len(label), 1),
    }


def _hours(length: timedelta) -> str:
    return hours(length / timedelta(hours=1))
