"""Which machines to look at first: the latest forecast of each, riskiest on top."""

from __future__ import annotations

import polars as pl

from faultcast.scoring.forecaster import Forecaster


def machines_at_risk(forecaster: Forecaster, features: pl.DataFrame) -> pl.DataFrame:
    """Forecast each machine's latest row.

    Args:
        forecaster: the model.
        features: machine, time and the features; a machine that has been silent for the horizon
            when the rows end is left out.

    Returns:
        machine, time, the forecast's probabilities, likely_component (the component with the
        highest one) and alarm; highest probability_machine first.
    """
    until = features.select(pl.col("time").max() - forecaster.manifest.horizon).item()
    latest = features.filter(pl.col("time") > until).sort("machine", "time")
    forecasts = forecaster.forecast(latest.group_by("machine", maintain_order=True).last())
    components = forecaster.manifest.components
    likely = pl.concat_list(f"probability_{name}" for name in components).list.arg_max()
    return forecasts.with_columns(
        likely.replace_strict(dict(enumerate(components)), return_dtype=pl.String).alias(
            "likely_component"
        ),
        (pl.col("probability_machine").cast(pl.Float64) >= forecaster.threshold).alias("alarm"),
    ).sort("probability_machine", "machine", descending=[True, False])
