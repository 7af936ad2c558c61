from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultcast.modeling.alarms import AlarmTerms
from faultcast.modeling.rounds import round_length, rounds
from tests.unit.modeling.test_alarms import CLOCK, TERMS, at

HORIZON, LEAD = 6, 3
chances = st.integers(0, 20).map(lambda value: value / 32)
histories = st.fixed_dictionaries(
    {name: st.lists(chances, min_size=20, max_size=40) for name in "abc"}
)
breakdowns = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 45)), max_size=6)


def found(
    history: dict[str, list[float]], failures: list[tuple[str, float]], terms: AlarmTerms = TERMS
) -> pl.DataFrame:
    rows = [
        (machine, at(hour), value)
        for machine, values in history.items()
        for hour, value in enumerate(values)
    ]
    schema = {"machine": pl.String, "time": CLOCK, "probability_machine": pl.Float32}
    happened = pl.DataFrame(
        [(machine, at(hour), "pump") for machine, hour in failures],
        schema={"machine": pl.String, "time": CLOCK, "component": pl.String},
        orient="row",
    )
    return rounds(pl.DataFrame(rows, schema=schema, orient="row"), happened, terms)


@given(histories, breakdowns)
def test_curve_is_that_of_a_plain_loop(
    history: dict[str, list[float]], failures: list[tuple[str, float]]
) -> None:
    longest = max(map(len, history.values()))
    starts = range(0, longest, HORIZON)
    visits: dict[int, list[tuple[str, int]]] = {k: [] for k in (1, 2, 3)}
    for start in starts:
        there = [(-v[start], machine) for machine, v in history.items() if len(v) > start]
        for rank, (_, machine) in enumerate(sorted(there), start=1):
            for k in visits:
                if rank <= k:
                    visits[k].append((machine, start))
    last = max(hour for k in visits for _, hour in visits[k])
    counted = [(m, f) for m, f in failures if f >= LEAD and f <= last + HORIZON]
    for row in found(history, failures).iter_rows(named=True):
        went = visits[row["k"]]
        ahead = [[f - t for m, t in went if m == name and 0 < f - t <= 6] for name, f in counted]
        in_vain = [
            not any(name == m and t < f <= t + HORIZON for name, f in failures) for m, t in went
        ]
        assert row["failures"] == len(counted)
        assert row["caught"] == sum(bool(times) for times in ahead)
        assert row["in_time"] == sum(any(time >= LEAD for time in times) for times in ahead)
        assert row["visits_a_round"] == pytest.approx(len(went) / len(starts))
        assert row["in_vain_a_round"] == pytest.approx(sum(in_vain) / len(starts))


@given(histories, breakdowns)
def test_looking_at_more_machines_never_catches_less(
    history: dict[str, list[float]], failures: list[tuple[str, float]]
) -> None:
    curve = found(history, failures)
    assert (curve["caught"].diff().drop_nulls() >= 0).all()


def test_round_is_made_every_day_or_every_horizon_where_that_is_shorter() -> None:
    assert round_length(TERMS) == timedelta(hours=6)
    assert round_length(replace(TERMS, horizon=timedelta(hours=48))) == timedelta(days=1)
