"""Export a plant's model as one ONNX graph: features in, all probabilities out.

Each component's classifier is converted by skl2onnx; its calibration and the machine's probability
are added as plain operators, and all are joined at the common input.
"""

from __future__ import annotations

import warnings

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from faultcast.errors import ExportError
from faultcast.modeling.estimators import Estimator
from faultcast.modeling.plant_model import ComponentModel, PlantModel
from faultcast.scoring.session import INPUT, OUTPUT, Matrix, Session

_OPSETS = {"": 18, "ai.onnx.ml": 3}
# ONNX Runtime 1.20 and newer read it; the default follows the installed onnx.
_IR_VERSION = 10
_LARGEST_DIFFERENCE = 1e-5


def export(model: PlantModel, inputs: int) -> bytes:
    """Return the ONNX file of a model with so many inputs; the same model gives the same bytes."""
    nodes: list[onnx.NodeProto] = []
    weights = [
        _constant("one", 1.0),
        _constant("failing_column", [1], np.int64),
        _constant("axis", [1], np.int64),
    ]
    for component, fitted in model.components.items():
        classifier = _convert(fitted.estimator, inputs, f"{component}/")
        nodes += [*classifier.node, *_calibrate(component, classifier.output[1].name)]
        weights += [*classifier.initializer, *_sigmoid_weights(component, fitted)]
    nodes += _unite([f"{component}/probability" for component in model.components])
    graph = helper.make_graph(
        nodes,
        "faultcast",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["rows", inputs])],
        [
            helper.make_tensor_value_info(
                OUTPUT, TensorProto.FLOAT, ["rows", len(model.components) + 1]
            )
        ],
        weights,
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
    proto = helper.make_model(graph, opset_imports=opsets, producer_name="faultcast")
    proto.ir_version = _IR_VERSION
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString(deterministic=True))


def check_export(plant: str, model: PlantModel, session: Session, features: Matrix) -> float:
    """Return the largest difference between exported and trained probabilities.

    Raises:
        ExportError: it is above 1e-5.
    """
    apart = np.abs(model.probabilities(features) - session.probabilities(features))
    difference = float(apart.max())
    if not difference <= _LARGEST_DIFFERENCE:
        raise ExportError(plant, difference, _LARGEST_DIFFERENCE)
    return difference


def _convert(estimator: Estimator, inputs: int, prefix: str) -> onnx.GraphProto:
    """Convert a classifier to a graph whose second output is its log-odds, [n, 2]."""
    classifier = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if isinstance(classifier, HistGradientBoostingClassifier):
        _round_thresholds(classifier)
    with warnings.catch_warnings():
        # skl2onnx 1.20 writes booleans where protobuf wants whole numbers.
        warnings.filterwarnings("ignore", "Field onnx.AttributeProto", DeprecationWarning)
        proto = to_onnx(
            estimator,
            initial_types=[(INPUT, FloatTensorType([None, inputs]))],
            options={id(classifier): {"raw_scores": True, "zipmap": False}},
            target_opset=_OPSETS,
        )
    return compose.add_prefix_graph(proto.graph, prefix, rename_inputs=False)


def _round_thresholds(boosting: HistGradientBoostingClassifier) -> None:
    """Round split thresholds down to float32: no float32 value changes sides.

    A threshold is the middle of two values; rounded to nearest, as the converter does, it may
    become the upper one, and rows with that value would take the other branch.
    """
    for trees in boosting._predictors:  # scikit-learn shows its trees nowhere else
        for tree in trees:
            exact = tree.nodes["num_threshold"]
            nearest = exact.astype(np.float32)
            below = np.nextafter(nearest, np.float32(-np.inf))
            tree.nodes["num_threshold"] = np.where(nearest > exact, below, nearest)


def _calibrate(component: str, log_odds: str) -> list[onnx.NodeProto]:
    def name(value: str) -> str:
        return f"{component}/{value}"

    return [
        helper.make_node("Gather", [log_odds, "failing_column"], [name("log_odds")], axis=1),
        helper.make_node("Mul", [name("log_odds"), name("slope")], [name("scaled")]),
        helper.make_node("Add", [name("scaled"), name("intercept")], [name("calibrated")]),
        helper.make_node("Sigmoid", [name("calibrated")], [name("probability")]),
    ]


def _sigmoid_weights(component: str, fitted: ComponentModel) -> list[onnx.TensorProto]:
    return [
        _constant(f"{component}/slope", fitted.calibration.slope),
        _constant(f"{component}/intercept", fitted.calibration.intercept),
    ]


def _unite(probabilities: list[str]) -> list[onnx.NodeProto]:
    """Add the machine's probability, 1 - product(1 - p), by rounding never below a component's."""
    return [
        helper.make_node("Concat", probabilities, ["components"], axis=1),
        helper.make_node("Sub", ["one", "components"], ["survival"]),
        helper.make_node("ReduceProd", ["survival", "axis"], ["all_survive"]),
        helper.make_node("Sub", ["one", "all_survive"], ["any_fails"]),
        helper.make_node("ReduceMax", ["components", "axis"], ["riskiest"]),
        helper.make_node("Max", ["any_fails", "riskiest"], ["machine"]),
        helper.make_node("Concat", ["components", "machine"], [OUTPUT], axis=1),
    ]


def _constant(name: str, value: object, kind: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value, dtype=kind), name)
