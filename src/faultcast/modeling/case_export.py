"""Export a case's pipeline as one ONNX graph: columns in, text and gaps included, classes out."""

from __future__ import annotations

import warnings

import numpy as np
import onnx
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.pipeline import Pipeline

from faultcast.config.case import Case
from faultcast.errors import ExportError
from faultcast.modeling.case_rows import CaseRows
from faultcast.modeling.conversion import OPSETS, round_thresholds
from faultcast.modeling.estimators import last_step
from faultcast.modeling.export import IR_VERSION
from faultcast.modeling.export_check import LARGEST_DIFFERENCE
from faultcast.scoring.case_forecaster import CasePredictions
from faultcast.scoring.session import OUTPUT


def export_case(case: Case, pipeline: Pipeline) -> bytes:
    """Return the ONNX file of a fitted pipeline; the same pipeline gives the same bytes.

    Every column is an input of its own, [rows, 1]; the output `probabilities` is [rows, classes].
    """
    classifier = last_step(pipeline["classifier"])
    round_thresholds(classifier)
    kinds = {True: StringTensorType, False: FloatTensorType}
    inputs = [(name, kinds[one.is_text]([None, 1])) for name, one in case.columns.items()]
    with warnings.catch_warnings():
        # skl2onnx 1.20 writes booleans where protobuf wants whole numbers.
        warnings.filterwarnings("ignore", "Field onnx.AttributeProto", DeprecationWarning)
        proto = to_onnx(
            pipeline,
            name="faultcast",
            initial_types=inputs,
            options={id(classifier): {"zipmap": False}},
            target_opset=OPSETS,
        )
    label = next(one for one in proto.graph.output if one.name != OUTPUT)
    proto.graph.output.remove(label)
    # The converter's order of them changes from process to process.
    opsets = sorted(proto.opset_import, key=lambda opset: opset.domain)
    del proto.opset_import[:]
    proto.opset_import.extend(opsets)
    proto.ir_version = IR_VERSION
    onnx.checker.check_model(proto)
    return bytes(proto.SerializeToString(deterministic=True))


def check_case_export(
    case: Case, pipeline: Pipeline, rows: CaseRows, exported: CasePredictions
) -> None:
    """Compare an exported model's probabilities with those of its pipeline.

    Args:
        case: the case.
        pipeline: the fitted pipeline.
        rows: what was forecast.
        exported: by the exported model.

    Raises:
        ExportError: a probability differs by more than 1e-5. Within that, the likeliest class can
            differ only where two classes tie.
    """
    trained = pipeline.predict_proba(rows.inputs)
    difference = float(np.abs(trained - exported.probabilities).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(case.name, difference, LARGEST_DIFFERENCE, "case")
