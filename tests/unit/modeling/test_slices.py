from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from faultcast.modeling.alarm_evaluation import evaluate_alarms
from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.intervals import count_interval, share_interval
from faultcast.modeling.slices import slices
from tests.unit.reporting.forecasts import MODEL, TEST
from tests.unit.reporting.plants import PLANT, RECORDS

LOG = AlarmLog(MODEL.forecast(TEST.frame), RECORDS.failures, AlarmTerms.of(PLANT))
ALARMS = evaluate_alarms(LOG, 0.5, TEST.failing("machine"))
FIRST = TEST.frame.select(pl.min("time")).item()


def machines(**years: float | None) -> pl.DataFrame:
    """Describe machines as of so many years when the test part begins."""
    names = TEST.frame["machine"].unique().sort().to_list()
    ages = list(years.values())
    return pl.DataFrame(
        {
            "machine": names,
            "model": ["old" if k % 2 else "new" for k in range(len(names))],
            "installed": [
                None if (age := ages[k % len(ages)]) is None else FIRST - timedelta(days=366 * age)
                for k in range(len(names))
            ],
        },
        schema_overrides={"installed": pl.Datetime("us", "UTC")},
    )


def judged(described: pl.DataFrame) -> pl.DataFrame:
    return slices(PLANT, TEST.frame.select("machine", "time"), described, ALARMS)


@pytest.mark.parametrize("kind", ["model", "age", "month"])
def test_slices_of_a_kind_add_up_to_the_whole(kind: str) -> None:
    found = judged(machines(young=2, middle=12)).filter(kind=kind)
    assert found.height >= 2 or kind == "month"
    assert found["failures"].sum() == ALARMS.failures.height
    assert found["in_time"].sum() == ALARMS.in_time
    assert found["false_alarms"].sum() == ALARMS.false_alarms
    assert found["machine_months"].sum() == pytest.approx(ALARMS.machine_months)


def test_bands_of_age_are_in_order() -> None:
    found = judged(machines(aged=30, young=2)).filter(kind="age")
    assert found["slice"].to_list() == ["below 5 years", "20 years and more"]


def test_what_is_not_known_makes_no_slice() -> None:
    found = judged(machines(unknown=None).with_columns(model=pl.lit(None, pl.String)))
    assert set(found["kind"]) == {"month"}


def test_each_slice_tells_how_sure_it_is() -> None:
    for row in judged(machines(young=2)).iter_rows(named=True):
        if row["failures"]:
            interval = share_interval(row["in_time"] / row["failures"], row["failures"])
            assert (row["low"], row["high"]) == interval
        else:
            assert (row["share"], row["low"], row["high"]) == (None, 0, 1)
        fewest, most = count_interval(row["false_alarms"])
        months = row["machine_months"]
        assert (row["rate_low"], row["rate_high"]) == (fewest / months, most / months)


def test_month_is_that_of_the_plants_clock() -> None:
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    rows = pl.DataFrame({"machine": ["m"], "time": [late]}).cast({"time": pl.Datetime("us", "UTC")})
    plant = PLANT.model_copy(update={"time_zone": "Europe/Berlin"})
    found = slices(plant, rows, machines(young=2).head(1), ALARMS)
    assert found.filter(kind="month")["slice"].to_list() == ["2026-02"]
