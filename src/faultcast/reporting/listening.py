"""Figure of what the model listens to: what it loses when a source of features is shuffled."""

from __future__ import annotations

import numpy as np
import polars as pl

from faultcast.config.plant import Plant
from faultcast.modeling.dataset import LabelledRows
from faultcast.modeling.ranking import score
from faultcast.reporting.picture import Picture, canvas, finish, house_style
from faultcast.reporting.style import INK, SEQUENTIAL
from faultcast.reporting.wording import listing, sentence, worded
from faultcast.scoring.forecaster import Forecaster

_EVERY = 4
_SEED = 0


def thinned(rows: LabelledRows) -> LabelledRows:
    """Keep all rows before a failure and every fourth of the others: enough to compare by."""
    kept = pl.col("label_machine") | (pl.int_range(pl.len()) % _EVERY == 0)
    return LabelledRows(rows.frame.filter(kept), rows.names)


def losses(forecaster: Forecaster, rows: LabelledRows) -> pl.DataFrame:
    """Return component, source and the share of average precision lost without the source.

    A source's features are shuffled together among the rows (permutation importance, Breiman 2001).
    """
    order = np.random.default_rng(_SEED).permutation(rows.frame.height)
    intact = _precisions(forecaster, rows, rows.frame)
    found = []
    for source, names in forecaster.manifest.features.sources.items():
        shuffled = rows.frame.with_columns(rows.frame.select(pl.col(names).gather(order)))
        left = _precisions(forecaster, rows, shuffled)
        found += [
            {"component": c, "source": source, "lost": 1 - left[c] / intact[c]}
            for c in intact
            if intact[c]
        ]
    return pl.DataFrame(found)


def _precisions(
    forecaster: Forecaster, rows: LabelledRows, frame: pl.DataFrame
) -> dict[str, float]:
    forecasts = forecaster.forecast(frame)
    return {
        c: score(forecasts[f"probability_{c}"].to_numpy(), rows.failing(c)).average_precision or 0.0
        for c in forecaster.manifest.components
    }


@house_style
def listening(plant: Plant, lost: pl.DataFrame) -> Picture:
    """Colour how much each component's forecast loses without each source."""
    components = [c for c in plant.components if c in set(lost["component"])]
    sources = lost["source"].unique(maintain_order=True).to_list()
    known = {(c, s): v for c, s, v in lost.select("component", "source", "lost").iter_rows()}
    grid = np.array([[100 * known[c, s] for s in sources] for c in components])
    figure, axes = canvas(height=1.6 + 0.5 * len(components))
    image = axes[0].imshow(grid, cmap=SEQUENTIAL, vmin=0, vmax=100, aspect="auto")
    for row, column in np.ndindex(*grid.shape):
        shade = "white" if grid[row, column] > 60 else INK
        text = f"{grid[row, column]:.0f}".replace("-0", "0")
        axes[0].text(column, row, text, ha="center", va="center", color=shade)
    axes[0].set_xticks(
        range(len(sources)), [worded(s).replace(" ", "\n") for s in sources], fontsize=8
    )
    axes[0].set_yticks(range(len(components)), [worded(c) for c in components])
    axes[0].grid(visible=False)
    figure.colorbar(image, ax=axes[0], label="average precision\nlost (%)", fraction=0.04)
    return finish(figure, "listening", _finding(components, sources, grid), "Heat map.")


def _finding(
    components: list[str],
    sources: list[str],
    grid: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> str:
    parts = [
        f"{worded(sources[int(np.argmax(row))])} for {worded(component)}"
        for component, row in zip(components, grid, strict=True)
    ]
    return sentence(f"the model listens most to {listing(parts)}")
