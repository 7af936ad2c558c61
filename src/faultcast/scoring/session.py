"""Run an exported model: features in, probabilities out, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import polars as pl

from faultcast.config.duration import horizon_name
from faultcast.errors import FeatureColumnsError

Matrix = npt.NDArray[np.float32]

INPUT, OUTPUT = "features", "probabilities"


class Session:
    """An ONNX graph with the input `features` and an output for each horizon.

    Args:
        graph: the bytes of the ONNX file.
    """

    def __init__(self, graph: bytes) -> None:
        self._session = open_graph(graph)
        self._only_main = onnxruntime.RunOptions()
        self._only_main.only_execute_path_to_fetches = True

    def probabilities(self, features: Matrix) -> Matrix:
        """Return the probability of each component and, last, the machine: [n, components + 1].

        They are those of the main horizon; the graph's other parts are not computed.

        Args:
            features: [n, inputs], a missing value is NaN.
        """
        (probabilities,) = self._session.run([OUTPUT], {INPUT: features}, self._only_main)
        return np.asarray(probabilities)

    def outputs(self, features: Matrix) -> Matrix:
        """Return the probabilities over all horizons, in the order of the manifest's outputs.

        Args:
            features: [n, inputs], a missing value is NaN.

        Returns:
            Components and machine over the main horizon, then over each further one: [n, outputs].
        """
        return np.concatenate(self._session.run(None, {INPUT: features}), axis=1)


def output_name(horizon: timedelta | None) -> str:
    """Name the graph's output of a horizon; None is the main one."""
    return horizon_name(OUTPUT, horizon) if horizon else OUTPUT


def open_graph(graph: bytes) -> Any:
    """Open an ONNX graph on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def feature_matrix(rows: pl.DataFrame, names: Sequence[str]) -> Matrix:
    """Take the model's input from a frame: [rows, names] in the order of the names, null as NaN.

    Raises:
        FeatureColumnsError: a column is missing or holds no numbers.
    """
    missing = [name for name in names if name not in rows.columns]
    text = [name for name in names if name not in missing and not _is_number(rows[name].dtype)]
    if missing or text:
        raise FeatureColumnsError(missing, text)
    numbers = rows.select(pl.col(names).cast(pl.Float32).fill_null(float("nan")))
    return np.ascontiguousarray(numbers.to_numpy())


def _is_number(kind: pl.DataType) -> bool:
    return kind.is_numeric() or kind in (pl.Boolean, pl.Null)
