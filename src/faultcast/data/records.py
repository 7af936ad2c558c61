"""Raw tables as records with a machine, an instant in UTC and typed values."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from faultcast.config.plant import Plant
from faultcast.data.findings import Findings
from faultcast.data.naming import as_names
from faultcast.data.readers import FILE, ROW, SourceFile
from faultcast.data.times import parse_times

_PLACE = (ROW, FILE)
_NO_READING = ("NA", "N/A", "NULL", "NONE")


class Records:
    """Turns the tables of one raw file into records, noting every cell that cannot be read."""

    def __init__(self, plant: Plant, file: SourceFile, table: pl.DataFrame, findings: Findings):
        self._plant = plant
        self._file = file
        self._table = table
        self._findings = findings

    def telemetry(self, headers: Mapping[str, str]) -> pl.DataFrame:
        """Return `machine`, `time` and one Float64 column a sensor, in the order of delivery."""
        sensors = self._plant.telemetry.sensors
        return self._timed(headers, *(self._numbers(headers[name], name) for name in sensors))

    def events(self, kind: str, headers: Mapping[str, str]) -> pl.DataFrame:
        """Return `machine`, `time`, `kind` and `code`, the code as a name."""
        codes = texts_of(self._table[headers["code"]]).alias("code").to_frame()
        prefix = "code" if kind == "error" else "component"
        names = codes.select(as_names(pl.col("code"), prefix)).to_series()
        return self._timed(headers, pl.repeat(kind, len(names), eager=True).alias("kind"), names)

    def machines(self, headers: Mapping[str, str]) -> pl.DataFrame:
        """Return `machine`, `model` as a name and `age` in years; what the files lack is null."""
        nothing = pl.Series([None] * self._table.height)
        model, age = headers.get("model"), headers.get("age")
        described = self._table.select(
            *_PLACE,
            texts_of(self._table[headers["machine"]]).alias("machine"),
            (texts_of(self._table[model]) if model else nothing.cast(pl.String)).alias("model"),
            self._numbers(age, "age") if age else nothing.cast(pl.Float64).alias("age"),
        )
        return described.with_columns(as_names(pl.col("model"), "model"))

    def _timed(self, headers: Mapping[str, str], *values: pl.Series) -> pl.DataFrame:
        """Put values beside their machine and time; rows whose time cannot be read are noted."""
        raw, machines = self._table[headers["time"]], texts_of(self._table[headers["machine"]])
        machines = machines.alias("machine")
        times = parse_times(raw, machines, self._plant.zone, self._plant.time_format).alias("time")
        unread = times.is_null() & raw.is_not_null()
        problem = "{value!r} is not a time that this plant can have"
        self._note(unread, headers["time"], problem, self._time_remedy())
        return self._table.select(*_PLACE, machines, times, *values).filter(~unread)

    def _time_remedy(self) -> str:
        zone = self._plant.time_zone
        skips = "" if zone == "UTC" else f" (or is it skipped in {zone} in spring? Check time_zone)"
        return f"Write it in ISO 8601 (2026-01-31 14:00), or mend time_format{skips}"

    def _numbers(self, column: str, name: str) -> pl.Series:
        """Read numbers; text that means no reading (NA, NULL) becomes NaN, other text is noted."""
        raw = self._table[column]
        if raw.dtype != pl.String:
            return self._typed_numbers(raw, column).alias(name)
        texts = texts_of(raw)
        numbers = texts.cast(pl.Float64, strict=False)
        unread = numbers.is_null() & texts.is_not_null()
        if unread.any():
            absent = texts.str.to_uppercase().is_in(_NO_READING).fill_null(False)
            numbers = numbers.set(absent, float("nan"))
            remedy = "Mend or empty the cell; decimals are written with a point"
            self._note(unread & ~absent, column, "{value!r} is not a number", remedy)
        return numbers.alias(name)

    def _typed_numbers(self, raw: pl.Series, column: str) -> pl.Series:
        if raw.dtype.is_numeric() or raw.dtype in (pl.Boolean, pl.Null):
            return raw.cast(pl.Float64)
        problem, remedy = f"holds values of type {raw.dtype}, not numbers", "Export it as numbers"
        self._findings.violations.append(self._file.violation(problem, remedy, column=column))
        return pl.Series([None] * raw.len(), dtype=pl.Float64)

    def _note(self, unread: pl.Series, column: str, problem: str, remedy: str) -> None:
        cells = self._table.filter(unread).select(
            ROW, pl.col(column).cast(pl.String).alias("value")
        )
        self._findings.note_cells(self._file, column, cells, problem, remedy)


def texts_of(raw: pl.Series) -> pl.Series:
    """Read identifiers as text; whole numbers that came as decimals lose their point."""
    if raw.dtype.is_float() and (raw.drop_nulls() % 1 == 0).all():
        raw = raw.cast(pl.Int64)
    texts = raw.cast(pl.String).str.strip_chars()
    return texts.set(texts == "", None)
