"""Features and labels of 876,100 rows: ours beside two pandas ways, in one run.

100 machines, hourly, one year, 4 sensors, windows of 3 h and 24 h, a row every 3 h. The peers are

- the pandas recipe of Microsoft's predictive-maintenance guide (a pivot, a resample and a rolling
  mean and deviation for each sensor; error counts; days since each replacement; labels filled
  backwards);
- pandas `groupby().rolling()` for the same statistics, and merges for the rest.

Both peers compute means and deviations only; ours also minima, maxima, slopes and lags. Each starts
from frames of its own library in memory. Every measurement is a process of its own; medians are
printed.

Example:
    python benchmarks/features.py --runs 3
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

MACHINES, HOURS = 100, 8761
SENSORS = {"volt": (170, 15), "rotate": (450, 50), "pressure": (100, 10), "vibration": (40, 5)}
CODES = [f"error{i}" for i in range(1, 6)]
COMPONENTS = [f"comp{i}" for i in range(1, 5)]
ERRORS, REPLACEMENTS, FAILURES = 3919, 3286, 761


def records() -> dict[str, pd.DataFrame]:
    """Draw a year of records with the sizes of Microsoft's full data set."""
    random = np.random.default_rng(0)
    times = pd.date_range("2015-01-01 06:00", periods=HOURS, freq="h", unit="us")
    telemetry = pd.DataFrame(
        {
            "machine": np.repeat([f"m{i:03}" for i in range(MACHINES)], HOURS),
            "time": np.tile(times, MACHINES),
            **{name: random.normal(*shape, MACHINES * HOURS) for name, shape in SENSORS.items()},
        }
    )

    def happened(count: int, codes: list[str]) -> pd.DataFrame:
        drawn = pd.DataFrame(
            {
                "machine": random.choice(telemetry["machine"].unique(), count),
                "time": random.choice(times, count),
                "code": random.choice(codes, count),
            }
        )
        return drawn.drop_duplicates().sort_values(["machine", "time"], ignore_index=True)

    failures = happened(FAILURES, COMPONENTS)
    replacements = pd.concat([happened(REPLACEMENTS, COMPONENTS), failures]).drop_duplicates()
    return {
        "telemetry": telemetry,
        "errors": happened(ERRORS, CODES),
        "maintenance": replacements.sort_values(["machine", "time"], ignore_index=True),
        "failures": failures,
    }


def prepare_ours(data: dict[str, pd.DataFrame]) -> Callable[[], int]:
    """Hold the canonical frames and build faultcast's feature table from them."""
    import polars as pl

    from faultcast.config.plant import Plant
    from faultcast.features.table import feature_table

    source = {"path": "-", "machine": "machine", "time": "time"}
    sensors = {
        name: {"unit": "1", "min": 0, "max": 4 * mean} for name, (mean, _) in SENSORS.items()
    }
    plant = Plant.model_validate(
        {
            "name": "benchmark",
            "title": "Benchmark",
            "time_zone": "UTC",
            "telemetry": {**source, "interval": "1h", "sensors": sensors},
            "errors": {**source, "code": "code", "codes": CODES},
            "failures": {**source, "component": "code"},
            "components": COMPONENTS,
            "horizon": "24h",
            "features": {"stride": "3h", "windows": ["3h", "24h"], "lags": ["24h"]},
            "alarm": {"lead_time": "12h"},
        }
    )
    utc = pl.col("time").dt.replace_time_zone("UTC")
    kinds = {"errors": "error", "maintenance": "maintenance", "failures": "failure"}
    events = pl.concat(
        pl.from_pandas(data[name]).select("machine", utc, kind=pl.lit(kind), code="code")
        for name, kind in kinds.items()
    )
    telemetry = pl.from_pandas(data["telemetry"]).with_columns(utc)
    machines = pl.DataFrame(
        schema={"machine": pl.String, "model": pl.String, "installed": telemetry.schema["time"]}
    )
    data.clear()
    lazy = (telemetry.lazy(), events.lazy(), machines.lazy())
    return lambda: feature_table(plant, *lazy).collect().height


def guide(data: dict[str, pd.DataFrame]) -> int:
    """Follow the guide's recipe: a pivot, a resample and a rolling window for each sensor."""
    telemetry = data["telemetry"]
    short = {"closed": "left", "label": "right"}
    columns = {}
    for sensor in SENSORS:
        wide = telemetry.pivot_table(index="time", columns="machine", values=sensor)
        columns[f"{sensor}mean_3h"] = wide.resample("3h", **short).mean().unstack()
        columns[f"{sensor}sd_3h"] = wide.resample("3h", **short).std().unstack()
        day = wide.rolling(24)
        columns[f"{sensor}mean_24h"] = day.mean().resample("3h", **short).first().unstack()
        columns[f"{sensor}sd_24h"] = day.std().resample("3h", **short).first().unstack()
    table = pd.DataFrame(columns).dropna().reset_index()

    keys = telemetry[["machine", "time"]]
    flags = pd.get_dummies(data["errors"], columns=["code"], prefix="", prefix_sep="", dtype=float)
    hourly = keys.merge(flags.groupby(["machine", "time"]).sum().reset_index(), how="left").fillna(
        0
    )
    counts = {}
    for code in CODES:
        wide = hourly.pivot_table(index="time", columns="machine", values=code)
        counts[f"{code}count"] = wide.rolling(24).sum().resample("3h", **short).first().unstack()
    table = table.merge(pd.DataFrame(counts).dropna().reset_index(), on=["machine", "time"])

    replaced = pd.get_dummies(
        data["maintenance"], columns=["code"], prefix="", prefix_sep="", dtype=float
    )
    replaced = replaced.groupby(["machine", "time"]).sum().reset_index()
    ages = keys.merge(replaced, on=["machine", "time"], how="outer").sort_values(
        ["machine", "time"]
    )
    for component in COMPONENTS:
        moments = ages["time"].where(ages[component] > 0)
        ages[component] = (ages["time"] - moments.groupby(ages["machine"]).ffill()).dt.days
    table = table.merge(ages, on=["machine", "time"])

    labelled = table.merge(
        data["failures"].rename(columns={"code": "failure"}), on=["machine", "time"], how="left"
    )
    labelled["failure"] = labelled.groupby("machine")["failure"].bfill(limit=7)
    return len(labelled)


def groupby_rolling(data: dict[str, pd.DataFrame]) -> int:
    """Roll over each machine's group by time, then join the rest."""
    telemetry = data["telemetry"]
    groups = telemetry.set_index("time").groupby("machine")[list(SENSORS)]
    rolled = [
        getattr(groups.rolling(hours), statistic)().add_suffix(f"_{statistic}_{hours}")
        for hours in ("3h", "24h")
        for statistic in ("mean", "std")
    ]
    table = pd.concat(rolled, axis=1).reset_index()

    flags = pd.get_dummies(data["errors"], columns=["code"], prefix="", prefix_sep="", dtype=float)
    hourly = telemetry[["machine", "time"]].merge(
        flags.groupby(["machine", "time"]).sum().reset_index(), how="left"
    )
    counts = hourly.fillna(0).set_index("time").groupby("machine")[CODES].rolling("24h").sum()
    table = pd.concat([table, counts.reset_index(drop=True)], axis=1)
    table = table[table["time"].dt.hour % 3 == 0].sort_values("time")
    for component in COMPONENTS:
        events = data["maintenance"].query("code == @component").sort_values("time")
        events = events[["machine", "time"]].assign(**{component: events["time"]})
        table = pd.merge_asof(table, events, on="time", by="machine")
        failing = data["failures"].query("code == @component").sort_values("time")
        failing = failing[["machine", "time"]].assign(fails=failing["time"])
        coming = pd.merge_asof(
            table, failing, on="time", by="machine", direction="forward", allow_exact_matches=False
        )
        table[f"label_{component}"] = coming["fails"] - table["time"] <= pd.Timedelta("24h")
    return len(table)


WAYS: dict[str, Callable[[dict[str, pd.DataFrame]], Callable[[], int]]] = {
    "ours": prepare_ours,
    "guide": lambda data: lambda: guide(data),
    "groupby_rolling": lambda data: lambda: groupby_rolling(data),
}


def measure(way: str) -> dict[str, float]:
    """Run one way in this process; the peak includes the records themselves."""
    build = WAYS[way](records())
    start = time.perf_counter()
    rows = build()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"rows": rows, "seconds": seconds, "gib": peak}


def main() -> None:
    """Measure all ways in turn, each several times, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=WAYS, help="one measurement, as JSON")
    chosen = parser.parse_args()
    if chosen.only:
        print(json.dumps(measure(chosen.only)))
        return
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(chosen.runs):
        for way, results in runs.items():
            command = [sys.executable, __file__, "--only", way]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            results.append(json.loads(output))
    throughput = {}
    for way, results in runs.items():
        seconds = median(result["seconds"] for result in results)
        throughput[way] = MACHINES * HOURS / seconds
        print(
            f"{way:16} {seconds:6.2f} s  {throughput[way]:>10,.0f} readings/s  "
            f"peak {median(result['gib'] for result in results):.2f} GiB  "
            f"{results[0]['rows']:,} rows out"
        )
    for name, peer in (
        ("features-groupby-rolling", "groupby_rolling"),
        ("features-guide", "guide"),
    ):
        a, b = throughput["ours"], throughput[peer]
        print(f"{name}: ours {a:.0f} rows/s, peer {b:.0f} rows/s, ratio {a / b:.2f}")


if __name__ == "__main__":
    main()
