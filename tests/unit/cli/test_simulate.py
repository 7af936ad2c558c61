from pathlib import Path

import pytest
from click.testing import CliRunner

from faultcast.cli import faultcast
from faultcast.errors import ForeignLogsError, NotSimulatedError
from tests.unit.data.small_plant import make_small_plant


def test_one_line_says_what_was_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_small_plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(faultcast, ["simulate", "small"])
    assert result.exit_code == 0
    assert result.output.count("\n") == 1
    assert result.output.startswith("small: 12,")
    assert result.output.endswith("of them without warning, in data/raw/small\n")


def test_logs_of_others_and_unknown_plants_are_faults_of_the_input() -> None:
    assert ForeignLogsError.exit_code == NotSimulatedError.exit_code == 2
