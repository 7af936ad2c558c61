"""Convert one classifier to ONNX nodes: features in, the log-odds of failing out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, compose, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)

from faultcast.modeling.estimators import DOUBT, Average, Classifier, Indifferent, last_step
from faultcast.modeling.linear import LinearModels, Nodes, constant, is_linear
from faultcast.scoring.session import INPUT

OPSETS = {"": 18, "ai.onnx.ml": 3}

Forest = ExtraTreesClassifier | RandomForestClassifier


def convert(classifier: Classifier, inputs: int, prefix: str, linear: LinearModels) -> Nodes:
    """Return the nodes and weights of a fitted classifier with so many inputs.

    All their names begin with the prefix; the log-odds [n, 1] are named `<prefix>log_odds`. Linear
    models are added to those of the graph, whose product comes before these nodes.
    """
    if isinstance(classifier, Indifferent):
        return [], [constant(f"{prefix}log_odds", [[0]])]
    if isinstance(classifier, Average):
        return _average(classifier, inputs, prefix, linear)
    if is_linear(classifier):
        return linear.add(classifier, prefix)
    graph = _convert(classifier, inputs, prefix)
    column = constant(f"{prefix}failing_column", [1], np.int64)
    nodes, weights = [*graph.node], [*graph.initializer, column]
    is_forest = isinstance(last_step(classifier), Forest)
    failing = f"{prefix}failing" if is_forest else f"{prefix}log_odds"
    nodes.append(helper.make_node("Gather", [graph.output[1].name, column.name], [failing], axis=1))
    if is_forest:
        more = _log_odds(prefix)
        return nodes + more[0], weights + more[1]
    return nodes, weights


def round_thresholds(classifier: object) -> None:
    """Round the split thresholds of a fitted classifier's trees down to float32."""
    if isinstance(classifier, Forest):
        for tree in classifier.estimators_:
            tree.tree_.threshold[:] = _round_down(tree.tree_.threshold)
    if isinstance(classifier, VotingClassifier):
        for member in classifier.estimators_:
            round_thresholds(last_step(member))
    if isinstance(classifier, HistGradientBoostingClassifier):
        for trees in classifier._predictors:  # scikit-learn shows its trees nowhere else
            for tree in trees:
                tree.nodes["num_threshold"] = _round_down(tree.nodes["num_threshold"])


def _average(average: Average, inputs: int, prefix: str, linear: LinearModels) -> Nodes:
    prefixes = [f"{prefix}{number}/" for number in range(len(average.members))]
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    for member, each in zip(average.members, prefixes, strict=True):
        more = convert(member, inputs, each, linear)
        nodes += more[0]
        weights += more[1]
    found = [f"{each}log_odds" for each in prefixes]
    return [*nodes, helper.make_node("Mean", found, [f"{prefix}log_odds"])], weights


def _convert(classifier: Classifier, inputs: int, prefix: str) -> onnx.GraphProto:
    """Convert to a graph whose second output is [n, 2]: log-odds, or a forest's probabilities."""
    last, options = last_step(classifier), {"zipmap": False}
    round_thresholds(last)
    if not isinstance(last, Forest):
        options["raw_scores"] = True
    with warnings.catch_warnings():
        # skl2onnx 1.20 writes booleans where protobuf wants whole numbers.
        warnings.filterwarnings("ignore", "Field onnx.AttributeProto", DeprecationWarning)
        proto = to_onnx(
            classifier,
            initial_types=[(INPUT, FloatTensorType([None, inputs]))],
            options={id(last): options},
            target_opset=OPSETS,
        )
    return compose.add_prefix_graph(proto.graph, prefix, rename_inputs=False)


def _round_down(thresholds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Round split thresholds down to float32: no float32 value changes sides.

    A threshold lies between two values; rounded to nearest, as the converter does, it may become
    the upper one, and rows with that value would take the other branch.
    """
    nearest = thresholds.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > thresholds, below, nearest)


def _log_odds(prefix: str) -> Nodes:
    """Turn a forest's probabilities into log-odds: log((p + doubt) / (1 - p + doubt)).

    In float64, for ONNX Runtime's logarithm of a float32 differs with its place among others.
    """

    def node(operator: str, *names: str, **attributes: Any) -> onnx.NodeProto:
        *inputs, output = [f"{prefix}{name}" for name in names]
        return helper.make_node(operator, inputs, [output], **attributes)

    nodes = [
        node("Cast", "failing", "exact", to=TensorProto.DOUBLE),
        node("Add", "exact", "doubt", "for"),
        node("Sub", "certain", "exact", "against"),
        node("Div", "for", "against", "odds"),
        node("Log", "odds", "exact_log_odds"),
        node("Cast", "exact_log_odds", "log_odds", to=TensorProto.FLOAT),
    ]
    weights = {"doubt": DOUBT, "certain": 1 + DOUBT}
    return nodes, [
        constant(f"{prefix}{name}", value, np.float64) for name, value in weights.items()
    ]
