"""How well failures are forecast: ours beside three peers, on the same split and features.

The plants are the embedded ones, whose datasets `faultcast pipeline run dataset@PLANT` makes, and
the 20 machines of Microsoft's scenario in `FAULTCAST_AZURE_DATA`. The peers are

- scikit-learn: histogram gradient boosting with its defaults, a classifier a component on all rows;
- LightGBM with its defaults, in the same way;
- guide: the recipe of Microsoft's "Predictive Maintenance Modelling Guide" (F. Boylu Uz, Cortana
  Intelligence Gallery): means and deviations of each sensor over 3 h and 24 h, error messages of
  24 h, ages of components and machine, its model; a row to learn from every 3 h; gradient boosting
  with its defaults, one class a component. Gaps, which its data do not have, take the mean.

Everyone's alarm threshold is the cheapest on validation, chosen by the same function; the test part
is forecast once. Azure has no prices of its own, so bottling's are lent to it. Training counts the
seconds of all processor cores; ours holds all horizons, calibration, the ONNX file and its check.
It is measured beside our own estimator alone, in two senses: `plain`, as one would fit it without
faultcast, to all rows, once a component, for the main horizon; `bare`, the very fits of ours, on
the same samples and for all horizons, and nothing else. The interval is of the difference between
ours and the peer with the highest average precision, 200 draws of machines.

Example:
    python benchmarks/forecast.py bottling azure
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np
import polars as pl
from lightgbm import LGBMClassifier
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Costs, Plant
from faultcast.data.canonical import read_canonical
from faultcast.data.new_plant import create_plant
from faultcast.data.plant_guess import RawFiles
from faultcast.errors import StageNotRunError
from faultcast.features.build import build_features
from faultcast.features.spec import FeatureSpec, window_name
from faultcast.features.split import embargo, split_by_time
from faultcast.features.table import feature_table
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.costs import alarm_bill, run_to_failure
from faultcast.modeling.dataset import Dataset, LabelledRows, read_dataset, read_part
from faultcast.modeling.estimators import make_classifier
from faultcast.modeling.horizons import steps
from faultcast.modeling.sampling import thin
from faultcast.modeling.threshold import choose_threshold
from faultcast.modeling.trained_model import train_model
from faultcast.pipeline.ingest import ingest_plant

ROOT = Path(__file__).parents[1]
AZURE = Path(os.environ.get("FAULTCAST_AZURE_DATA", ROOT.parent / "shared" / "data" / "azure_pdm"))
LENT = Costs(currency="EUR", unplanned_failure=8000, planned_repair=1500, visit_in_vain=200)
RECIPE = timedelta(hours=3), timedelta(hours=24)
DRAWS = 200


@dataclass(frozen=True)
class Ground:
    """What all contestants share: a plant, its three parts and its failures."""

    plant: Plant
    train: LabelledRows
    validation: LabelledRows
    test: LabelledRows
    failures: pl.DataFrame

    @property
    def known_failures(self) -> pl.DataFrame:
        """The failures up to the end of validation's labels."""
        last = self.validation.frame.select(pl.col("time").max() + self.plant.horizon).item()
        return self.failures.filter(pl.col("time") <= last)


Forecasts = tuple[np.ndarray, np.ndarray]
"""The machine's probability in the rows of validation and of test."""


@dataclass(frozen=True)
class Result:
    """How a contestant fared on the test part."""

    name: str
    forecasts: np.ndarray
    average_precision: float
    cost: float
    in_time: int
    in_vain: int
    seconds: float


def embedded(name: str) -> tuple[Ground, Ground]:
    """Read a plant's dataset."""
    layout = Layout(ROOT)
    plant = load_plant(layout, name)
    dataset, test = read_dataset(layout, plant), read_part(layout, plant, "test")
    failures = read_canonical(layout, name).failures
    ground = Ground(plant, dataset.train, dataset.validation, test, failures)
    return ground, for_recipe(layout, ground)


def azure() -> tuple[Ground, Ground]:
    """Bring Microsoft's files through ingest, features and split in a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        (layout.root / "configs").mkdir()
        (layout.root / "params.yaml").write_text("plants: [azure]\n", encoding="utf-8")
        names = ("telemetry", "failures", "errors", "maint", "machines")
        files = RawFiles(*(AZURE / f"PdM_{name}.csv" for name in names))
        create_plant(layout, "azure", files, None, link=False)
        ingest_plant(layout, "azure")
        plant = load_plant(layout, "azure").model_copy(update={"costs": LENT})
        data = read_canonical(layout, "azure")
        lazy = data.telemetry.lazy(), data.events.lazy(), data.machines.lazy()
        table = feature_table(plant, *lazy).collect()
        parts = split_by_time(table, plant.split, embargo(plant))
        features = FeatureSpec.from_plant(plant).names
        rows = (LabelledRows(part, features) for _, part in parts.items())
        ground = Ground(plant, *rows, data.failures)
        return ground, for_recipe(layout, ground)


def for_recipe(layout: Layout, ground: Ground) -> Ground:
    """Describe the same rows by the guide's features."""
    plant, data = ground.plant, read_canonical(layout, ground.plant.name)
    spec = FeatureSpec.from_plant(plant).model_copy(update={"windows": RECIPE, "lags": ()})
    names = [
        window_name(sensor, statistic, window)
        for sensor in spec.sensors
        for window in RECIPE
        for statistic in ("mean", "std")
    ]
    names += [window_name(code, "count", RECIPE[1]) for code in spec.codes]
    names += [f"{component}_age" for component in spec.components]
    names += ["machine_age", *(f"model_{model}" for model in spec.models)]
    lazy = data.telemetry.lazy(), data.events.lazy(), data.machines.lazy()

    def described(part: LabelledRows) -> LabelledRows:
        labels = part.frame.select("machine", "time", pl.col("^label_.*$"))
        features = build_features(spec, labels.lazy(), *lazy).collect()
        return LabelledRows(labels.join(features, on=["machine", "time"]), names)

    parts = (described(part) for part in (ground.train, ground.validation, ground.test))
    return replace(ground, **dict(zip(("train", "validation", "test"), parts, strict=True)))


def ours(ground: Ground) -> Forecasts:
    """Train as `faultcast` does, and forecast with the ONNX file that it writes."""
    known = ground.known_failures
    dataset = Dataset(ground.train, ground.validation, known, ground.test.features)
    session = train_model(ground.plant, ground.plant.model, dataset, "model.onnx").session
    parts = (ground.validation, ground.test)
    first, second = (session.probabilities(part.features)[:, -1] for part in parts)
    return first, second


def each_component(make: Callable[[], object]) -> Callable[[Ground], Forecasts]:
    """Fit a classifier a component to all rows; the machine fails when any of them does."""

    def forecast(ground: Ground) -> Forecasts:
        survival = np.ones(ground.validation.frame.height), np.ones(ground.test.frame.height)
        for component in ground.plant.components:
            classifier = make().fit(filled(ground.train), ground.train.failing(component))
            for part, rows in zip(survival, (ground.validation, ground.test), strict=True):
                part *= 1 - classifier.predict_proba(filled(rows))[:, 1]
        return 1 - survival[0], 1 - survival[1]

    return forecast


def guide(ground: Ground) -> Forecasts:
    """Fit one classifier of several classes: no failure, or the component that fails."""
    hours = ground.train.frame["time"].dt.hour()
    rows = ground.train.where((hours % 3 == 0).to_numpy())
    classes = np.zeros(rows.frame.height, dtype=int)
    for number, component in enumerate(ground.plant.components, start=1):
        classes[rows.failing(component)] = number
    boosting = GradientBoostingClassifier(random_state=42)
    classifier = make_pipeline(SimpleImputer(keep_empty_features=True), boosting)
    classifier.fit(rows.features, classes)
    parts = (ground.validation, ground.test)
    first, second = (1 - classifier.predict_proba(part.features)[:, 0] for part in parts)
    return first, second


def filled(rows: LabelledRows) -> np.ndarray:
    """Fill features without any value, which no library bins."""
    empty = np.isnan(rows.features).all(axis=0)
    return np.where(empty, np.float32(0), rows.features)


def plain(ground: Ground) -> None:
    """Fit our own estimator to all rows of each component."""
    for component in ground.plant.components:
        classifier = make_classifier(ground.plant.model)
        classifier.fit(filled(ground.train), ground.train.failing(component))


def bare(ground: Ground) -> None:
    """Do the fits of ours, each on its sample of rows, and nothing else."""
    plant, train = ground.plant, filled(ground.train)
    for step, component in product([None, *steps(plant.horizon, plant.horizons)], plant.components):
        rows = np.arange(len(train))
        if step:
            neighbour = None if step.neighbour == plant.horizon else step.neighbour
            rows = np.flatnonzero(step.given(ground.train.failing(component, neighbour)))
        failing = ground.train.failing(component, step.horizon if step else None)[rows]
        for member in plant.model.members if 0 < failing.sum() < failing.size else ():
            chosen, _ = thin(failing, member.hyperparameters.others, member.seed)
            make_classifier(member).fit(train[rows[chosen]], failing[chosen])


def seconds_of(work: Callable[[Ground], object], ground: Ground) -> float:
    """Return the seconds of processor time that a work takes."""
    began = process_time()
    work(ground)
    return process_time() - began


def compete(name: str, way: Callable[[Ground], Forecasts], ground: Ground) -> Result:
    """Train a contestant, choose its threshold on validation and bill it on test."""
    began = process_time()
    validation, test = way(ground)
    seconds = process_time() - began
    terms, costs = AlarmTerms.of(ground.plant), ground.plant.costs
    assert costs is not None
    known = alarm_log(ground.validation, validation, ground.known_failures, terms)
    threshold = choose_threshold(known, ground.plant.alarm.max_false_alarms)
    bill = alarm_bill(alarm_log(ground.test, test, ground.failures, terms), threshold)
    precision = average_precision_score(ground.test.failing("machine"), test)
    in_time, in_vain = int(bill.planned_repairs), int(bill.visits_in_vain)
    return Result(name, test, precision, bill.cost(costs), in_time, in_vain, seconds)


def alarm_log(
    rows: LabelledRows, forecasts: np.ndarray, failures: pl.DataFrame, terms: AlarmTerms
) -> AlarmLog:
    """Put forecasts, rounded to float32 as in the exported file, beside failures."""
    column = pl.Series("probability_machine", forecasts.astype(np.float32))
    return AlarmLog(rows.frame.select("machine", "time", column), failures, terms)


def difference(ground: Ground, first: Result, second: Result) -> tuple[float, float]:
    """Return the 95 % interval of first - second average precision over draws of machines."""
    random, failing = np.random.default_rng(0), ground.test.failing("machine")
    numbers = ground.test.machines
    rows = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
    found = []
    for _ in range(DRAWS):
        drawn = np.concatenate([rows[i] for i in random.integers(len(rows), size=len(rows))])
        if failing[drawn].any():
            both = (r.forecasts[drawn] for r in (first, second))
            found.append([average_precision_score(failing[drawn], each) for each in both])
    low, high = np.quantile(np.diff(found, axis=1), [0.025, 0.975])
    return -float(high), -float(low)


def report(name: str, grounds: tuple[Ground, Ground]) -> tuple[float, float]:
    """Let all compete on a plant, print its table; return ours and the best peer's precision."""
    ground, recipe = grounds
    for part in (ground.train, ground.validation, ground.test):
        part.features  # noqa: B018 # read once, for all, before the clock runs
    seed = {"random_state": 0}
    boosting = each_component(lambda: HistGradientBoostingClassifier(**seed))
    light = each_component(lambda: LGBMClassifier(n_jobs=1, verbose=-1, **seed))
    results = [
        compete("ours", ours, ground),
        compete("scikit-learn", boosting, ground),
        compete("LightGBM", light, ground),
        compete("guide", guide, recipe),
    ]
    alone = {work.__name__: seconds_of(work, ground) for work in (plain, bare)}
    terms, costs = AlarmTerms.of(ground.plant), ground.plant.costs
    assert costs is not None
    log = alarm_log(ground.test, results[0].forecasts, ground.failures, terms)
    print(
        f"{name}: {ground.train.frame.height:,} training rows, {len(ground.train.names)} features; "
        f"test: {log.failures.height} failures, "
        f"{run_to_failure(log).cost(costs):,.0f} {costs.currency} if nobody looks"
    )
    for r in results:
        print(
            f"  {r.name:13} average precision {r.average_precision:.3f}  "
            f"cost {r.cost:>9,.0f}  in time {r.in_time:>3}  in vain {r.in_vain:>3}  "
            f"training {r.seconds:6.1f} s"
        )
    mine, peers = results[0], results[1:]
    best = max(peers, key=lambda result: result.average_precision)
    cheapest = min(peers, key=lambda result: result.cost)
    low, high = difference(ground, mine, best)
    precision = mine.average_precision / best.average_precision
    print(f"  ours - {best.name}: {low:+.3f} to {high:+.3f} average precision")
    print(
        f"forecast-{name}: ours {mine.average_precision:.3f} average precision, "
        f"peer {best.average_precision:.3f} average precision, ratio {precision:.2f}"
    )
    print(
        f"forecast-{name}-cost: ours {mine.cost:.0f} {costs.currency}, "
        f"peer {cheapest.cost:.0f} {costs.currency}, ratio {cheapest.cost / mine.cost:.2f}"
    )
    print(
        f"forecast-{name}-training: ours {mine.seconds:.1f} s, peer {alone['plain']:.1f} s, "
        f"ratio {alone['plain'] / mine.seconds:.2f}"
    )
    print(
        f"forecast-{name}-training-bare: ours {mine.seconds:.1f} s, peer {alone['bare']:.1f} s, "
        f"ratio {alone['bare'] / mine.seconds:.2f}",
        flush=True,
    )
    return mine.average_precision, best.average_precision


def grounds(names: list[str]) -> Iterator[tuple[str, tuple[Ground, Ground]]]:
    """Yield the plants that are there; say what is missing, and how to get it."""
    for name in names:
        if name == "azure" and not AZURE.is_dir():
            message = f"{AZURE} is missing: set FAULTCAST_AZURE_DATA to the folder of PdM_*.csv"
            print(f"azure: skipped, {message}", file=sys.stderr)
            continue
        try:
            yield name, azure() if name == "azure" else embedded(name)
        except StageNotRunError as error:
            print(f"{name}: skipped, {error}", file=sys.stderr)


def main() -> None:
    """Measure each plant; the last line is the mean over the plants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    plants = ["bottling", "foundry", "stamping", "azure"]
    parser.add_argument("plants", nargs="*", help=f"default: {' '.join(plants)}")
    chosen = parser.parse_args().plants or plants
    warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
    with threadpool_limits(1):
        found = [report(name, both) for name, both in grounds(chosen)]
    if not found:
        sys.exit("no plant to measure")
    mine, peer = np.mean(found, axis=0)
    print(
        f"forecast: ours {mine:.3f} mean average precision, "
        f"peer {peer:.3f} mean average precision, ratio {mine / peer:.2f}"
    )


if __name__ == "__main__":
    main()
