"""All linear models of a graph as one product, in which no row's bits depend on other rows.

ONNX Runtime multiplies one row by another routine than several, and sums along rows in an order
that depends on where a row lies in memory: the last bits of a row alone and among others differ.
Here each row is a column vector of its own: one product of a matrix and a vector a row, whatever
their number. Features are taken from a centre first, as standardised ones are, so that large values
do not cancel each other; what stands in for a missing one has a weight of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from faultcast.scoring.session import INPUT

Nodes = tuple[list[onnx.NodeProto], list[onnx.TensorProto]]
Weights = npt.NDArray[np.float64]

_LOG_ODDS = "linear_log_odds"


def constant(name: str, value: object, kind: type = np.float32) -> onnx.TensorProto:
    """Return a named constant of a graph."""
    return numpy_helper.from_array(np.asarray(value, dtype=kind), name)


def is_linear(classifier: object) -> bool:
    """Tell whether a classifier is imputation, standardisation and logistic regression."""
    return isinstance(classifier, Pipeline) and isinstance(classifier[-1], LogisticRegression)


@dataclass
class LinearModels:
    """The linear models that a graph has so far."""

    pipelines: list[Pipeline] = field(default_factory=list)

    def add(self, pipeline: Pipeline, prefix: str) -> Nodes:
        """Add a fitted one; returns what names its log-odds [n, 1] `<prefix>log_odds`."""
        column = constant(f"{prefix}column", [len(self.pipelines)], np.int64)
        self.pipelines.append(pipeline)
        taken = helper.make_node("Gather", [_LOG_ODDS, column.name], [f"{prefix}log_odds"], axis=1)
        return [taken], [column]

    def product(self) -> Nodes:
        """Return the nodes, before all others, that compute the log-odds of all."""
        if not self.pipelines:
            return [], []
        centre = _as_applied(self.pipelines[0][1].mean_)
        each = [_weights(pipeline, centre) for pipeline in self.pipelines]
        slopes, offsets = np.array([one[0] for one in each]), np.array([one[1] for one in each])
        weights = [
            constant("linear_centre", centre[None]),
            constant("linear_zero", 0),
            constant("linear_slopes", slopes[None]),
            constant("linear_offsets", offsets[None]),
            constant("linear_upright", [2], np.int64),
        ]
        return _product(), weights


def _weights(pipeline: Pipeline, centre: Weights) -> tuple[Weights, float]:
    """Return the weights of the centred features and of the missing ones, and the offset."""
    imputer, scaler, regression = pipeline
    slopes = regression.coef_[0].astype(np.float64) / _as_applied(scaler.scale_)
    stands_in = (_as_applied(imputer.statistics_) - centre) * slopes
    offset = float(regression.intercept_[0] + (centre - _as_applied(scaler.mean_)) @ slopes)
    return np.concatenate([slopes, stands_in]), offset


def _as_applied(learnt: Weights) -> Weights:
    """Round as scikit-learn does where it applies what it learnt to float32 rows."""
    return learnt.astype(np.float32).astype(np.float64)


def _product() -> list[onnx.NodeProto]:
    def node(kind: str, *names: str, **attributes: Any) -> onnx.NodeProto:
        *inputs, output = [name if name == INPUT else f"linear_{name}" for name in names]
        return helper.make_node(kind, inputs, [output], **attributes)

    return [
        node("Sub", INPUT, "centre", "from_centre"),
        node("IsNaN", INPUT, "missing"),
        node("Where", "missing", "zero", "from_centre", "told"),
        node("Cast", "missing", "untold", to=TensorProto.FLOAT),
        node("Concat", "told", "untold", "row", axis=1),
        node("Unsqueeze", "row", "upright", "vector"),
        node("MatMul", "slopes", "vector", "products"),
        node("Squeeze", "products", "upright", "sums"),
        node("Add", "sums", "offsets", "log_odds"),
    ]
