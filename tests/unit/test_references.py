"""The data dictionaries say what the configurations say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Plant, Sensor

PROJECT = Layout(Path(__file__).parents[2])
REFERENCES = PROJECT.root / "references"
DEMO_PLANTS = yaml.safe_load((PROJECT.root / "params.yaml").read_text("utf-8"))["simulated"]


def _row_of(name: str, sensor: Sensor) -> list[str]:
    column = [f"`{sensor.column}`", f"`{name}`"] if sensor.column else [f"`{name}`"]
    return [*column, sensor.meaning, sensor.unit, f"{sensor.min:g} to {sensor.max:g}"]


def _named(plant: Plant) -> set[str]:
    """Return every file, column and value that a plant's configuration names."""
    sources = (plant.telemetry, plant.failures, plant.errors, plant.maintenance, plant.machines)
    names = {*plant.components, *(plant.errors.codes if plant.errors else ())}
    names |= set(plant.machines.models if plant.machines else ())
    for source in filter(None, sources):
        named = source.model_dump(include={"path", "machine", "time", "code", "component", "model"})
        names |= {str(name) for name in named.values() if name}
    return names


@pytest.mark.parametrize("plant", DEMO_PLANTS)
def test_a_dictionary_gives_each_sensor_its_meaning_unit_and_range(plant: str) -> None:
    lines = (REFERENCES / f"{plant}.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:1] == "|"]
    for name, sensor in load_plant(PROJECT, plant).telemetry.sensors.items():
        expected = _row_of(name, sensor)
        assert expected in [row[: len(expected)] for row in rows]


@pytest.mark.parametrize("plant", DEMO_PLANTS)
def test_a_dictionary_names_every_file_column_and_value(plant: str) -> None:
    text = (REFERENCES / f"{plant}.md").read_text("utf-8")
    assert [name for name in _named(load_plant(PROJECT, plant)) if name not in text] == []


def test_the_index_lists_every_reference() -> None:
    index = (REFERENCES / "README.md").read_text("utf-8")
    files = {file.name for file in REFERENCES.glob("*.md")} - {"README.md"}
    assert [name for name in sorted(files) if f"({name})" not in index] == []
