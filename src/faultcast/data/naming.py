"""Codes, components and models as they are named everywhere behind ingest."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_LONGEST = 64


def as_name(text: str, kind: str) -> str:
    """Turn a value of the files into a name: `E-17` is `E_17`, and a code `17` is `code_17`.

    Letters lose their accents; whatever else is not a letter of English, a digit or an underscore
    becomes an underscore; a value that does not start with a letter gets its kind in front.
    """
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    name = re.sub(r"[^A-Za-z0-9_]+", "_", "".join(letters)).strip("_")
    if not name[:1].isalpha():
        name = f"{kind}_{name}".rstrip("_")
    return name[:_LONGEST]


def as_names(texts: pl.Expr, kind: str) -> pl.Expr:
    """Turn a text column into names."""
    return texts.map_batches(lambda column: _renamed(column, kind), return_dtype=pl.String)


def _renamed(column: pl.Series, kind: str) -> pl.Series:
    values = column.drop_nulls().unique().to_list()
    return column.replace(values, [as_name(value, kind) for value in values])
