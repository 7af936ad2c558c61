from __future__ import annotations

from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.pipeline.check import add_missing, missing_in
from faultcast.pipeline.pipeline_file import PipelineFile

WHOLE = """\
stages:
  code:
    cmd: faultcast pipeline code
    deps:
    - notebooks/02_wear.ipynb
    - scripts/count.py
    - src/mill/__init__.py
    - src/mill/wear.py
    outs: [.faultcast/code: {persist: true}]
  wear:
    matrix: {plant: "${plants}"}
    cmd: >-
      faultcast notebook run notebooks/02_wear.ipynb reports/${item.plant}/02_wear
      -o data/interim/${item.plant}/wear -p plant ${item.plant} -p hours 24
    deps:
    - .faultcast/code/notebooks/02_wear.ipynb.json
    - configs/plants/${item.plant}.yaml
    outs:
    - data/interim/${item.plant}/wear: {persist: true}
    - reports/${item.plant}/02_wear/02_wear.ipynb: {persist: true}
  count:
    cmd: python scripts/count.py
    deps: [.faultcast/code/scripts/count.py.json]
    outs: [data/interim/count: {persist: true}]
  other:
    cmd: make something
    outs: [data/interim/other: {persist: true}]
"""


@pytest.fixture
def layout(root: Path) -> Layout:
    (root / "scripts").mkdir()
    (root / "scripts/count.py").write_text("import mill.wear\n")
    (root / "dvc.yaml").write_text(WHOLE)
    return Layout(root)


def problems(layout: Layout) -> list[str]:
    return missing_in(layout, PipelineFile(layout.root))


def test_a_file_that_misses_nothing_passes(layout: Layout) -> None:
    assert problems(layout) == []


@pytest.mark.parametrize(
    ("removed", "problem"),
    [
        (
            "    - .faultcast/code/notebooks/02_wear.ipynb.json\n",
            "wear: it does not depend on .faultcast/code/notebooks/02_wear.ipynb.json",
        ),
        (
            "    - configs/plants/${item.plant}.yaml\n",
            "wear: it does not depend on configs/plants/${item.plant}.yaml",
        ),
        ("    - src/mill/wear.py\n", "code: it does not depend on src/mill/wear.py"),
        ("    - notebooks/02_wear.ipynb\n", "code: it does not depend on notebooks/02_wear.ipynb"),
        (
            "    - data/interim/${item.plant}/wear: {persist: true}\n",
            "wear: data/interim/${item.plant}/wear is written, but no output",
        ),
        (
            "    deps: [.faultcast/code/scripts/count.py.json]\n",
            "count: it does not depend on .faultcast/code/scripts/count.py.json",
        ),
    ],
)
def test_what_is_missing_is_named(layout: Layout, removed: str, problem: str) -> None:
    assert removed in WHOLE
    (layout.root / "dvc.yaml").write_text(WHOLE.replace(removed, ""))
    found = problems(layout)
    assert any(one.startswith(problem) for one in found), found


def test_an_output_that_dvc_would_remove_first_is_named(layout: Layout) -> None:
    text = WHOLE.replace("[data/interim/count: {persist: true}]", "[data/interim/count]")
    (layout.root / "dvc.yaml").write_text(text)
    (problem,) = problems(layout)
    assert problem.startswith("count: data/interim/count lacks `persist: true`")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("-p hours 24", "-p hour 24", "did you mean hours"),
        ("-p hours 24", "-p hours many", "cannot be read as int"),
        ("02_wear.ipynb reports", "09_gone.ipynb reports", "there is no such file"),
    ],
)
def test_a_command_that_would_be_refused_is_named(
    layout: Layout, old: str, new: str, problem: str
) -> None:
    (layout.root / "dvc.yaml").write_text(WHOLE.replace(old, new))
    assert any(problem in one for one in problems(layout))


def test_missing_dependencies_are_added_and_nothing_else_is_touched(layout: Layout) -> None:
    text = WHOLE
    for line in (
        "    - .faultcast/code/notebooks/02_wear.ipynb.json\n",
        "    - configs/plants/${item.plant}.yaml\n",
        "    - src/mill/wear.py\n",
    ):
        text = text.replace(line, "", 1)
    (layout.root / "dvc.yaml").write_text(text.replace("    deps:\n    outs:", "    outs:"))
    file = PipelineFile(layout.root)
    add_missing(layout, file)
    file.write()
    assert problems(layout) == []
    assert PipelineFile(layout.root).get("other") == PipelineFile(layout.root).get("other")


def test_the_plant_of_a_default_counts_too(layout: Layout) -> None:
    (layout.root / "dvc.yaml").write_text(
        "stages:\n  wear:\n    cmd: faultcast notebook run notebooks/02_wear.ipynb reports/wear\n"
        "    outs: [reports/wear: {persist: true}]\n"
    )
    assert "wear: it does not depend on configs/plants/mill.yaml" in problems(layout)
