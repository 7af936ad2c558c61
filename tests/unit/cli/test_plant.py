"""`faultcast plant new` and `plant check`, as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultcast.cli import faultcast
from faultcast.config.layout import Layout
from faultcast.errors import ContractError, ProjectNotFoundError, SplitError
from tests.unit.data.mill import configure, make_mill


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    layout = make_mill(tmp_path)
    monkeypatch.chdir(tmp_path)
    return layout


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(faultcast, arguments)


def _new(layout: Layout, *options: str) -> Result:
    raw = layout.raw("mill")
    files = (f"--{kind}={raw / f'{kind}.csv'}" for kind in ("telemetry", "failures", "errors"))
    return _run("plant", "new", "press", *files, *options)


def test_new_says_what_it_wrote_and_what_comes_next(mill: Layout) -> None:
    result = _new(mill)
    assert result.exit_code == 0
    assert "Copied telemetry, failures, errors to data/raw/press/" in result.output
    assert "components  belt, pump" in result.output
    assert "faultcast plant check press" in result.output
    assert "Add press to plants in params.yaml" in result.output
    assert (mill.raw("press") / "errors.csv").is_file()


def test_new_plant_passes_its_check_once_edited(mill: Layout) -> None:
    assert _new(mill, "--link").exit_code == 0
    config = mill.plant_config("press")
    text = config.read_text(encoding="utf-8").replace("24h", "6h").replace("0.2", "0.3")
    config.write_text(text.replace("lead_time: 12h", "lead_time: 3h"), encoding="utf-8")
    result = _run("plant", "check", "press")
    assert result.exit_code == 0, result.exception


@pytest.mark.parametrize(
    "arguments",
    [
        ("plant", "new", "../press", "--telemetry", "params.yaml"),
        ("plant", "new", "press"),
        ("plant", "new", "press", "--telemetry", "missing.csv"),
        ("plant", "new", "press", "--telemetry", "params.yaml", "--time-zone", "Mars/Base"),
    ],
)
@pytest.mark.usefixtures("mill")
def test_wrong_use_is_explained(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Error:" in result.output


def test_check_sums_up_what_can_be_used(mill: Layout) -> None:
    configure(mill, horizon="12h", features={"stride": "1h", "windows": ["3h"]}, split=_HALVES)
    before = sorted(mill.root.rglob("*"))
    result = _run("plant", "check", "mill")
    assert result.exit_code == 0, result.exception
    assert "720 rows of 3 machines, 2026-01-01 to 2026-01-10" in result.output
    assert "failures    3 (belt 1, pump 2)" in result.output
    assert "params.yaml" not in result.output
    assert sorted(mill.root.rglob("*")) == before


_HALVES = {"validation": 0.4, "test": 0.3}


def test_check_says_when_the_plant_is_not_listed(mill: Layout) -> None:
    configure(mill, horizon="12h", features={"stride": "1h", "windows": ["3h"]}, split=_HALVES)
    (mill.root / "params.yaml").write_text("plants: []\n", encoding="utf-8")
    assert "add mill to plants in params.yaml" in _run("plant", "check", "mill").output


def test_check_fails_when_a_part_of_the_split_would_lack_failures(mill: Layout) -> None:
    configure(mill, split={"validation": 0.05, "test": 0.05})
    assert isinstance(_run("plant", "check", "mill").exception, SplitError)


def test_check_lists_violations(mill: Layout) -> None:
    (mill.raw("mill") / "failures.csv").unlink()
    assert isinstance(_run("plant", "check", "mill").exception, ContractError)


def test_outside_a_project_the_way_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(_run("plant", "check", "mill").exception, ProjectNotFoundError)
