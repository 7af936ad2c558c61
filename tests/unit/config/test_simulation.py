from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from faultcast.config.layout import Layout
from faultcast.config.load import load_config, load_plant
from faultcast.config.simulation import Mode, Simulation, disagreements
from faultcast.errors import ConfigError
from tests.unit.data.small_plant import make_small_plant, small_simulation, stored

PROJECT = Layout(Path(__file__).parents[3])
DEMO_PLANTS = yaml.safe_load((PROJECT.root / "params.yaml").read_text("utf-8"))["simulated"]


@pytest.mark.parametrize("plant", DEMO_PLANTS)
def test_a_demo_plant_and_its_simulation_agree(plant: str) -> None:
    simulation = load_config(PROJECT.simulation_config(plant), Simulation)
    assert disagreements(simulation, load_plant(PROJECT, plant)) == []


@pytest.mark.parametrize("plant", DEMO_PLANTS)
def test_a_fault_value_lies_outside_the_range_of_every_sensor(plant: str) -> None:
    said = load_config(PROJECT.simulation_config(plant), Simulation).flaws.fault_value
    sensors = load_plant(PROJECT, plant).telemetry.sensors.values()
    assert all(said < sensor.min or said > sensor.max for sensor in sensors)


def test_an_unknown_key_is_refused_with_its_place(tmp_path: Path) -> None:
    load = stored("simulation")["load"] | {"holiday": 0}
    layout = make_small_plant(tmp_path, simulation={"load": load})
    with pytest.raises(ConfigError, match=r"load\.holiday: unknown key"):
        load_config(layout.simulation_config("small"), Simulation)


def test_a_symptom_of_an_unknown_sensor_is_refused() -> None:
    components = stored("simulation")["components"]
    components["seal"]["modes"]["leaking"]["symptoms"]["smell"] = {"shift": 1}
    with pytest.raises(ValidationError, match="smell: not among the keys"):
        small_simulation(components=components)


def test_a_message_without_a_rate_of_its_own_is_refused() -> None:
    with pytest.raises(ValidationError, match="low_pressure: not among the keys"):
        small_simulation(messages={"hot": 1})


@pytest.mark.parametrize("given", [{"warning": "3h"}, {"symptoms": {"flow": {"shift": 1}}}])
def test_a_warning_and_what_shows_it_belong_together(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="belong together"):
        Mode.model_validate({"share": 1, **given})


def test_what_only_one_configuration_knows_is_named(tmp_path: Path) -> None:
    layout = make_small_plant(tmp_path, plant={"components": ["seal", "impeller"]})
    faults = disagreements(small_simulation(), load_plant(layout, "small"))
    assert len(faults) == 1
    assert faults[0].startswith("components: bearing, impeller: only in one of")
