"""Figures of the way to a failure: which sensors tell of it, and how early."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.reporting.approach import Approach
from faultcast.reporting.picture import Picture, canvas, finish, house_style, legend_below
from faultcast.reporting.style import BEFORE_FAILURE, INK, NORMAL, SEQUENTIAL
from faultcast.reporting.wording import count, hours, listing, sentence, worded

_CLEAR = 1.0
_SHOWN = 2


@house_style
def telling_sensors(plant: Plant, approach: Approach) -> Picture:
    """Colour how far each sensor is from normal in the horizon before each component's failures."""
    components, sensors = list(plant.components), list(plant.telemetry.sensors)
    shift = _shift(plant, approach)
    grid = np.array([[shift[c, s][0] for s in sensors] for c in components])
    top = max(2.0, float(grid.max()))
    figure, axes = canvas(height=1.5 + 0.5 * len(components))
    image = axes[0].imshow(grid, cmap=SEQUENTIAL, vmin=0, vmax=top, aspect="auto")
    for row, component in enumerate(components):
        for column, sensor in enumerate(sensors):
            shade = "white" if grid[row, column] > 0.6 * top else INK
            text = _signed(*shift[component, sensor])
            axes[0].text(column, row, text, ha="center", va="center", color=shade)
    axes[0].set_xticks(range(len(sensors)), [worded(s).replace(" ", "\n") for s in sensors])
    axes[0].set_yticks(range(len(components)), [worded(c) for c in components])
    axes[0].grid(visible=False)
    label = "median distance\n(standard deviations)"
    figure.colorbar(image, ax=axes[0], label=label, fraction=0.04)
    description = "Heat map of components by sensors."
    return finish(figure, "telling_sensors", _who_tells(plant, shift), description)


def _shift(plant: Plant, approach: Approach) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the distance and the middle of each component and sensor; 0 where nothing is known."""
    found = approach.shift(plant.horizon / timedelta(hours=1)).fill_null(0)
    known = {(c, s): (distance, middle) for c, s, distance, middle in found.iter_rows()}
    return {
        (c, s): known.get((c, s), (0.0, 0.0))
        for c in plant.components
        for s in plant.telemetry.sensors
    }


def _signed(distance: float, middle: float) -> str:
    """Write a distance with the direction that most failures agree on, or with ± for none."""
    agreed = abs(middle) > distance / 2
    return f"{'+' if middle > 0 else '-'}{distance:.1f}" if agreed else f"±{distance:.1f}"


def _who_tells(plant: Plant, shift: dict[tuple[str, str], tuple[float, float]]) -> str:
    told, silent = [], []
    for component in plant.components:
        best = max(plant.telemetry.sensors, key=lambda sensor: shift[component, sensor][0])
        if shift[component, best][0] >= _CLEAR:
            told.append(f"{worded(best)} for {worded(component)}")
        else:
            silent.append(worded(component))
    parts = [f"most telling: {listing(told)}"] if told else []
    parts += [f"no single sensor tells of {listing(silent)}"] if silent else []
    return sentence("; ".join(parts))


def top_sensors(plant: Plant, approach: Approach, component: str) -> list[str]:
    """Return the sensors farthest from normal before a component's failures, the farthest first."""
    shift = _shift(plant, approach)
    ranked = sorted(plant.telemetry.sensors, key=lambda sensor: -shift[component, sensor][0])
    return ranked[:_SHOWN]


@house_style
def before_failures(plant: Plant, approach: Approach) -> Picture:
    """Draw, for each component, its two most telling sensors over the hours before its failures."""
    columns = min(_SHOWN, len(plant.telemetry.sensors))
    figure, axes = canvas(
        len(plant.components),
        columns,
        height=0.9 + 1.75 * len(plant.components),
        sharex=True,
        sharey="row",
    )
    for row, component in enumerate(plant.components):
        for column, sensor in enumerate(top_sensors(plant, approach, component)):
            place = axes[row * columns + column]
            _approach_panel(place, approach, component, sensor)
            place.set_title(f"{worded(component)}: {worded(sensor)}")
        axes[row * columns].set_ylabel("standard deviations\nfrom normal")
    for place in axes[-columns:]:
        place.set_xlabel("hours before the failure")
    legend_below(figure)
    return finish(
        figure,
        "before_failures",
        _how_early(plant, approach),
        "Median and quartiles, aligned at the failures.",
    )


def _approach_panel(axes: Axes, approach: Approach, component: str, sensor: str) -> None:
    curve = approach.profile.filter(component=component, sensor=sensor).sort("hour")
    low, high = approach.band.filter(sensor=sensor).select("low", "high").row(0)
    if not curve.height or low is None:
        axes.text(0.5, 0.5, "no failure in the data", ha="center", transform=axes.transAxes)
        return
    x = -curve["hour"].to_numpy()
    axes.axhspan(low, high, color=NORMAL, alpha=0.25, lw=0, label="normal (middle half)")
    quartiles = curve.select("low", "high").cast(pl.Float64).to_numpy().T
    axes.fill_between(
        x, *quartiles, color=BEFORE_FAILURE, alpha=0.2, lw=0, label="middle half of the failures"
    )
    axes.plot(x, curve["middle"].to_numpy(), color=BEFORE_FAILURE, label="median of the failures")
    early = approach.stands_out(component, sensor)
    if early:
        axes.axvline(-early, color=INK, lw=0.9, ls=":")
    text = count(approach.failures[component], "failure")
    axes.text(0.02, 0.04, text, transform=axes.transAxes, fontsize=7.5, color="#555555")


def _how_early(plant: Plant, approach: Approach) -> str:
    early = {c: _earliest(plant, approach, c) for c in plant.components}
    seen = {c: h for c, h in early.items() if h > 0}
    if not seen:
        return "No single sensor stands out before most failures"
    parts = [f"{worded(c)} {hours(h)}" for c, h in sorted(seen.items(), key=lambda item: -item[1])]
    return f"Sensors stand out before the failure: {listing(parts)} ahead"


def _earliest(plant: Plant, approach: Approach, component: str) -> float:
    return max(approach.stands_out(component, s) for s in top_sensors(plant, approach, component))


def explained(approach: Approach, before: timedelta) -> str:
    """Say how normal is defined and how many failures were aligned."""
    total = sum(approach.failures.values())
    return (
        f"{count(total, 'failure')} aligned at hour 0. A machine's normal is its own mean and "
        "standard deviation over the readings that no failure follows within "
        f"{hours(before / timedelta(hours=1))}, after taking out what is usual at each hour of "
        "the week."
    )
