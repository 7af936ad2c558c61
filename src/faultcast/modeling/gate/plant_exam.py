"""A plant's exam: its test part, the failures of that time, and the bars of its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from faultcast.config.duration import format_duration
from faultcast.config.gate import GateTerms
from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical, read_canonical
from faultcast.errors import GateError
from faultcast.features.build import build_features
from faultcast.features.spec import FeatureSpec
from faultcast.modeling.alarm_evaluation import AlarmEvaluation, evaluate_alarms
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import LabelledRows, describe_parts, read_part
from faultcast.modeling.gate.bars import Bar, Sense
from faultcast.modeling.gate.exam import Result
from faultcast.modeling.gate.weighted import average_precision
from faultcast.modeling.target_evaluation import TargetEvaluation, evaluate_target
from faultcast.scoring.forecaster import Forecaster
from faultcast.scoring.manifest import MACHINE

_PROBABILITY = f"probability_{MACHINE}"


class PlantExam:
    """A plant's test part; a model is asked for the machine's probability in each row."""

    compared = "average precision"
    unit = "machine"

    def __init__(
        self, plant: Plant, test: LabelledRows, canonical: Canonical, test_sha256: str
    ) -> None:
        """Take the plant, its test part with the sha256 of its file, and its canonical data."""
        self.name, self.title = plant.name, plant.title
        self.terms: GateTerms = plant.gate
        self.test_sha256 = test_sha256
        self._plant, self._test, self._canonical = plant, test, canonical
        self._failing = test.failing(MACHINE)
        machines = test.frame["machine"]
        self._unit_of = machines.rank("dense").to_numpy().astype(np.int64) - 1
        self.units = machines.n_unique()

    @classmethod
    def of(cls, layout: Layout, name: str) -> PlantExam:
        """Read a plant's exam.

        Raises:
            UnknownPlantError: the plant has no configuration.
            ConfigError: its configuration is faulty.
            StageNotRunError: its dataset is not there yet.
        """
        plant = load_plant(layout, name)
        test = read_part(layout, plant, "test")
        digest = describe_parts(layout, name).test.sha256
        return cls(plant, test, read_canonical(layout, name), digest)

    def sit(self, folder: Path) -> Result:
        """Score a plant's model on the test part.

        A model that reads other features than the plant has today gets its own, built from the same
        readings.

        Raises:
            StageNotRunError, ManifestError, ModelFileError: the folder holds no usable model.
            GateError: the data no longer hold what the model reads.
        """
        model, baseline = Forecaster.load(folder), Forecaster.load_baseline(folder)
        rows = self._rows_for(model.manifest.features)
        forecasts = model.forecast(rows)
        probabilities, reference = (
            frame[_PROBABILITY].cast(pl.Float64).to_numpy()
            for frame in (forecasts, baseline.forecast(rows))
        )
        target = evaluate_target(self._failing, probabilities, reference)
        log = AlarmLog(forecasts, self._canonical.failures, AlarmTerms.of(self._plant))
        alarms = evaluate_alarms(log, model.threshold, self._failing)
        return Result(
            bars=tuple(_bars(self._plant, target, alarms)),
            score=average_precision(self._failing, probabilities, self._unit_of),
            made_with=model.manifest.dataset.test.sha256,
        )

    def _rows_for(self, spec: FeatureSpec) -> pl.DataFrame:
        if spec == FeatureSpec.from_plant(self._plant):
            return self._test.frame
        telemetry = self._canonical.telemetry
        gone = [name for name in spec.sensors if name not in telemetry.columns]
        if gone:
            raise GateError(self.name, f"the data no longer hold {', '.join(gone)}, which it reads")
        return build_features(
            spec,
            self._test.frame.lazy().select("machine", "time"),
            telemetry.lazy(),
            self._canonical.events.lazy(),
            self._canonical.machines.lazy(),
        ).collect()


def _bars(plant: Plant, target: TargetEvaluation, alarms: AlarmEvaluation) -> Iterator[Bar]:
    gate, failures = plant.gate, alarms.failures.height
    lead = format_duration(plant.alarm.lead_time)
    model, baseline = (
        judged.scores.average_precision for judged in (target.model, target.baseline)
    )
    yield Bar(
        "failures",
        "failures in the test part: fewer cannot judge a model",
        failures,
        Sense.AT_LEAST,
        gate.min_failures,
    )
    yield Bar(
        "average_precision",
        f"average precision of the machine's forecasts; chance is {target.chance:.3f}",
        model,
        Sense.AT_LEAST,
        gate.min_average_precision,
    )
    yield Bar(
        "loss_to_baseline",
        "average precision by which the logistic regression is better; below 0 it is worse",
        None if model is None or baseline is None else baseline - model,
        Sense.AT_MOST,
        gate.max_loss_to_baseline,
    )
    yield Bar(
        "in_time",
        f"share of the failures announced {lead} ahead or earlier",
        alarms.in_time / failures if failures else None,
        Sense.AT_LEAST,
        gate.min_in_time,
    )
    yield Bar(
        "false_alarms",
        f"false alarms per machine-month; {gate.max_false_alarm_ratio:g} times the "
        f"{plant.alarm.max_false_alarms:g} for which the threshold was chosen",
        alarms.false_alarms_per_machine_month,
        Sense.AT_MOST,
        gate.max_false_alarm_ratio * plant.alarm.max_false_alarms,
    )
    yield Bar(
        "calibration_error",
        "mean distance between the machine's probabilities and what happened",
        target.model.calibration_error,
        Sense.AT_MOST,
        gate.max_calibration_error,
    )
