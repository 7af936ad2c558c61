"""What the columns of an unknown table hold: times, numbers or identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from faultcast.data.readers import column_names, find_files, read_table
from faultcast.data.times import parse_times

_SAMPLE = 2_000
_MOST = 0.95
# Tried in this order where times are not in ISO 8601; the first that reads all of a sample wins.
_TIME_FORMATS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
_UNIX = "%s"
_UNIX_YEARS = (631_152_000, 4_102_444_800)  # 1990 to 2100


@dataclass(frozen=True)
class Profile:
    """A column; `time_format` says how its times are written where they are not in ISO 8601."""

    name: str
    values: pl.Series
    is_number: bool
    is_time: bool
    time_format: str | None

    @property
    def texts(self) -> list[str]:
        """The distinct values as text, sorted."""
        return self.values.drop_nulls().cast(pl.String).unique().sort().to_list()

    def called(self, pattern: str) -> bool:
        """Whether the column's name, in lower case and letters only, holds a pattern."""
        return re.search(pattern, re.sub(r"[^a-z]+", "", self.name.lower())) is not None


def profile_columns(path: Path) -> list[Profile]:
    """Look at all columns of a file or folder of files.

    Raises:
        UnreadableFileError: a file cannot be read, or the files' columns differ.
    """
    files = find_files(path.parent, path.name, Path.cwd())
    names = [name for name in dict.fromkeys(column_names(files[0])) if name]
    table = pl.concat((read_table(file, names) for file in files), how="vertical_relaxed")
    return [_profile(table[name]) for name in names]


def _profile(values: pl.Series) -> Profile:
    is_number = _reads(values.cast(pl.String), values.cast(pl.Float64, strict=False))
    sample = values.drop_nulls().head(_SAMPLE)
    is_time, form = _time_of(sample, is_number)
    return Profile(values.name, values, is_number and not is_time, is_time, form)


def _time_of(sample: pl.Series, is_number: bool) -> tuple[bool, str | None]:
    if isinstance(sample.dtype, pl.Datetime | pl.Date):
        return True, None
    if sample.is_empty():
        return False, None
    if is_number:
        whole = sample.cast(pl.Float64, strict=False).drop_nulls()
        unix = bool((whole.is_between(*_UNIX_YEARS) & (whole % 1 == 0)).all())
        return unix, _UNIX if unix else None
    if _all_times(sample, None):
        return True, None
    form = next((form for form in _TIME_FORMATS if _all_times(sample, form)), None)
    return form is not None, form


def _all_times(sample: pl.Series, form: str | None) -> bool:
    machines = pl.repeat("", sample.len(), dtype=pl.String, eager=True)
    return _reads(sample, parse_times(sample, machines, ZoneInfo("UTC"), form))


def _reads(values: pl.Series, read: pl.Series) -> bool:
    there = values.len() - values.null_count()
    return there > 0 and (read.len() - read.null_count()) >= _MOST * there
