"""From a request to `dvc.yaml`: what stands there, what is refused."""

from __future__ import annotations

import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from faultcast.config.layout import Layout
from faultcast.errors import (
    DataFolderError,
    LineBreakError,
    MissingInputError,
    NotebookError,
    OutsideProjectError,
    ParameterError,
    PipelineGraphError,
    SameFolderError,
    StageNameError,
    UnknownPlantError,
)
from faultcast.pipeline.add_stage import add_stage
from faultcast.pipeline.request import StageRequest
from tests.unit.pipeline.notebooks import code, write_notebook

# DVC's own use of a library of its own.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")

WEAR = "../notebooks/02_wear.ipynb"
HEAT = "../notebooks/03_heat.ipynb"


def ask(root: Path, data: str, notebook: str = WEAR, ready: bool = True, **more: Any) -> str:
    here = root / "configs"
    stream = StringIO()
    request = StageRequest(Layout(root), here, data, notebook, **more)
    add_stage(request, stream, write=True, ready=ready)
    return stream.getvalue()


def stages(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / "dvc.yaml").read_text())["stages"])


def test_a_stage_reads_code_configuration_and_what_is_named(root: Path) -> None:
    shown = ask(root, "interim/x", dependencies=("../data/raw/mill/",))
    stage = stages(root)["wear"]
    assert stage == {
        "cmd": "faultcast notebook run notebooks/02_wear.ipynb reports/02_wear -o data/interim/x",
        "deps": [
            ".faultcast/code/notebooks/02_wear.ipynb.json",
            "configs/plants/mill.yaml",
            "data/raw/mill",
        ],
        "outs": [
            {"data/interim/x": {"persist": True}},
            {"reports/02_wear": {"persist": True}},
        ],
    }
    assert stages(root)["code"] == {
        "cmd": "faultcast pipeline code",
        "deps": ["notebooks/02_wear.ipynb", "src/mill/__init__.py", "src/mill/wear.py"],
        "outs": [{".faultcast/code": {"persist": True}}],
    }
    assert "+  wear:" in shown


def test_the_same_request_changes_nothing(root: Path) -> None:
    ask(root, "interim/x")
    before = (root / "dvc.yaml").read_bytes()
    assert ask(root, "interim/x") == "dvc.yaml: nothing to change\n"
    assert (root / "dvc.yaml").read_bytes() == before


def test_plants_are_a_matrix_with_a_folder_for_each(root: Path) -> None:
    plants = ("mill", "press")
    ask(root, "interim/{plant}/x", plants=plants, dependencies=("../data/raw/{plant}",))
    stage = stages(root)["wear"]
    assert stage["matrix"] == {"plant": "${plants}"}
    assert stage["cmd"].endswith("-o data/interim/${item.plant}/x -p plant ${item.plant}")
    assert "data/raw/${item.plant}" in stage["deps"]
    assert "configs/plants/${item.plant}.yaml" in stage["deps"]
    assert [*stage["outs"][1]] == ["reports/${item.plant}/02_wear"]


def test_plants_get_folders_without_being_asked(root: Path) -> None:
    ask(root, "interim/x", plants=("mill", "press"))
    assert [*stages(root)["wear"]["outs"][0]] == ["data/interim/x/${item.plant}"]


def test_some_of_the_plants_are_listed(root: Path) -> None:
    (root / "params.yaml").write_text("plants: [mill, press, saw]\n")
    ask(root, "interim/x", plants=("mill", "press"))
    assert stages(root)["wear"]["matrix"] == {"plant": ["mill", "press"]}


def test_one_plant_is_no_matrix(root: Path) -> None:
    ask(root, "interim/{plant}/x", plants=("press",))
    stage = stages(root)["wear"]
    assert "matrix" not in stage
    assert stage["cmd"].endswith("reports/press/02_wear -o data/interim/press/x -p plant press")
    assert "configs/plants/press.yaml" in stage["deps"]


def test_a_matrix_becomes_a_plain_stage_again(root: Path) -> None:
    ask(root, "interim/x", plants=("mill", "press"))
    ask(root, "interim/x", name="wear")
    assert "matrix" not in stages(root)["wear"]


def test_parameters_timeout_and_files_are_in_the_command(root: Path) -> None:
    (root / "values.yaml").write_text("hours: 3\n")
    (root / "more.yaml").write_text("wear: {hours: 3}\n")
    (root / "params.yaml").write_text("plants: [mill]\nwear: {hours: 3}\n")
    files = ("../values.yaml", "../params.yaml:wear", "../more.yaml:wear")
    ask(root, "interim/x", files=files, parameters=(("plant", "a b"),), timeout=90)
    stage = stages(root)["wear"]
    assert "-f values.yaml -f params.yaml:wear -f more.yaml:wear" in stage["cmd"]
    assert stage["cmd"].endswith("-p plant 'a b' --timeout 90")
    assert "values.yaml" in stage["deps"]
    assert stage["params"] == ["wear", {"more.yaml": ["wear"]}]


def test_a_notebooks_stage_keeps_its_name(root: Path) -> None:
    ask(root, "interim/x", name="windows")
    ask(root, "interim/y")
    assert set(stages(root)) == {"windows", "code"}


def test_another_folder_of_the_same_plants_is_another_stage(root: Path) -> None:
    ask(root, "interim/{plant}/x", plants=("press",))
    ask(root, "interim/{plant}/y", plants=("mill",))
    assert set(stages(root)) == {"wear", "wear-interim-y", "code"}


def test_two_stages_of_a_notebook_are_told_apart_by_name(root: Path) -> None:
    ask(root, "interim/x", name="one")
    text = (root / "dvc.yaml").read_text().replace("reports/02_wear", "reports/one")
    (root / "dvc.yaml").write_text(text)
    ask(root, "interim/y", name="two")
    with pytest.raises(StageNameError, match="one and two both run"):
        ask(root, "interim/x")


def test_a_name_follows_from_the_notebooks(root: Path) -> None:
    write_notebook(root / "notebooks/07 - my (new) one.ipynb", code("1"))
    ask(root, "interim/x", "../notebooks/07 - my (new) one.ipynb")
    assert "my-new-one" in stages(root)


@pytest.mark.parametrize(
    ("data", "more", "error", "message"),
    [
        ("interim", {"dependencies": ("../data/interim",)}, SameFolderError, "interim/wear"),
        ("interim/x/y", {"dependencies": ("../data/interim/x",)}, SameFolderError, "interim/x/y"),
        ("interim/x", {"dependencies": ("../../x",)}, OutsideProjectError, r"\.\./\.\./x"),
        ("interim/x", {"notebook": "../../n.ipynb"}, OutsideProjectError, "outside"),
        ("interim/x", {"notebook": "../notebooks/9.ipynb"}, NotebookError, "no such file"),
        ("..", {}, DataFolderError, "below data/"),
        ("", {}, DataFolderError, "nothing"),
        ("../reports/x", {}, DataFolderError, "below data/"),
        ("interim/x", {"plants": ("mil",)}, UnknownPlantError, "mill, press"),
        ("interim/x", {"parameters": (("hour", "1"),)}, ParameterError, r"mean hours\?"),
        ("interim/x", {"parameters": (("plant", "a\nb"),)}, LineBreakError, "line break"),
        ("interim/x", {"name": "a.b"}, StageNameError, "no name"),
    ],
)
def test_what_is_not_possible_is_refused(
    root: Path, data: str, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask(root, data, **more)
    assert not (root / "dvc.yaml").exists()


@pytest.mark.parametrize(
    ("data", "more", "message"),
    [
        ("interim/x", {}, "the stage wear writes data/interim/x, and"),
        ("interim/x/y", {}, "data/interim/x/y cannot be an output: the stage wear"),
        ("interim", {}, "the stage wear writes data/interim/x"),
        ("raw/mill", {"dependencies": ("../data/interim/x",)}, "heat, wear would wait"),
    ],
)
def test_what_dvc_refuses_is_said_with_the_other_stage(
    root: Path, data: str, more: dict[str, Any], message: str
) -> None:
    ask(root, "interim/x", dependencies=("../data/raw/mill",))
    before = (root / "dvc.yaml").read_text()
    with pytest.raises(PipelineGraphError, match=message):
        ask(root, data, HEAT, **more)
    assert (root / "dvc.yaml").read_text() == before


def test_a_taken_name_is_refused(root: Path) -> None:
    ask(root, "interim/x")
    with pytest.raises(StageNameError, match="it runs notebooks/02_wear"):
        ask(root, "interim/y", HEAT, name="wear")
    with pytest.raises(StageNameError, match="it runs faultcast pipeline code"):
        ask(root, "interim/y", HEAT, name="code")


def test_a_folder_in_which_git_tracks_files_is_refused(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "-f", "data/raw/mill"], cwd=root, check=True)
    with pytest.raises(DataFolderError, match=r"git tracks data/raw/mill/telemetry\.csv"):
        ask(root, "raw/mill")


def test_input_that_nobody_writes_is_refused_with_the_nearest_there_is(root: Path) -> None:
    with pytest.raises(MissingInputError, match=r"data/raw/mil does not.*mean data/raw/mill"):
        ask(root, "interim/x", dependencies=("../data/raw/mil",))
    with pytest.raises(MissingInputError, match="data/press does not"):
        ask(root, "interim/x", dependencies=("../data/{plant}",), plants=("press",))
    assert not (root / "dvc.yaml").exists()
    ask(root, "interim/x", dependencies=("../data/raw/mil",), ready=False)
    assert "data/raw/mil" in stages(root)["wear"]["deps"]


def test_input_that_a_stage_or_dvc_will_bring_is_accepted(root: Path) -> None:
    ask(root, "interim/x", plants=("mill", "press"))
    (root / "data/external.dvc").write_text("outs: [{path: external}]\n")
    brought = ("../data/interim/x/{plant}", "../data/interim/x/press/deeper", "../data/external/a")
    ask(root, "interim/y", HEAT, dependencies=brought, plants=("mill",))
    assert "data/interim/x/mill" in stages(root)["heat"]["deps"]
    with pytest.raises(MissingInputError, match="data/interim/x/mil does not"):
        ask(root, "interim/y", HEAT, dependencies=("../data/interim/x/mil",), plants=("mill",))


def test_blanks_in_folders_are_none_of_the_stages_name(root: Path) -> None:
    ask(root, "interim/x")
    ask(root, "interim/late readings", plants=("mill",))
    assert "wear-interim-late-readings" in stages(root)


def test_nothing_is_written_when_only_asked_to_show(root: Path) -> None:
    request = StageRequest(Layout(root), root, "interim/x", "notebooks/02_wear.ipynb")
    add_stage(request, StringIO(), write=False, ready=True)
    assert not (root / "dvc.yaml").exists()
