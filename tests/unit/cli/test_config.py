import json

from click.testing import CliRunner

from faultcast.cli import faultcast
from faultcast.config.schema import plant_schema


def test_schema_is_printed_as_json() -> None:
    result = CliRunner().invoke(faultcast, ["config", "schema"])
    assert result.exit_code == 0
    assert json.loads(result.output) == plant_schema()
