from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faultcast.data.times import parse_times

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
_instants = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def _parse(
    *texts: object, zone: ZoneInfo = UTC_ZONE, form: str | None = None, machines: str = ""
) -> list[datetime | None]:
    times = pl.Series(list(texts))
    owners = pl.Series(list(machines) or ["a"] * len(texts))
    return parse_times(times, owners, zone, form).to_list()


@given(_instants, st.sampled_from([-8, 0, 1, 5.5]), st.sampled_from("T "))
def test_a_time_with_an_offset_is_that_instant(instant: datetime, offset: float, join: str) -> None:
    local = instant.astimezone(timezone(timedelta(hours=offset)))
    assert _parse(local.isoformat(sep=join), zone=BERLIN) == [instant]


@given(_instants)
@example(datetime(2000, 10, 29, 0, tzinfo=UTC))
@example(datetime(2000, 10, 29, 1, tzinfo=UTC))
def test_a_local_time_is_read_in_the_plants_zone(instant: datetime) -> None:
    local = instant.astimezone(BERLIN)
    ambiguous = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    read = _parse(local.replace(tzinfo=None).isoformat(sep=" "), zone=BERLIN)[0]
    assert read == (local.replace(fold=0).astimezone(UTC) if ambiguous else instant)


def test_the_hour_that_passes_twice_is_read_in_the_order_of_delivery() -> None:
    texts = [
        f"2024-10-27 {clock}" for clock in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    ]
    read = _parse(*texts, zone=BERLIN)
    start = datetime(2024, 10, 26, 23, 30, tzinfo=UTC)
    assert read == [start + timedelta(minutes=30 * step) for step in range(5)] + [
        datetime(2024, 10, 27, 2, tzinfo=UTC)
    ]


def test_each_machine_has_its_own_twice_passing_hour() -> None:
    read = _parse("2024-10-27 02:00", "2024-10-27 02:00", zone=BERLIN, machines="ab")
    assert read == [datetime(2024, 10, 27, 0, tzinfo=UTC)] * 2


def test_a_local_time_that_spring_skips_cannot_be_read() -> None:
    assert _parse("2024-03-31 02:30", zone=BERLIN) == [None]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-01-31", None),
        ("31.01.2026 00:00", "%d.%m.%Y %H:%M"),
        ("01/31/2026 12:00 AM", "%m/%d/%Y %I:%M %p"),
        ("31.01.2026 01:00 +0100", "%d.%m.%Y %H:%M %z"),
        (1769817600, "%s"),
        (datetime(2026, 1, 31), None),
        (datetime(2026, 1, 31).date(), None),
    ],
)
def test_other_ways_to_write_a_time(text: object, form: str | None) -> None:
    assert _parse(text, form=form) == [datetime(2026, 1, 31, tzinfo=UTC)]


def test_unix_seconds_do_not_depend_on_the_zone() -> None:
    assert _parse("1769817600", zone=BERLIN, form="%s") == [datetime(2026, 1, 31, tzinfo=UTC)]


def test_datetimes_with_a_zone_are_converted() -> None:
    aware = pl.Series([datetime(2026, 7, 1, 12)]).dt.replace_time_zone("America/Chicago")
    read = parse_times(aware, pl.Series(["a"]), BERLIN, None)
    assert read.to_list() == [datetime(2026, 7, 1, 17, tzinfo=UTC)]
    assert read.dtype == pl.Datetime("us", "UTC")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "31/01/2026", "1769817600", None])
def test_anything_else_cannot_be_read(text: str | None) -> None:
    assert _parse(text, "2026-01-31")[0] is None
