"""Judge a plant's model on its untouched test part: the numbers of report, metrics and gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.canonical import read_canonical
from faultcast.features.labels import label_name
from faultcast.modeling.alarm_evaluation import AlarmEvaluation, evaluate_alarms
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import LabelledRows, read_part
from faultcast.modeling.ranking import score
from faultcast.modeling.reliability import expected_calibration_error, reliability
from faultcast.modeling.target_evaluation import TargetEvaluation, evaluate_target
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import MACHINE, Output

_DIGITS = 6


@dataclass(frozen=True)
class Evaluation:
    """A model and its baseline on the test part.

    `targets` are the components and, last, the machine; `alarms` and `baseline_alarms` are what
    each model's threshold means for planners; `horizons` are the model's scores by further horizon
    and target, on the rows whose labels of it are known.
    """

    rows: int
    machines: int
    first: datetime
    last: datetime
    targets: dict[str, TargetEvaluation]
    alarms: AlarmEvaluation
    baseline_alarms: AlarmEvaluation
    horizons: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    @property
    def machine(self) -> TargetEvaluation:
        """The machine's evaluation: any of its components fails."""
        return self.targets[MACHINE]

    def metrics(self) -> dict[str, object]:
        """Return the numbers of `metrics.json`, rounded; what is undefined is left out."""
        numbers = {
            "rows": self.rows,
            "machines": self.machines,
            "machine_months": self.alarms.machine_months,
            "alarms": self.alarms.metrics(),
            "baseline_alarms": self.baseline_alarms.metrics(),
            "targets": {name: target.metrics() for name, target in self.targets.items()},
            "horizons": self.horizons,
        }
        return _rounded(numbers)

    def plots(self) -> dict[str, pl.DataFrame]:
        """Return the data of plots by name: curves of all targets, announcements and alarms.

        precision_recall and reliability have the columns target and model (model or baseline)
        before their own.
        """
        judged = [
            (name, which, getattr(target, which))
            for name, target in self.targets.items()
            for which in ("model", "baseline")
        ]
        curves = {
            curve: pl.concat(
                getattr(each, curve).select(
                    pl.lit(name).alias("target"), pl.lit(which).alias("model"), pl.all()
                )
                for name, which, each in judged
            ).with_columns(pl.col(pl.Float64).round(_DIGITS))
            for curve in ("precision_recall", "reliability")
        }
        return {
            **curves,
            "announcements": self.alarms.failures,
            "alarms": self.alarms.episodes,
        }


def evaluate_plant(layout: Layout, plant: str) -> Evaluation:
    """Judge the model of `models/<plant>/` on the plant's test part.

    Raises:
        StageNotRunError: the dataset or the model is not there yet.
        ManifestError, ModelFileError: the model cannot be used.
        FeatureColumnsError: the dataset was made with other features than the model.
    """
    settings, folder = load_plant(layout, plant), layout.model(plant)
    return evaluate(
        read_part(layout, settings, "test"),
        read_canonical(layout, plant).failures,
        Forecaster.load(folder),
        Forecaster.load_baseline(folder),
        AlarmTerms.of(settings),
    )


def evaluate(
    test: LabelledRows,
    failures: pl.DataFrame,
    model: Forecaster,
    baseline: Forecaster,
    terms: AlarmTerms,
) -> Evaluation:
    """Judge a model and its baseline.

    Args:
        test: labelled rows that took no part in training.
        failures: machine, time, component; those of other periods may be among them.
        model: the model.
        baseline: the baseline.
        terms: what counts as announced in time.
    """
    forecasts, baselines = model.forecast(test.frame), baseline.forecast(test.frame)
    period = test.frame.select(
        machines=pl.col("machine").n_unique(), first=pl.min("time"), last=pl.max("time")
    ).row(0, named=True)
    return Evaluation(
        rows=test.frame.height,
        **period,
        targets={
            target: evaluate_target(
                test.failing(target),
                forecasts[f"probability_{target}"].cast(pl.Float64).to_numpy(),
                baselines[f"probability_{target}"].cast(pl.Float64).to_numpy(),
                test.frame["machine"],
            )
            for target in (*model.manifest.components, MACHINE)
        },
        alarms=evaluate_alarms(
            AlarmLog(forecasts, failures, terms), model.threshold, test.failing(MACHINE)
        ),
        baseline_alarms=evaluate_alarms(
            AlarmLog(baselines, failures, terms), baseline.threshold, test.failing(MACHINE)
        ),
        horizons=_over_horizons(test, forecasts, model.manifest.outputs, model.manifest.horizon),
    )


def _over_horizons(
    test: LabelledRows, forecasts: pl.DataFrame, outputs: Sequence[Output], main: timedelta
) -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for output in outputs:
        if output.horizon == main:
            continue
        known = test.frame[label_name(output.target, output.horizon)].is_not_null()
        told = forecasts.filter(known)[output.name].cast(pl.Float64).to_numpy()
        failing = test.known(output.horizon).failing(output.target, output.horizon)
        error = expected_calibration_error(reliability(told, failing))
        numbers = {**score(told, failing).metrics(), "calibration_error": error}
        found.setdefault(format_duration(output.horizon), {})[output.target] = numbers
    return found


def _rounded(numbers: Mapping[str, object]) -> dict[str, object]:
    return {name: _round(value) for name, value in numbers.items()}


def _round(value: object) -> object:
    if isinstance(value, Mapping):
        return _rounded(value)
    return round(value, _DIGITS) if isinstance(value, float) else value
