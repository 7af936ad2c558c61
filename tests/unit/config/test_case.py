"""A case's configuration: columns and target agree, every fault is named."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.errors import ConfigError, UnknownCaseError

VALID: dict[str, Any] = {
    "title": "Fruit",
    "columns": {
        "weight": {"type": "number", "min": 0, "max": 900, "column": "Weight (g)"},
        "colour": {"type": "category", "values": ["red", "green"]},
    },
    "target": {
        "column": "kind",
        "type": "category",
        "values": ["apple", "pear", "plum"],
        "meaning": "what it is",
    },
    "gate": {"min_accuracy": 0.5, "min_roc_auc": 0.5},
}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "configs" / "cases").mkdir(parents=True)
    return Layout(tmp_path)


def load(layout: Layout, **changes: Any) -> Any:
    layout.case_config("fruit").write_text(yaml.safe_dump({**VALID, **changes}, sort_keys=False))
    return load_case(layout, "fruit")


def target(**changes: Any) -> dict[str, Any]:
    return {key: one for key, one in {**VALID["target"], **changes}.items() if one is not None}


def test_a_case_is_named_by_its_file_and_its_headers_by_their_columns(layout: Layout) -> None:
    case = load(layout)
    assert case.name == "fruit"
    assert [case.header(name) for name in case.columns] == ["Weight (g)", "colour"]
    assert case.target.classes == ("apple", "pear", "plum")
    assert case.target.positive_class is None
    assert case.target.index_of("plum") == 2


def test_a_boolean_target_asks_for_true(layout: Layout) -> None:
    case = load(layout, target=target(type="boolean", values=None))
    assert case.target.classes == (False, True)
    assert case.target.positive_class is True
    assert [case.target.index_of(value) for value in ("0", "1", "yes", False)] == [0, 1, 1, 0]


def test_integer_classes_stay_integers(layout: Layout) -> None:
    case = load(layout, target=target(type="integer", values=[4, 3, 8]))
    assert case.target.classes == (4, 3, 8)
    assert case.target.index_of("3") == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"target": target(values=["apple"])}, "two classes or more"),
        ({"target": target(values=["apple", "pear"])}, "which of the two values"),
        ({"target": target(positive="plum")}, "only for a target of two values"),
        ({"target": target(type="boolean", values=None, positive=1)}, "not for a boolean"),
        ({"target": target(values=["yes", True, "no"])}, "target.values"),
        ({"target": target(column="colour")}, "no model may read its target"),
        ({"columns": {}}, "columns"),
        ({"columns": {"the weight": {"type": "boolean"}}}, "the weight"),
        ({"tables": "fruit.csv"}, "tables: unknown key"),
        ({"gate": {"min_accuracy": 2, "min_roc_auc": 0.5}}, "gate.min_accuracy"),
    ],
)
def test_a_faulty_configuration_is_refused_and_the_fault_named(
    layout: Layout, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ConfigError, match=fault):
        load(layout, **changes)


def test_an_unknown_case_names_the_known_ones_and_the_way_in(layout: Layout) -> None:
    load(layout)
    with pytest.raises(UnknownCaseError, match=r"fruit.*faultcast case new nut"):
        load_case(layout, "nut")
