"""Whether a plant with few failures is helped by a model pooled over the other plants.

Plants have different sensors, so a pooled model sees what all of them have: how far the farthest,
the second and the mean sensor is from its machine's own normal (mean, deviation and slope over the
short, the middle and the long window; normal is what the training part shows), the number of error
messages, the age of the oldest component as a share of the mean, the machine's age. It learns from
the other plants' training parts.

A small plant is a few machines of a real one, drawn at random; its last failures calibrate, and all
machines of the plant's validation part judge. The test part stays closed. The ways:

- own: our model, from the small plant alone;
- shared: the same, but from the shared features;
- both: the mean of the log-odds of these two, so that features and pool can be told apart;
- pooled: the pooled model as it is, which needs no failure of the plant;
- mean: the mean of the log-odds of own and pooled.

Example:
    python benchmarks/pooling.py
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import logit
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.model import Model
from faultcast.config.plant import Plant
from faultcast.features.spec import FeatureSpec, window_name
from faultcast.features.split import embargo
from faultcast.modeling.dataset import LabelledRows, read_part
from faultcast.modeling.plant_model import PlantModel, fit_plant_model
from faultcast.scoring.manifest import MACHINE

ROOT = Path(__file__).parents[1]
PLANTS = "bottling", "foundry", "stamping"
MACHINES = 3, 6, 12
DRAWS = 3
LATEST = 0.3  # the share of the training time that calibrates

Parts = tuple[LabelledRows, ...]


def main() -> None:
    """Measure each plant at each size; the last line is the mean over all."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    layout, found = Layout(ROOT), []
    plants = {name: load_plant(layout, name) for name in PLANTS}
    parts = {
        name: shared(plant, *(read_part(layout, plant, part) for part in ("train", "validation")))
        for name, plant in plants.items()
    }
    print("plant     machines failures      own   shared     both   pooled     mean")
    for name, plant in plants.items():
        others = [split(plants[other], parts[other][0]) for other in PLANTS if other != name]
        pooled = fit_machine(*(together(each) for each in zip(*others, strict=True)))
        train, judge = (with_pooled(pooled, part) for part in parts[name])
        for count in MACHINES:
            draws = [compare(plant, train, judge, count, seed) for seed in range(DRAWS)]
            failures, *scores = np.mean(draws, axis=0)
            found.append(scores)
            shown = "".join(f"{score:9.3f}" for score in scores)
            print(f"{name:9} {count:8} {failures:8.1f}{shown}", flush=True)
    every = np.mean(found, axis=0)
    print(f"{'all':9} {'':8} {'':8}" + "".join(f"{score:9.3f}" for score in every))
    *_, both, _, mean = every
    print(
        f"pooling: ours {both:.3f} average precision, peer {mean:.3f} average precision, "
        f"ratio {both / mean:.2f}"
    )


def shared(plant: Plant, *parts: LabelledRows) -> Parts:
    """Add the features that all plants have; the first part shows what is normal."""
    spec, (first, *_) = FeatureSpec.from_plant(plant), parts
    return tuple(_with_shared(spec, part, first) for part in parts)


def _with_shared(spec: FeatureSpec, rows: LabelledRows, past: LabelledRows) -> LabelledRows:
    values = pl.col(past.names).fill_nan(None)
    normal = past.frame.group_by("machine").agg(
        values.mean().name.suffix("_normal"), (values.std() + 1e-9).name.suffix("_spread")
    )
    known = rows.frame.join(normal, on="machine", how="left", maintain_order="left")
    told = known.select(
        value.cast(pl.Float32).alias(f"shared_{name}") for name, value in _shared(spec)
    )
    return LabelledRows(rows.frame.hstack(told), rows.names)


def _shared(spec: FeatureSpec) -> Iterator[tuple[str, pl.Expr]]:
    for place, window in zip(("short", "middle", "long"), spec.windows, strict=True):
        for statistic in ("mean", "std", "slope"):
            far = pl.concat_list(
                _far(window_name(sensor, statistic, window)) for sensor in spec.sensors
            ).list.sort(descending=True)
            yield f"{statistic}_{place}_farthest", far.list.get(0)
            yield f"{statistic}_{place}_second", far.list.get(1)
            yield f"{statistic}_{place}_all", far.list.mean()
        counts = [window_name(code, "count", window) for code in spec.codes]
        yield f"messages_{place}", pl.sum_horizontal(counts) if counts else pl.lit(0.0)
    ages = [pl.col(f"{component}_age") for component in spec.components]
    yield "oldest_component", pl.max_horizontal(age / age.mean() for age in ages)
    yield "machine_age", pl.col("machine_age")


def _far(name: str) -> pl.Expr:
    """Return how many deviations a feature is from its machine's normal; unknown is 0."""
    distance = (pl.col(name) - pl.col(f"{name}_normal")) / pl.col(f"{name}_spread")
    return distance.abs().fill_nan(None).fill_null(0)


def split(plant: Plant, rows: LabelledRows) -> Parts:
    """Split rows by time: those to learn from, an embargo, those that calibrate."""
    times = rows.frame["time"]
    cut = times.min() + (times.max() - times.min()) * (1 - LATEST)
    return rows.where((times < cut - embargo(plant)).to_numpy()), rows.where(
        (times >= cut).to_numpy()
    )


def together(parts: Sequence[LabelledRows]) -> LabelledRows:
    """Put the shared features and the machine's labels of several plants into one table."""
    chosen = (pl.col("machine", "time", "label_machine"), pl.col("^shared_.*$"))
    frames = [
        part.frame.select(*chosen).with_columns(
            pl.col("time").dt.replace_time_zone(None),
            pl.format("{}:{}", pl.lit(str(number)), "machine").alias("machine"),
        )
        for number, part in enumerate(parts)
    ]
    frame = pl.concat(frames).sort("machine", "time")
    return LabelledRows(frame, [name for name in frame.columns if name.startswith("shared_")])


def fit_machine(train: LabelledRows, calibrate: LabelledRows) -> PlantModel:
    """Fit the pooled model: one classifier for the machine."""
    return fit_plant_model(Model(), [MACHINE], (timedelta(0), ()), train, calibrate)


def with_pooled(pooled: PlantModel, rows: LabelledRows) -> LabelledRows:
    """Add the log-odds of the pooled model as the column `pooled`."""
    told = together([rows])
    forecast = log_odds(pooled.probabilities(told.features)[:, -1])
    column = pl.Series("pooled", forecast)
    return LabelledRows(rows.frame.with_columns(column), rows.names)


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return log-odds [n], finite also where a probability is 0 or 1."""
    return logit(np.clip(probabilities, 1e-9, 1 - 1e-9))


def compare(
    plant: Plant, train: LabelledRows, judge: LabelledRows, count: int, seed: int
) -> tuple[float, ...]:
    """Return the failures to learn from and each way's average precision, for one small plant."""
    machines = train.frame["machine"].unique().sort().sample(count, seed=seed, shuffle=True)
    few = train.where(train.frame["machine"].is_in(machines.implode()).to_numpy())
    learn, calibrate = split(plant, few)
    model = fit_plant_model(Model(), plant.components, (plant.horizon, ()), learn, calibrate)
    alike = fit_machine(together([learn]), together([calibrate]))
    own = log_odds(model.probabilities(judge.features)[:, -1])
    same = log_odds(alike.probabilities(together([judge]).features)[:, -1])
    pooled, truth = judge.frame["pooled"].to_numpy(), judge.failing(MACHINE)
    ways = (own, same, own + same, pooled, own + pooled)
    precisions = (average_precision_score(truth, way) for way in ways)
    return float(sum(few.failures(c) for c in plant.components)), *precisions


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
