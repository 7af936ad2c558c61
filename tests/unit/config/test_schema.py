from pathlib import Path

import pytest
import yaml

from faultcast.config.schema import case_schema, plant_schema
from tests.unit.data.mill import CONFIG

ROOT = Path(__file__).parents[3]
jsonschema = pytest.importorskip("jsonschema")


def test_the_schema_accepts_a_configuration_and_refuses_unknown_keys() -> None:
    validator = jsonschema.Draft202012Validator(plant_schema())
    validator.validate(CONFIG)
    assert not validator.is_valid({**CONFIG, "horizn": "24h"})
    assert not validator.is_valid({**CONFIG, "horizon": "24x"})


def test_the_plants_name_is_its_files_and_not_a_key() -> None:
    assert "name" not in plant_schema()["properties"]
    assert "name" not in plant_schema()["required"]


def test_every_key_of_a_plant_is_described() -> None:
    described = plant_schema()["properties"].values()
    assert all({"description", "$ref", "anyOf"} & set(key) for key in described)


def test_the_schema_of_a_case_accepts_the_projects_own_and_describes_every_key() -> None:
    own = yaml.safe_load((ROOT / "configs" / "cases" / "titanic.yaml").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(case_schema())
    validator.validate(own)
    assert not validator.is_valid({**own, "colums": {}})
    assert not validator.is_valid({**own, "name": "titanic"})
    assert all({"description", "$ref", "anyOf"} & set(key) for key in _properties())


def _properties() -> list[dict[str, object]]:
    return [key for key in case_schema()["properties"].values() if "default" not in key]
