"""Figure of the failures that no alarm announced in time: what did their sensors show?"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.canonical import Canonical
from faultcast.reporting.clock import wall_clock
from faultcast.reporting.panels import SENSORS_SHOWN, forecast_panel, sensor_panel, unusual_sensors
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style, legend_below
from faultcast.reporting.style import INK, day_axis, place_of
from faultcast.reporting.wording import count, percent, worded
from faultcast.scoring.forecaster import Forecaster

_HORIZONS_SHOWN = 4
_DRAWN = 6


@house_style
def missed_failures(
    plant: Plant,
    forecaster: Forecaster,
    announced: pl.DataFrame,
    table: pl.DataFrame,
    data: Canonical,
) -> Picture:
    """Draw the days before failures without an alarm in time: forecast and unusual sensors.

    Args:
        plant: the plant.
        forecaster: its model.
        announced: machine, component, time, in_time of each failure.
        table: the feature table.
        data: the records.
    """
    late = announced.filter(~pl.col("in_time")).sort("time", "machine")
    drawn = late.head(_DRAWN)
    columns = 1 + min(SENSORS_SHOWN, len(plant.telemetry.sensors))
    height = 0.9 + 1.9 * drawn.height if drawn.height else 0.7
    figure, axes = canvas(max(drawn.height, 1), columns, height=height)
    if late.is_empty():
        blank(axes)
        finding = "Every failure was announced in time" if announced.height else "No failure"
        return finish(figure, "missed_failures", finding, "Nothing to draw.")
    peaks = []
    for row, failure in enumerate(drawn.iter_rows(named=True)):
        first, *others = axes[row * columns : (row + 1) * columns]
        end, machine = failure["time"], failure["machine"]
        start = end - _HORIZONS_SHOWN * plant.horizon
        before = table.filter(pl.col("machine") == machine, pl.col("time") < end)
        forecasts = forecaster.forecast(before.filter(pl.col("time") > start))
        near = forecasts.filter(pl.col("time") >= end - plant.horizon)["probability_machine"]
        peaks.append(float(near.max() or 0.0))  # type: ignore[arg-type]
        forecast_panel(plant, first, forecasts, forecaster.threshold)
        first.set_title(f"{machine}: {worded(failure['component'])}", weight="bold", size=9)
        own = data.telemetry.filter(machine=machine)
        sensors = unusual_sensors(plant, before, end) if before.height else []
        for place, sensor in zip(others, sensors, strict=False):
            sensor_panel(plant, place, own.select("time", sensor), start, end)
        blank(others[len(sensors) :])
        for place in (first, *others[: len(sensors)]):
            left, right = (place_of(wall_clock(plant, moment)) for moment in (start, end))
            place.axvline(right, color=INK, lw=1.6, label="failure")
            place.set_xlim(left, right + 0.02 * (right - left))
            day_axis(place, 1.6 * ((end - start) / timedelta(days=1)))
    legend_below(figure)
    description = "Forecast and most unusual sensors before each failure, a row a failure."
    return finish(figure, "missed_failures", _finding(late, peaks, forecaster), description)


def _finding(late: pl.DataFrame, peaks: list[float], forecaster: Forecaster) -> str:
    quiet = sum(peak < forecaster.threshold for peak in peaks)
    shown = "" if len(peaks) == late.height else f"; the first {len(peaks)} are drawn"
    text = (
        f"{count(late.height, 'failure')} had no alarm in time{shown}: within the horizon the "
        f"forecasts of {quiet} stayed below the threshold of {percent(forecaster.threshold)}"
    )
    return text if quiet == len(peaks) else f"{text}, {len(peaks) - quiet} rose too late"
