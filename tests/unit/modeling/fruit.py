"""A case that the tests make up: numbers, categories, gaps and three classes of fruit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.data.case_table import read_case_table
from faultcast.data.tables import write_dataset
from faultcast.features.case_split import split_case

CONFIG = """
title: Fruit from three orchards
columns:
  weight: {type: number, min: 0, max: 900, required: false, unit: g, column: Weight (g)}
  length: {type: number, min: 0, max: 60, unit: cm}
  colour: {type: category, values: [red, green, yellow], required: false}
  spots: {type: integer, min: 0, max: 50}
  stalk: {type: boolean, required: false}
target: {column: kind, type: category, values: [apple, pear, plum], meaning: which fruit it is}
gate: {min_accuracy: 0.6, min_roc_auc: 0.7}
"""


def fruit(rows: int = 400, seed: int = 0) -> pl.DataFrame:
    """Make a table of fruit as a CSV file holds it."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 3, rows)
    weight = np.array([180.0, 200.0, 60.0])[kind] + 30 * random.normal(size=rows)
    length = np.array([8.0, 11.0, 5.0])[kind] + 1.5 * random.normal(size=rows)
    favourite = np.array(["red", "green", "yellow"])[kind]
    drawn = random.choice(["red", "green", "yellow"], rows)
    return pl.DataFrame(
        {
            "Weight (g)": _with_gaps(random, weight.clip(1, 800).round(2)),
            "length": length.clip(1, 50).round(2),
            "colour": _with_gaps(random, np.where(random.random(rows) < 0.6, favourite, drawn)),
            "spots": random.integers(0, 12, rows),
            "stalk": _with_gaps(random, random.choice(["true", "false"], rows)),
            "kind": np.array(["apple", "pear", "plum"])[kind],
        }
    )


def write_case(root: Path, table: pl.DataFrame, config: str = CONFIG) -> Layout:
    """Set up a project whose only case is that of the fruit."""
    layout = Layout(root)
    (root / "params.yaml").write_text("plants: []\nsimulated: []\ncases: [fruit]\n")
    for path in (layout.case_config("fruit"), layout.case_table("fruit")):
        path.parent.mkdir(parents=True, exist_ok=True)
    layout.case_config("fruit").write_text(config)
    table.write_csv(layout.case_table("fruit"))
    return layout


def write_case_dataset(root: Path, table: pl.DataFrame, config: str = CONFIG) -> Layout:
    """Set up the project with its dataset split."""
    layout = write_case(root, table, config)
    case = load_case(layout, "fruit")
    parts = split_case(read_case_table(layout, case), case.split)
    write_dataset(layout, "fruit", dict(parts.items()))
    return layout


def _with_gaps(random: np.random.Generator, values: np.ndarray) -> list[object]:
    missing = random.random(values.size) < 0.1
    return [None if gap else value for gap, value in zip(missing, values.tolist(), strict=True)]
