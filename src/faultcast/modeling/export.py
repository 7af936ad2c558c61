"""Export a plant's model as one ONNX graph: features in, all probabilities out.

Each component's classifier is converted by skl2onnx; its calibration and the machine's probability
are added as plain operators, and all are joined at the common input.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from faultcast.errors import ExportError
from faultcast.modeling.conversion import OPSETS, constant, convert
from faultcast.modeling.plant_model import ComponentModel, PlantModel
from faultcast.scoring.session import INPUT, OUTPUT, Matrix, Session

# ONNX Runtime 1.20 and newer read it; the default follows the installed onnx.
IR_VERSION = 10
LARGEST_DIFFERENCE = 1e-5


def export(model: PlantModel, inputs: int) -> bytes:
    """Return the ONNX file of a model with so many inputs; the same model gives the same bytes."""
    nodes: list[onnx.NodeProto] = []
    weights = [
        constant("one", 1.0),
        constant("axis", [1], np.int64),
    ]
    for component, fitted in model.components.items():
        classifier = convert(fitted.classifier, inputs, f"{component}/")
        nodes += [*classifier[0], *_calibrate(component)]
        weights += [*classifier[1], *_sigmoid_weights(component, fitted)]
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
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    proto = helper.make_model(graph, opset_imports=opsets, producer_name="faultcast")
    proto.ir_version = IR_VERSION
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString(deterministic=True))


def check_export(plant: str, model: PlantModel, session: Session, features: Matrix) -> float:
    """Return the largest difference between exported and trained probabilities.

    Raises:
        ExportError: it is above 1e-5.
    """
    apart = np.abs(model.probabilities(features) - session.probabilities(features))
    difference = float(apart.max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(plant, difference, LARGEST_DIFFERENCE)
    return difference


def _calibrate(component: str) -> list[onnx.NodeProto]:
    def name(value: str) -> str:
        return f"{component}/{value}"

    return [
        helper.make_node("Mul", [name("log_odds"), name("slope")], [name("scaled")]),
        helper.make_node("Add", [name("scaled"), name("intercept")], [name("calibrated")]),
        helper.make_node("Sigmoid", [name("calibrated")], [name("probability")]),
    ]


def _sigmoid_weights(component: str, fitted: ComponentModel) -> list[onnx.TensorProto]:
    return [
        constant(f"{component}/slope", fitted.calibration.slope),
        constant(f"{component}/intercept", fitted.calibration.intercept),
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
