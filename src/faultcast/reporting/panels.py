"""Panels of a machine's days: its forecast, and the sensors that are farthest from its normal."""

from __future__ import annotations

from datetime import datetime
from textwrap import fill

import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.features.spec import window_name
from faultcast.reporting.clock import local, with_gaps
from faultcast.reporting.style import ALARM, BLUE, INK, NORMAL
from faultcast.reporting.wording import worded

SENSORS_SHOWN = 3
_TITLE_WIDTH = 26  # characters above a small panel


def unusual_sensors(plant: Plant, own: pl.DataFrame, end: datetime) -> list[str]:
    """Return the sensors of a machine that in the last horizon are farthest from its own normal.

    Args:
        plant: the plant.
        own: the machine's rows of the feature table.
        end: the end of the data.
    """
    late = pl.col("time") > end - plant.horizon
    scores = {}
    for sensor in plant.telemetry.sensors:
        mean = pl.col(window_name(sensor, "mean", min(plant.features.windows)))
        score = (mean.filter(late).mean() - mean.mean()) / mean.std()
        scores[sensor] = abs(own.select(score.fill_nan(None)).item() or 0.0)
    return sorted(scores, key=lambda sensor: -scores[sensor])[:SENSORS_SHOWN]


def forecast_panel(plant: Plant, axes: Axes, forecasts: pl.DataFrame, threshold: float) -> None:
    """Draw a machine's forecasts and the alarm threshold."""
    probability = pl.col("probability_machine").cast(pl.Float64) * 100
    rows = forecasts.with_columns(probability).select(
        local(plant), with_gaps("probability_machine", plant.features.stride)
    )
    shown = rows["time"].to_numpy(), rows["probability_machine"].to_numpy()
    axes.plot(*shown, color=ALARM, label="forecast")
    axes.axhline(100 * threshold, color=INK, lw=0.9, ls="--", label="alarm threshold")
    axes.set(ylim=(-2, 102), ylabel="probability (%)")


def sensor_panel(
    plant: Plant, axes: Axes, own: pl.DataFrame, start: datetime, end: datetime
) -> None:
    """Draw a sensor from start to end over what is usual for its machine.

    Args:
        plant: the plant.
        axes: where to draw.
        own: the machine's time and the sensor.
        start: the first moment drawn.
        end: the last one.
    """
    sensor = own.columns[-1]
    low, high = (own[sensor].quantile(share) for share in (0.05, 0.95))
    if low is not None and high is not None:
        axes.axhspan(low, high, color=NORMAL, alpha=0.2, lw=0, label="usual for the machine (90 %)")
    near = own.filter(pl.col("time").is_between(start, end)).select(
        local(plant), with_gaps(sensor, plant.telemetry.interval)
    )
    readings = near["time"].to_numpy(), near[sensor].to_numpy()
    axes.plot(*readings, color=BLUE, lw=1.1, label="readings")
    title = f"{worded(sensor)} ({plant.telemetry.sensors[sensor].unit})"
    axes.set_title(fill(title, _TITLE_WIDTH), size=9)
