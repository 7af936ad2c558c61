"""Labels look strictly ahead: (t, t + horizon]."""

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from faultcast.features.labels import add_labels

from .plants import CLOCK, START, events

HOUR = timedelta(hours=1)
HORIZON = 12 * HOUR


def labels(failures: list[datetime], until: datetime) -> dict[int, bool | None]:
    """The label of the pump at each hour of three days."""
    rows = pl.DataFrame(
        {"machine": ["a"] * 72, "time": [START + h * HOUR for h in range(72)]}
    ).cast({"time": CLOCK})
    happened = events([("a", failure, "failure", "pump") for failure in failures])
    table = add_labels(rows.lazy(), happened.lazy(), ("pump", "belt"), HORIZON, until).collect()
    assert table["label_pump"].to_list() == table["label_machine"].to_list()
    return dict(enumerate(table["label_pump"].to_list()))


def test_the_hour_of_the_failure_itself_is_not_before_it() -> None:
    label = labels([START + 30 * HOUR], START + 71 * HOUR)
    assert [hour for hour, positive in label.items() if positive] == list(range(18, 30))


def test_a_row_whose_horizon_ends_after_the_records_has_no_label() -> None:
    label = labels([START + 65 * HOUR], START + 71 * HOUR)
    assert [hour for hour, known in label.items() if known is None] == list(range(60, 72))


@given(st.sets(st.integers(0, 71)))
def test_labels_equal_their_definition(hours: set[int]) -> None:
    label = labels([START + h * HOUR for h in hours], START + 100 * HOUR)
    assert label == {t: any(t < h <= t + 12 for h in hours) for t in range(72)}


def test_other_machines_failures_do_not_count() -> None:
    rows = pl.DataFrame({"machine": ["a", "b"], "time": [START] * 2}).cast({"time": CLOCK})
    happened = events([("b", START + HOUR, "failure", "belt")])
    table = add_labels(
        rows.lazy(), happened.lazy(), ("pump", "belt"), HORIZON, START + 100 * HOUR
    ).collect()
    assert table.select("label_pump", "label_belt", "label_machine").rows() == [
        (False, False, False),
        (False, True, True),
    ]
