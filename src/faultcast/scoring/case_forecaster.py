"""Forecast with a case's model: rows of a table in, classes and their probabilities out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from faultcast.config.case import Class
from faultcast.config.cells import Cell, UnfitCellError
from faultcast.errors import CaseRowsError, CellFault
from faultcast.scoring.case_manifest import TRAIN_STAGE, CaseExport, CaseInput, CaseManifest
from faultcast.scoring.model_file import read_graph
from faultcast.scoring.session import OUTPUT, Matrix, open_graph

Tensors = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class CasePredictions:
    """The likeliest class of each row, and the probability [rows, classes] of each class."""

    classes: list[Class]
    probabilities: Matrix


class CaseForecaster:
    """A case's model, ready to forecast.

    Args:
        manifest: what the model's folder says of it.
        graph: the bytes of its ONNX file.
    """

    def __init__(self, manifest: CaseManifest, graph: bytes) -> None:
        self.manifest = manifest
        self._session = open_graph(graph)

    @classmethod
    def load(cls, folder: Path) -> CaseForecaster:
        """Load the model of a folder such as `models/<case>`.

        Raises:
            StageNotRunError: the folder holds no model.
            ManifestError: its manifest cannot be read, or is that of a plant.
            ModelFileError: the model is not the one that the manifest describes.
        """
        manifest = CaseManifest.read(folder)
        return cls(manifest, _graph(folder, manifest.model))

    @classmethod
    def load_baseline(cls, folder: Path) -> CaseForecaster:
        """Load the baseline of a folder; raises as `load` does."""
        manifest = CaseManifest.read(folder)
        return cls(manifest, _graph(folder, manifest.baseline))

    def predict(self, rows: Sequence[Mapping[str, object]]) -> CasePredictions:
        """Forecast rows as people and programs send them.

        Args:
            rows: values by column, as JSON holds them or as text ("22" is a number too). A column
                that may be empty can be left out, null or empty text.

        Raises:
            CaseRowsError: a value is missing or not allowed, or a column is unknown; all are named.
        """
        columns = read_rows(self.manifest, rows)
        return self._run(
            {one.name: _tensor(one, columns[one.name]) for one in self.manifest.inputs}
        )

    def forecast(self, rows: pl.DataFrame) -> CasePredictions:
        """Forecast rows of a dataset: the case's columns, null where missing; others are left out.

        Their values are those that `read_rows` would give: numbers, and the text of categories.
        """
        return self._run({one.name: _column(one, rows[one.name]) for one in self.manifest.inputs})

    def _run(self, tensors: Tensors) -> CasePredictions:
        classes = self.manifest.target.classes
        (probabilities,) = self._session.run([OUTPUT], tensors)
        likeliest = probabilities.argmax(axis=1).tolist()
        return CasePredictions([classes[one] for one in likeliest], probabilities)


def read_rows(
    manifest: CaseManifest, rows: Sequence[Mapping[str, object]]
) -> dict[str, list[Cell]]:
    """Return the cells of each column that a model reads.

    Raises:
        CaseRowsError: a value is missing or not allowed, or a column is unknown; all are named.
    """
    faults: list[CellFault] = []
    columns: dict[str, list[Cell]] = {name: [] for name in manifest.names}
    for number, row in enumerate(rows, start=1):
        faults += _unknown(manifest, number, row)
        for column in manifest.inputs:
            try:
                columns[column.name].append(column.read(row.get(column.name)))
            except UnfitCellError as fault:
                faults.append(CellFault(number, column.name, str(fault)))
    if faults:
        raise CaseRowsError(manifest.case, faults)
    return columns


def _unknown(manifest: CaseManifest, number: int, row: Mapping[str, object]) -> Iterator[CellFault]:
    for name in row:
        if name not in manifest.names:
            columns = ", ".join(manifest.names)
            yield CellFault(number, name, f"is not known; the columns are {columns}")


def _tensor(column: CaseInput, cells: list[Cell]) -> npt.NDArray[Any]:
    """Return cells as the model reads them, [rows, 1]."""
    filled = [_missing(column) if cell is None else cell for cell in cells]
    return np.array(filled, dtype=object if column.is_text else np.float32).reshape(-1, 1)


def _column(column: CaseInput, cells: pl.Series) -> npt.NDArray[Any]:
    """Return a column of a frame as the model reads it, [rows, 1]."""
    filled = cells.fill_null(_missing(column)).to_numpy()
    return filled.astype(object if column.is_text else np.float32).reshape(-1, 1)


def _missing(column: CaseInput) -> str | float:
    return "" if column.is_text else float("nan")


def _graph(folder: Path, model: CaseExport) -> bytes:
    return read_graph(folder / model.file, model.sha256, f"{TRAIN_STAGE}@{folder.name}")
