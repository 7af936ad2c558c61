"""Rows that people and programs send to a case's model: read whole or refused by place."""

import pytest

from faultcast.errors import CaseRowsError
from faultcast.scoring.case_forecaster import read_rows
from faultcast.scoring.case_manifest import CaseManifest

_MODEL = {"sha256": "0" * 64, "algorithm": "logistic_regression", "accuracy": 1, "roc_auc": 1}
MANIFEST = CaseManifest.model_validate(
    {
        "case": "fruit",
        "title": "Fruit",
        "inputs": [
            {
                **{"name": "weight", "tensor": "float32", "type": "number", "min": 0, "max": 900},
                **{"required": False, "example": 120.0},
            },
            {
                **{"name": "colour", "tensor": "string", "type": "category"},
                **{"values": ["red", "green"], "example": "red"},
            },
        ],
        "target": {"column": "ripe", "type": "boolean", "meaning": "can be eaten"},
        "outputs": [{"name": "probability_false"}, {"name": "probability_true"}],
        "model": {"file": "model.onnx", **_MODEL},
        "baseline": {"file": "baseline.onnx", **_MODEL},
        "folds": 5,
        "dataset": {part: {"rows": 1, "sha256": "0" * 64} for part in ("train", "test")},
        "versions": {},
    }
)


def test_text_numbers_and_gaps_become_columns() -> None:
    rows = [{"weight": "120.5", "colour": "red"}, {"colour": "green"}, MANIFEST.example]
    read = read_rows(MANIFEST, rows)
    assert read == {"weight": [120.5, None, 120.0], "colour": ["red", "green", "red"]}


def test_every_fault_is_named_by_row_and_column() -> None:
    rows: list[dict[str, object]] = [
        {"weight": 5, "colour": "blue"},
        {"weight": 5, "colour": "red"},
        {"weight": "heavy", "colour": "red", "size": 3},
        {"weight": 5},
    ]
    with pytest.raises(CaseRowsError) as refused:
        read_rows(MANIFEST, rows)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (1, "colour"),
        (3, "size"),
        (3, "weight"),
        (4, "colour"),
    ]
    message = str(refused.value)
    assert "row 1, column colour: 'blue' is not one of red, green" in message
    assert "row 3, column size: is not known; the columns are weight, colour" in message


def test_many_faults_are_counted_and_the_first_shown() -> None:
    with pytest.raises(CaseRowsError, match="and 95 more"):
        read_rows(MANIFEST, [{"colour": "blue"}] * 100)
