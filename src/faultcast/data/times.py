"""Times as plants write them, as instants in UTC.

A time with an offset is that instant. A time without one is read in the plant's time zone. In the
hour that passes twice in autumn, a machine's first reading at a local time is taken for the earlier
instant and the next one at the same local time for the later. A local time that spring skips never
was: it is a violation.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
_PLAIN_TIME = pl.Datetime("us")
_LOCAL = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_OFFSET = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
_TIME = "_time"
_PLAIN, _AWARE = "_plain", "_aware"


def parse_times(
    times: pl.Series, machines: pl.Series, zone: ZoneInfo, form: str | None
) -> pl.Series:
    """Read times as instants; null where there is none or it cannot be read.

    Args:
        times: text (ISO 8601 or `form`), numbers that `form` reads as text, dates or datetimes.
        machines: the machine of each row, in the order of delivery.
        zone: the time zone of times without an offset.
        form: a format for times that are not ISO 8601.
    """
    dtype = times.dtype
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return times.dt.convert_time_zone("UTC").cast(INSTANT)
    if dtype in (pl.Date, pl.Datetime):
        return _instants(times.cast(pl.Datetime("us")), machines, zone)
    read = _read_text(times.cast(pl.String), form)
    return read[_AWARE].fill_null(_instants(read[_PLAIN], machines, zone))


def _read_text(texts: pl.Series, form: str | None) -> pl.DataFrame:
    """Read each distinct text once: plain local times and times with an offset."""
    text = pl.col(_TIME).str.strip_chars()
    iso = text.str.replace(r"^(\d{4}-\d\d-\d\d)T", "${1} ").str.replace("Z$", "+00:00")
    plain = [_parsed(iso, iso_form) for iso_form in _LOCAL]
    aware = [_parsed(iso, iso_form, INSTANT) for iso_form in _OFFSET]
    if form and "%s" in form:
        aware.append(_parsed(text, form).dt.replace_time_zone("UTC"))
    elif form and re.search("%[:#]?z", form):
        aware.append(_parsed(text, form, INSTANT))
    elif form:
        plain.append(_parsed(text, form))
    distinct = texts.alias(_TIME).unique().drop_nulls().to_frame()
    instants = distinct.select(
        _TIME, pl.coalesce(plain).alias(_PLAIN), pl.coalesce(aware).alias(_AWARE)
    )
    return texts.alias(_TIME).to_frame().join(instants, on=_TIME, how="left", maintain_order="left")


def _parsed(text: pl.Expr, form: str, dtype: pl.Datetime = _PLAIN_TIME) -> pl.Expr:
    return text.str.strptime(dtype, form, strict=False)


def _instants(plain: pl.Series, machines: pl.Series, zone: ZoneInfo) -> pl.Series:
    frame = pl.DataFrame({_TIME: plain, "machine": machines})
    early, late = (
        frame.select(_in_utc(zone, pl.lit(c))).to_series() for c in ("earliest", "latest")
    )
    if early.equals(late):
        return early
    again = pl.int_range(pl.len()).over("machine", _TIME) > 0
    choice = pl.when(again).then(pl.lit("latest")).otherwise(pl.lit("earliest"))
    return frame.select(_in_utc(zone, choice)).to_series()


def _in_utc(zone: ZoneInfo, ambiguous: pl.Expr) -> pl.Expr:
    local = pl.col(_TIME).dt.replace_time_zone(zone.key, ambiguous=ambiguous, non_existent="null")
    return local.dt.convert_time_zone("UTC").cast(INSTANT)
