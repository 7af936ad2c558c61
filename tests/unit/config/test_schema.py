import pytest

from faultcast.config.schema import plant_schema
from tests.unit.data.mill import CONFIG

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
