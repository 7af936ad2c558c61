"""Figure of the features that separate best, each on its own."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from faultcast.config.plant import Plant
from faultcast.features.spec import FeatureSpec
from faultcast.reporting.picture import Picture, blank, canvas, finish, house_style
from faultcast.reporting.style import colours_of
from faultcast.reporting.wording import percent, worded

_SHOWN = 6
_CHANCE = 0.5


def separations(plant: Plant, train: pl.DataFrame) -> pl.DataFrame:
    """Return component, feature and the area under the ROC curve of each feature alone.

    The area under the curve is the normalised rank sum of Mann and Whitney, 1947; rows in
    which the feature is empty do not count. `rises` says whether high values warn; where low ones
    do, the area is 1 - AUC.
    """
    names, components = FeatureSpec.from_plant(plant).names, plant.components
    ranked = train.select(
        pl.col(names).rank("average").cast(pl.Float64), *(f"label_{c}" for c in components)
    )
    cells = [_area(name, f"label_{c}").alias(f"{c}:{name}") for c in components for name in names]
    areas = ranked.select(cells).unpivot(variable_name="cell", value_name="area")
    cell = pl.col("cell").str.split_exact(":", 1).struct.rename_fields(["component", "feature"])
    known = areas.with_columns(cell).unnest("cell").filter(pl.col("area").is_finite())
    return known.select(
        "component",
        "feature",
        pl.max_horizontal("area", 1 - pl.col("area")).alias("area"),
        (pl.col("area") >= _CHANCE).alias("rises"),
    ).sort("component", "area", "feature", descending=[False, True, False])


def _area(feature: str, label: str) -> pl.Expr:
    rank, fails = pl.col(feature), pl.col(label)
    positive = (rank.is_not_null() & fails).sum().cast(pl.Float64)
    excess = rank.fill_null(0).dot(fails.cast(pl.Float64)) - positive * (positive + 1) / 2
    return excess / (positive * (rank.count() - positive))


@house_style
def separating_features(plant: Plant, train: pl.DataFrame) -> Picture:
    """Draw for each component the features that separate best, from the training part alone."""
    areas = separations(plant, train)
    columns = min(len(plant.components), 2)
    rows = -(-len(plant.components) // columns)
    figure, axes = canvas(rows, columns, height=0.6 + 2.1 * rows, sharex=True)
    for place, (component, colour) in zip(axes, colours_of(plant.components).items(), strict=False):
        _bars(place, areas.filter(component=component).head(_SHOWN), colour)
        place.set_title(worded(component))
    blank(axes[len(plant.components) :])
    for place in axes[-columns:]:
        place.set_xlabel("ROC AUC of the feature alone")
    return finish(figure, "separating_features", _finding(areas), "Bars of the best features.")


def _bars(axes: Axes, best: pl.DataFrame, colour: str) -> None:
    names = [
        f"{'high' if rises else 'low'} {worded(name)}"
        for name, rises in best.select("feature", "rises").iter_rows()
    ]
    heights = best["area"].to_numpy() - _CHANCE
    axes.barh(np.arange(best.height), heights, left=_CHANCE, color=colour, height=0.65)
    axes.set(yticks=range(best.height), xlim=(_CHANCE, 1.0))
    axes.set_yticklabels(names, fontsize=8)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")


def _finding(areas: pl.DataFrame) -> str:
    if areas.is_empty():
        return "No feature separates alone"
    best = areas.sort("area", "component", "feature", descending=[True, False, False]).row(
        0, named=True
    )
    return (
        f"{'High' if best['rises'] else 'Low'} {worded(best['feature'])} warns best of a failing "
        f"{worded(best['component'])}: alone it ranks {percent(best['area'])} of all pairs of rows "
        "right"
    )
