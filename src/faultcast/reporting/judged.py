"""A model's and its baseline's forecasts of the same rows, for the figures that compare them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.plant import Plant
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import LabelledRows
from faultcast.reporting.reliability import reliability_curve
from faultcast.reporting.warning_price import Alarmist
from faultcast.scoring.forecaster import Forecaster


@dataclass(frozen=True)
class Judged:
    """Labelled rows with their forecasts, by `model` and `baseline`."""

    rows: LabelledRows
    forecasters: dict[str, Forecaster]
    forecasts: dict[str, pl.DataFrame]

    @classmethod
    def judge(cls, layout: Layout, plant: str, rows: LabelledRows) -> Judged:
        """Forecast rows with the plant's model and its baseline.

        Raises:
            StageNotRunError: the plant has no model yet.
        """
        folder = layout.model(plant)
        forecasters = {
            "model": Forecaster.load(folder),
            "baseline": Forecaster.load_baseline(folder),
        }
        forecasts = {name: one.forecast(rows.frame) for name, one in forecasters.items()}
        return cls(rows, forecasters, forecasts)

    def curves(self, target: str) -> dict[str, pl.DataFrame]:
        """Return the reliability curves of a component or the machine."""
        failing = self.rows.failing(target)
        return {
            name: reliability_curve(forecasts[f"probability_{target}"].to_numpy(), failing)
            for name, forecasts in self.forecasts.items()
        }

    def alarmists(self, plant: Plant, failures: pl.DataFrame) -> dict[str, Alarmist]:
        """Return forecasts beside failures, each with its threshold."""
        terms = AlarmTerms.of(plant)
        return {
            name: Alarmist(AlarmLog(forecasts, failures, terms), self.forecasters[name].threshold)
            for name, forecasts in self.forecasts.items()
        }
