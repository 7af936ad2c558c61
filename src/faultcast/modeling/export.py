"""Export a plant's model as one ONNX graph: features in, all probabilities out.

Each classifier is converted by skl2onnx; its calibration, the steps between horizons and the
machine's probability are added as plain operators, and all are joined at the common input. There
is an output for each horizon, `probabilities` for the main one and `probabilities_6h` for another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

from faultcast.config.duration import horizon_name
from faultcast.modeling.conversion import OPSETS, convert
from faultcast.modeling.horizons import Step
from faultcast.modeling.linear import LinearModels, Nodes, constant
from faultcast.modeling.plant_model import ComponentModel, PlantModel
from faultcast.scoring.manifest import Calibration, Knots, Line
from faultcast.scoring.session import INPUT, output_name

# ONNX Runtime 1.20 and newer read it; the default follows the installed onnx.
IR_VERSION = 10


def export(model: PlantModel, inputs: int) -> bytes:
    """Return the ONNX file of a model with so many inputs; the same model gives the same bytes."""
    shared = [constant("one", 1.0), constant("axis", [1], np.int64)]
    parts: list[Nodes] = [([], shared)]
    linear = LinearModels()
    for component, fitted in model.components.items():
        parts.append(_probability(fitted, inputs, f"{component}/", "probability", linear))
    for step, components in model.further.items():
        for component, fitted in components.items():
            prefix = f"{horizon_name(component, step.horizon)}/"
            neighbour = f"{horizon_name(component, step.neighbour)}/probability"
            if all(step.neighbour != other.horizon for other in model.further):
                neighbour = f"{component}/probability"
            parts += [
                _probability(fitted, inputs, prefix, "conditional", linear),
                (_take(step, neighbour, prefix), []),
            ]
    names = list(model.components)
    horizons = [None, *sorted(step.horizon for step in model.further)]
    for horizon in horizons:
        of_horizon = [horizon_name(name, horizon) if horizon else name for name in names]
        parts.append((_unite(of_horizon, output_name(horizon)), []))
    return _written(
        [linear.product(), *parts], inputs, [output_name(h) for h in horizons], len(names) + 1
    )


def _written(parts: Sequence[Nodes], inputs: int, outputs: Sequence[str], columns: int) -> bytes:
    graph = helper.make_graph(
        [node for nodes, _ in parts for node in nodes],
        "faultcast",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["rows", inputs])],
        [helper.make_tensor_value_info(o, TensorProto.FLOAT, ["rows", columns]) for o in outputs],
        [weight for _, weights in parts for weight in weights],
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    proto = helper.make_model(graph, opset_imports=opsets, producer_name="faultcast")
    proto.ir_version = IR_VERSION
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString(deterministic=True))


def _probability(
    fitted: ComponentModel, inputs: int, prefix: str, name: str, linear: LinearModels
) -> Nodes:
    """Turn features into a calibrated probability [n, 1] of that name."""
    nodes, weights = convert(fitted.classifier, inputs, prefix, linear)
    bent, more = _calibrate(fitted.calibration, prefix)
    sigmoid = helper.make_node("Sigmoid", [f"{prefix}calibrated"], [f"{prefix}{name}"])
    return [*nodes, *bent, sigmoid], [*weights, *more]


def _calibrate(calibration: Calibration, prefix: str) -> Nodes:
    if isinstance(calibration, Line):
        return _along_line(calibration, prefix)
    return _along_knots(calibration, prefix)


def _along_line(line: Line, prefix: str) -> Nodes:
    nodes = [
        _node("Mul", prefix, "log_odds", "slope", to="scaled"),
        _node("Add", prefix, "scaled", "intercept", to="calibrated"),
    ]
    weights = {"slope": line.slope, "intercept": line.intercept}
    return nodes, [constant(f"{prefix}{name}", value) for name, value in weights.items()]


def _along_knots(knots: Knots, prefix: str) -> Nodes:
    """Start at the first knot; add what each segment rises, and what lies beyond the ends.

    The segments are added up as the linear models' features are, whatever the other rows.
    """
    begins, rises = np.array(knots.log_odds), np.diff(knots.calibrated)
    widths = np.diff(begins)
    nodes = [
        _node("Min", prefix, "log_odds", "first", to="low"),
        _node("Sub", prefix, "low", "first", to="below"),
        _node("Max", prefix, "log_odds", "last", to="high"),
        _node("Sub", prefix, "high", "last", to="above"),
        _node("Add", prefix, "below", "above", to="outside"),
        _node("Sub", prefix, "log_odds", "begins", to="past"),
        _node("Max", prefix, "past", "zero", to="begun"),
        _node("Min", prefix, "begun", "widths", to="run"),
        _node("Unsqueeze", prefix, "run", "upright", to="vector"),
        _node("MatMul", prefix, "slopes", "vector", to="product"),
        _node("Squeeze", prefix, "product", "upright", to="rise"),
        _node("Add", prefix, "rise", "start", to="inside"),
        _node("Add", prefix, "inside", "outside", to="calibrated"),
    ]
    weights = {
        "zero": 0.0,
        "first": begins[0],
        "last": begins[-1],
        "start": knots.calibrated[0],
        "begins": begins[None, :-1],
        "widths": widths[None, :],
        "slopes": (rises / widths)[None, None, :],
    }
    made = [constant(f"{prefix}{name}", value) for name, value in weights.items()]
    return nodes, [*made, constant(f"{prefix}upright", [2], np.int64)]


def _take(step: Step, neighbour: str, prefix: str) -> list[onnx.NodeProto]:
    """Follow `Step.take`: rounding, too, never puts a shorter horizon above a longer one."""
    neighbour = f"/{neighbour}"
    if step.shorter:
        return [_node("Mul", prefix, neighbour, "conditional", to="probability")]
    return [
        _node("Sub", prefix, "/one", neighbour, to="survives"),
        _node("Mul", prefix, "survives", "conditional", to="fails_later"),
        _node("Add", prefix, neighbour, "fails_later", to="probability"),
    ]


def _unite(components: Sequence[str], output: str) -> list[onnx.NodeProto]:
    """Add the machine's probability, 1 - product(1 - p), by rounding never below a component's."""
    prefix = f"{output}/"
    probabilities = [f"{component}/probability" for component in components]
    return [
        helper.make_node("Concat", probabilities, [f"{prefix}each"], axis=1),
        _node("Sub", prefix, "/one", "each", to="survival"),
        _node("ReduceProd", prefix, "survival", "/axis", to="all_survive"),
        _node("Sub", prefix, "/one", "all_survive", to="any_fails"),
        _node("ReduceMax", prefix, "each", "/axis", to="riskiest"),
        _node("Max", prefix, "any_fails", "riskiest", to="machine"),
        helper.make_node("Concat", [f"{prefix}each", f"{prefix}machine"], [output], axis=1),
    ]


def _node(kind: str, prefix: str, *inputs: str, to: str) -> onnx.NodeProto:
    """Make a node; names are of the prefix, unless they begin with a slash."""
    names = [name[1:] if name.startswith("/") else f"{prefix}{name}" for name in inputs]
    return helper.make_node(kind, names, [f"{prefix}{to}"])
