"""Forecasts of the small plant's rows whose quality is known, for the tests of reports."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import polars as pl

from faultcast.features.spec import FeatureSpec
from faultcast.features.split import Parts, embargo, split_by_time
from faultcast.modeling.alarm_evaluation import evaluate_alarms
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import LabelledRows
from faultcast.modeling.evaluation import Evaluation
from faultcast.modeling.target_evaluation import evaluate_target
from tests.unit.reporting.plants import PLANT, RECORDS, TABLE

PARTS: Parts = split_by_time(TABLE, PLANT.split, embargo(PLANT))
TEST = LabelledRows(PARTS.test, FeatureSpec.from_plant(PLANT).names)
_USUAL_HEAT = 60.0


@dataclass(frozen=True)
class HeatWatcher:
    """Forecasts a pump failure when the heat of the last 3 h is high; knows nothing of belts."""

    sharpness: float
    threshold: float = 0.5

    @property
    def manifest(self) -> SimpleNamespace:
        return SimpleNamespace(
            components=PLANT.components,
            features=FeatureSpec.from_plant(PLANT),
            horizon=PLANT.horizon,
        )

    def forecast(self, rows: pl.DataFrame) -> pl.DataFrame:
        heat = rows["heat_mean_3h"].fill_null(_USUAL_HEAT).cast(pl.Float64).to_numpy()
        pump = 1 / (1 + np.exp(-self.sharpness * (heat - _USUAL_HEAT - 2.5)))
        belt = np.full(rows.height, 0.01)
        return rows.select("machine", "time").with_columns(
            probability_pump=pump,
            probability_belt=belt,
            probability_machine=1 - (1 - pump) * (1 - belt),
        )


MODEL, BASELINE = HeatWatcher(3.0), HeatWatcher(0.1)


def evaluation() -> Evaluation:
    told = {name: one.forecast(TEST.frame) for name, one in (("m", MODEL), ("b", BASELINE))}
    targets = {
        target: evaluate_target(
            TEST.failing(target),
            *(told[name][f"probability_{target}"].to_numpy() for name in ("m", "b")),
        )
        for target in (*PLANT.components, "machine")
    }
    logs = {
        name: AlarmLog(forecasts, RECORDS.failures, AlarmTerms.of(PLANT))
        for name, forecasts in told.items()
    }
    alarms = {
        name: evaluate_alarms(log, 0.5, TEST.failing("machine")) for name, log in logs.items()
    }
    first, last = TEST.frame.select(pl.min("time"), pl.max("time").alias("last")).row(0)
    return Evaluation(
        rows=TEST.frame.height,
        machines=TEST.frame["machine"].n_unique(),
        first=first,
        last=last,
        targets=targets,
        alarms=alarms["m"],
        baseline_alarms=alarms["b"],
    )


EVALUATION = evaluation()
