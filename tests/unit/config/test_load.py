"""A plant's configuration: read whole, every fault named, nothing unknown accepted."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.errors import ConfigError, ProjectNotFoundError, UnknownPlantError

SOURCE = {"path": "telemetry.csv", "machine": "machine", "time": "time"}
VALID: dict[str, Any] = {
    "title": "The mill",
    "time_zone": "Europe/Berlin",
    "telemetry": {
        **SOURCE,
        "interval": "1h",
        "sensors": {"heat": {"unit": "°C", "min": 0, "max": 100}},
    },
    "failures": {**SOURCE, "component": "part"},
    "components": ["pump"],
    "horizon": "24h",
    "features": {"stride": "3h", "windows": ["3h"]},
    "alarm": {"lead_time": "6h"},
}
COSTS = {"currency": "EUR", "unplanned_failure": 900, "planned_repair": 90, "visit_in_vain": 9}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "configs" / "plants").mkdir(parents=True)
    (tmp_path / "params.yaml").write_text("plants: [mill]\n")
    return Layout(tmp_path)


def write(layout: Layout, content: object) -> Layout:
    layout.plant_config("mill").write_text(yaml.safe_dump(content))
    return layout


def test_a_valid_file_is_read_and_named_by_the_file(layout: Layout) -> None:
    plant = load_plant(write(layout, VALID), "mill")
    assert plant.name == "mill"
    assert plant.zone.key == "Europe/Berlin"


def test_a_configuration_cannot_change(layout: Layout) -> None:
    plant = load_plant(write(layout, VALID), "mill")
    with pytest.raises(ValidationError, match="frozen"):
        plant.title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizn": "24h"}, "horizn: unknown key"),
        ({"model": {"random_forest": {"trees": 9}}}, "model.random_forest.trees: unknown key"),
        ({"model": {"extra_trees": {"n_estimators": 0}}}, "model.extra_trees.n_estimators: "),
        ({"model": {"algorithm": "forest"}}, "model.algorithm: "),
        ({"horizon": "24 hours"}, "horizon: '24 hours' is not a duration"),
        ({"components": None}, "components: "),
        ({"components": ["pump", "pump"]}, "'pump' is used twice or reserved"),
        ({"components": ["machine"]}, "'machine' is used twice or reserved"),
        ({"time_zone": "Mars/Olympus"}, "time_zone: 'Mars/Olympus' is not a time zone"),
        ({"alarm": {"lead_time": "48h"}}, "alarm.lead_time is longer than horizon"),
        ({"features": {"stride": "2d", "windows": ["3h"]}}, "features.stride is longer"),
        ({"name": "mill"}, "name: remove it, the file's name says it"),
        ({"split": {"test": 0.7}}, "split.test: "),
        ({"costs": COSTS | {"planned_repair": 900}}, "costs: planned_repair 900.0 is not below"),
        ({"costs": COSTS | {"currency": "euro"}}, "costs.currency: "),
    ],
)
def test_a_fault_is_named_by_file_and_key(
    layout: Layout, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_plant(write(layout, {**VALID, **change}), "mill")
    assert "mill.yaml: the configuration cannot be used" in str(refused.value)
    assert message in str(refused.value)
    assert refused.value.exit_code == 2


def test_every_fault_is_listed_at_once(layout: Layout) -> None:
    sensors = {"heat": {"unit": "°C", "min": 5, "max": 5}}
    broken = {**VALID, "telemetry": {**VALID["telemetry"], "sensors": sensors}, "colour": "red"}
    del broken["horizon"]
    with pytest.raises(ConfigError) as refused:
        load_plant(write(layout, broken), "mill")
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize("content", ["", "- a list", "a: [1", "\x00"])
def test_a_file_that_is_no_mapping_is_refused(layout: Layout, content: str) -> None:
    layout.plant_config("mill").write_text(content)
    with pytest.raises(ConfigError, match=r"mill\.yaml"):
        load_plant(layout, "mill")


def test_a_key_that_stands_twice_is_refused(layout: Layout) -> None:
    write(layout, VALID)
    with layout.plant_config("mill").open("a") as file:
        file.write("horizon: 48h\n")
    with pytest.raises(ConfigError, match="the key 'horizon' stands twice"):
        load_plant(layout, "mill")


def test_an_unknown_plant_is_answered_with_the_known_ones(layout: Layout) -> None:
    with pytest.raises(UnknownPlantError, match="known plants: mill") as refused:
        load_plant(write(layout, VALID), "mil")
    assert "faultcast plant new mil " in str(refused.value)


def test_the_project_is_found_from_any_folder_of_it(layout: Layout, tmp_path: Path) -> None:
    assert Layout.find(tmp_path / "configs" / "plants") == layout


def test_a_folder_outside_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFoundError, match="Change into your clone"):
        Layout.find(tmp_path)
