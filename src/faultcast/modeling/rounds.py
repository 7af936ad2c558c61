"""Rounds: each day planners look at the k riskiest machines; what do they find?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.canonical import read_canonical
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.dataset import read_part
from faultcast.scoring.forecaster import Forecaster

_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
_MOST = 50


def round_length(terms: AlarmTerms) -> timedelta:
    """Return the time between two rounds: a day, or the horizon where it is shorter.

    Rounds farther apart than the horizon would pass failures by that no forecast covered.
    """
    return min(_DAY, terms.horizon)


def rounds_of_plant(layout: Layout, plant: str) -> pl.DataFrame:
    """Count what rounds by a plant's model find in its test part; returns as `rounds` does.

    Raises:
        StageNotRunError: the dataset or the model is not there yet.
        ManifestError, ModelFileError: the model cannot be used.
    """
    settings = load_plant(layout, plant)
    forecasts = Forecaster.load(layout.model(plant)).forecast(
        read_part(layout, settings, "test").frame
    )
    return rounds(forecasts, read_canonical(layout, plant).failures, AlarmTerms.of(settings))


def rounds(forecasts: pl.DataFrame, failures: pl.DataFrame, terms: AlarmTerms) -> pl.DataFrame:
    """Count what rounds to the k riskiest machines find, for each k up to 50.

    A machine's risk is its first forecast of the round. A failure is caught by a visit in
    [f - horizon, f), in time by one in [f - horizon, f - lead time]; a visit at t is in vain when
    its machine does not fail in (t, t + horizon].

    Args:
        forecasts: machine, time, probability_machine.
        failures: machine, time, component; those of other periods may be among them.
        terms: horizon and lead time.

    Returns:
        k, failures, caught, in_time, visits_a_round and in_vain_a_round.
    """
    every = round_length(terms)
    since = (pl.col("time") - pl.col("time").min()).dt.total_microseconds()
    visits = (
        forecasts.sort("machine", "time")
        .with_columns((since // (every // _MICROSECOND)).alias("round"))
        .group_by("machine", "round", maintain_order=True)
        .first()
        .sort("probability_machine", "machine", descending=[True, False])
        .with_columns(pl.int_range(1, pl.len() + 1).over("round").alias("rank"))
    )
    log = AlarmLog(
        visits.select("machine", "time", (-pl.col("rank")).alias("probability_machine")),
        failures,
        replace(terms, stride=every),
    )
    count, ranks = visits["round"].n_unique(), -log.probabilities
    return pl.DataFrame(
        [
            {
                "k": k,
                "failures": log.failures.height,
                "caught": int(told["announced"].sum()),
                "in_time": int(told["in_time"].sum()),
                "visits_a_round": np.count_nonzero(ranks <= k) / count,
                "in_vain_a_round": np.count_nonzero((ranks <= k) & log.in_vain) / count,
            }
            for k in range(1, min(visits["machine"].n_unique(), _MOST) + 1)
            for told in [log.announcements(-k)]
        ]
    )
