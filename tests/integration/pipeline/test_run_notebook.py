from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.integration.pipeline.project import Ended, Project
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook

REPORT = "reports/n"


def run(project: Project, *more: str, notebook: str = "notebooks/n.ipynb") -> Ended:
    return project.run("faultcast", "notebook", "run", notebook, REPORT, *more)


def put(project: Project, *cells: dict[str, object], name: str = "n") -> None:
    write_notebook(project.root / f"notebooks/{name}.ipynb", *cells)


NOISY = """\
import getpass, os, sys, time, uuid, warnings
from pathlib import Path
import polars as pl
print(object(), Path.cwd(), Path.home())
print(*{"plum", "apple", "pear", "quince", "cherry"})
warnings.warn("odd")
for done in range(3):
    print(f"{done} of 3 in {time.time()}", end="\\r", file=sys.stderr)
print("done ", file=sys.stderr)
pl.DataFrame({"a": [1, 2]})
"""
FIGURE = """\
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 3])
figure.savefig("../reports/n/wear.svg")
"""
STYLED = """\
import pandas as pd
pd.DataFrame({"a": [1, 2]}).style.highlight_max()
"""


def test_two_runs_in_two_folders_write_the_same_bytes(
    make_project: Callable[[str], Project],
) -> None:
    found = []
    for name in ("one", "another folder"):
        project = make_project(name)
        put(
            project,
            markdown("# Wear\n\n## Noise"),
            parameters("plant = 'mill'"),
            code(NOISY),
            code(FIGURE),
            code(STYLED),
        )
        ended = run(project, "-p", "plant", "press")
        assert ended.code == 0, ended.text
        found.append(project.files(REPORT))
    assert found[0] == found[1]
    assert set(found[0]) == {f"{REPORT}/n.ipynb", f"{REPORT}/n.html", f"{REPORT}/wear.svg"}


def test_the_executed_notebook_tells_nothing_of_the_run(project: Project) -> None:
    put(project, parameters("plant = 'mill'"), code("1 + 1"))
    assert run(project, "-p", "plant", "press").code == 0
    content = json.loads(project.read(f"{REPORT}/n.ipynb"))
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in content["metadata"]["language_info"]
    assert [cell["metadata"] for cell in content["cells"]] == [
        {"tags": ["parameters"]},
        {"tags": ["injected-parameters"]},
        {},
    ]
    assert [cell["id"] for cell in content["cells"]] == ["c0", "injected-parameters", "c1"]
    for text in (project.read(f"{REPORT}/n.ipynb"), project.read(f"{REPORT}/n.html")):
        assert str(project.root) not in text
        assert not re.search(r"20\d\d-\d\d-\d\dT", text)


def test_times_and_memory_are_kept_beside_the_outputs(project: Project) -> None:
    put(project, markdown("## Work"), code("x = 1"))
    assert run(project).code == 0
    timings = json.loads(project.read(".faultcast/timings/reports/n.json"))
    assert not (project.root / ".faultcast/records").exists()
    assert [cell["heading"] for cell in timings["cells"]] == ["Work"]
    assert timings["cells"][0]["seconds"] >= 0
    assert timings["peak_memory_bytes"] > 1_000_000


def test_times_and_memory_of_a_plants_notebook_are_tracked(project: Project) -> None:
    put(project, parameters("plant = 'mill'"), code("x = 1"))
    assert run(project, "-p", "plant", "press").code == 0
    (record,) = (project.root / ".faultcast/records").glob("*/record.json")
    content = json.loads(record.read_text())
    assert (content["plant"], content["stage"]) == ("press", "n")
    assert set(content["metrics"]) == {
        "cell_01.seconds",
        "cell_02.seconds",
        "seconds",
        "peak_memory_bytes",
    }


def test_progress_names_each_cell_by_its_heading(project: Project) -> None:
    put(project, parameters("a = 1"), markdown("## Rolling windows"), code("x = 1"))
    lines = run(project).text.splitlines()
    assert re.fullmatch(r"\[1/2\] Parameters  \d+\.\d s", lines[0])
    assert re.fullmatch(r"\[2/2\] Rolling windows  \d+\.\d s", lines[1])
    assert lines[2:] == ["reports/n/n.ipynb", "reports/n/n.html"]


def test_what_cells_print_and_the_kernel_logs_is_shown_when_asked(project: Project) -> None:
    put(project, code("import os\nprint('epoch 1')\nos.write(2, b'from below\\n')"))
    assert "epoch 1" not in run(project).text
    for more, variables in ((("--logs",), {}), ((), {"FAULTCAST_KERNEL_LOGS": "1"})):
        words = ("faultcast", "notebook", "run", "notebooks/n.ipynb", REPORT, *more)
        shown = project.run(*words, **variables).text
        assert "  | epoch 1\n" in shown
        assert "  | from below\n" in shown


def test_values_arrive_as_they_were_given(project: Project) -> None:
    put(
        project,
        parameters(
            "from datetime import date\n"
            "text = ''; names = ['a']; none: str | None = 'x'; start = date(2026, 1, 1)\n"
            "flag = True; code = '1'; limits = {'a': 1.0}"
        ),
        code("print(repr([text, names, none, start, flag, code, limits]))"),
    )
    project.write("values.yaml", "mill:\n  start: 2026-02-03\n  code: '007'\n  limits: {b: 2}\n")
    text = 'it\'s = "quoted" $HOME ${item} \\ *'
    ended = run(
        project,
        *("-p", "text", text, "-p", "names", '["b", "c d"]', "-p", "none", "null"),
        *("-p", "flag", "false", "-f", "values.yaml:mill"),
    )
    assert ended.code == 0, ended.text
    content = json.loads(project.read(f"{REPORT}/n.ipynb"))
    shown = "".join(content["cells"][2]["outputs"][0]["text"]).strip()
    expected = [text, ["b", "c d"], None, "datetime.date(2026, 2, 3)", False, "007", {"b": 2.0}]
    assert shown == repr(expected).replace(
        "'datetime.date(2026, 2, 3)'", "datetime.date(2026, 2, 3)"
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("-p", "plnt", "press"), "plnt: the notebook has no such parameter; did you mean plant?"),
        (("-p", "hours", "many"), "hours: 'many' cannot be read as int"),
        ((), "must: missing"),
        (("-f", "nothing.yaml"), "nothing.yaml: there is no such file"),
    ],
)
def test_wrong_parameters_are_refused_before_a_kernel_starts(
    project: Project, more: tuple[str, ...], message: str
) -> None:
    put(project, parameters("plant = 'mill'; hours = 24; must: int"), code("open('ran', 'w')"))
    ended = run(project, *more)
    assert ended.code == 2
    assert message in ended.text
    assert "Traceback" not in ended.text
    assert not (project.root / ".faultcast/runs").exists()


def test_the_project_is_found_and_left_as_it_was_from_any_folder(project: Project) -> None:
    put(project, code("from pathlib import Path\nprint(Path.cwd().name)"))
    ended = project.run(
        *("faultcast", "notebook", "run", "../notebooks/n.ipynb", "../reports/n"), at="configs"
    )
    assert ended.code == 0, ended.text
    assert "notebooks" in project.read(f"{REPORT}/n.ipynb")
    assert list((project.root / ".faultcast/runs").iterdir()) == []


def test_a_notebook_may_fill_other_folders_too(project: Project) -> None:
    put(project, code("from pathlib import Path\nPath('../data/out/x.txt').write_text('x')"))
    assert run(project, "-o", "data/out").code == 0
    assert project.read("data/out/x.txt") == "x"


def test_a_parameter_named_output_is_told_the_folder_to_fill(project: Project) -> None:
    put(
        project,
        parameters("output = ''  # folder: where the result goes"),
        code("from pathlib import Path\nPath('..', output, 'x.txt').write_text(output)"),
    )
    assert run(project, "-o", "data/out").code == 0
    assert project.read("data/out/x.txt") == "data/out"


def test_start_up_files_of_the_user_have_no_say(project: Project) -> None:
    startup = project.root / "home/.ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("plant = 'from the start-up file'")
    put(project, code("print('plant' in globals())"))
    assert (
        project.run(
            *("faultcast", "notebook", "run", "notebooks/n.ipynb", REPORT),
            HOME=str(project.root / "home"),
        ).code
        == 0
    )
    assert "False" in project.read(f"{REPORT}/n.ipynb")
