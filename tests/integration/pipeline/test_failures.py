from __future__ import annotations

import json
import os
import re
import signal

import pytest

from tests.integration.pipeline.project import PATIENCE, Ended, Project, until
from tests.unit.pipeline.notebooks import code, markdown, write_notebook

REPORT = "reports/n"
RUN = ("faultcast", "notebook", "run", "notebooks/n.ipynb", REPORT, "-o", "data/out")
WRITE = "from pathlib import Path\nPath('../data/out/x.txt').write_text({0!r})"
SLEEP = "import time\nopen('asleep', 'w').close()\ntime.sleep(600)"


def put(project: Project, *cells: dict[str, object]) -> None:
    write_notebook(project.root / "notebooks/n.ipynb", *cells)


@pytest.fixture
def before(project: Project) -> dict[str, bytes]:
    """Run the notebook well once and return its outputs."""
    put(project, code(WRITE.format("good")))
    ended = project.run(*RUN)
    assert ended.code == 0, ended.text
    return project.files("data/out", REPORT)


def failing(project: Project, source: str, *more: str) -> Ended:
    put(
        project,
        markdown("# T\n\n## Write"),
        code(WRITE.format("bad")),
        markdown("## Boom"),
        code(source),
    )
    return project.run(*RUN, *more)


def assert_as_before(project: Project, before: dict[str, bytes]) -> None:
    assert project.files("data/out", REPORT) == before
    assert list((project.root / ".faultcast/runs").iterdir()) == []
    assert project.processes() == []


def test_a_failing_cell_is_told_by_number_heading_line_and_error(
    project: Project, before: dict[str, bytes]
) -> None:
    ended = failing(project, "x = 1\ny = x / 0")
    assert ended.code == 1
    assert ended.text.splitlines()[1:] == [
        "faultcast: notebooks/n.ipynb, cell 2 (Boom), line 2: y = x / 0",
        "  ZeroDivisionError: division by zero",
        "The notebook as far as it got: reports/failed/n/n.ipynb",
    ]
    assert_as_before(project, before)


def test_the_notebook_as_far_as_it_got_is_kept(project: Project) -> None:
    failing(project, "print('so far')\n1 / 0")
    content = json.loads(project.read("reports/failed/n/n.ipynb"))
    outputs = content["cells"][3]["outputs"]
    assert [one["output_type"] for one in outputs] == ["stream", "error"]
    assert content["cells"][1]["execution_count"] == 1


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 1\nfor:\n  pass", "line 2: for:", "SyntaxError: invalid syntax"),
        ("def f():\n    return 1 / 0\nf()", "line 3: f()", "ZeroDivisionError"),
        ("raise SystemExit(3)", "line 1: raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_the_failing_line_is_the_cells_own(
    project: Project, source: str, line: str, text: str
) -> None:
    ended = failing(project, source)
    assert ended.code == 1
    assert line in ended.text
    assert text in ended.text
    assert "ipykernel" not in ended.text


def test_an_error_of_faultcast_keeps_its_message_and_exit_code(project: Project) -> None:
    source = (
        "from faultcast.config.layout import Layout\n"
        "from faultcast.config.load import load_plant\n"
        "load_plant(Layout.find(), 'nowhere')"
    )
    ended = failing(project, source)
    assert ended.code == 2
    assert (
        "faultcast: plant 'nowhere' has no configuration configs/plants/nowhere.yaml" in ended.text
    )
    assert "UnknownPlantError" not in ended.text


def test_a_kernel_that_is_killed_is_told_with_its_cell_and_memory(
    project: Project, before: dict[str, bytes]
) -> None:
    ended = failing(project, "x = bytearray(200_000_000)\nimport os\nos.kill(os.getpid(), 9)")
    assert ended.code == 1
    assert "cell 2 (Boom)" in ended.text
    held = float(ended.text.split("it held ")[1].split(" GiB")[0])
    assert 0.15 < held < 2
    assert "memory runs out" in ended.text
    assert_as_before(project, before)


def test_a_kernel_that_crashes_is_told_with_its_signal(project: Project) -> None:
    ended = failing(project, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert ended.code == 1
    assert "SIGSEGV" in ended.text


def test_a_cell_that_hangs_is_stopped_and_told_with_its_line(
    project: Project, before: dict[str, bytes]
) -> None:
    ended = failing(project, "import time\ntime.sleep(600)", "--timeout", "3")
    assert ended.code == 1
    assert "cell 2 (Boom), line 2: time.sleep(600)" in ended.text
    assert re.search(r"it took longer than 3 s and was stopped; it held 0\.\d\d GiB", ended.text)
    assert_as_before(project, before)


def test_a_cell_that_ignores_interrupts_is_stopped_too(
    project: Project, before: dict[str, bytes]
) -> None:
    source = (
        "import time\nwhile True:\n    try: time.sleep(600)\n    except KeyboardInterrupt: pass"
    )
    ended = failing(project, source, "--timeout", "3")
    assert ended.code == 1
    assert "cell 2 (Boom)" in ended.text
    assert_as_before(project, before)


def test_an_output_that_stays_empty_is_a_failure(
    project: Project, before: dict[str, bytes]
) -> None:
    put(project, code("1 + 1"))
    ended = project.run(*RUN)
    assert ended.code == 1
    assert "data/out: the notebook wrote nothing there" in ended.text
    assert_as_before(project, before)


def until_asleep(project: Project) -> None:
    until(lambda: any(project.root.glob(".faultcast/runs/*/*/notebooks/asleep")))


@pytest.mark.parametrize(
    ("number", "code_"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_ends_command_and_kernel_and_leaves_the_outputs(
    project: Project, before: dict[str, bytes], number: signal.Signals, code_: int
) -> None:
    put(project, code(WRITE.format("bad")), code(SLEEP))
    process = project.start(*RUN)
    until_asleep(project)
    process.send_signal(number)
    text, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == code_
    until(lambda: not project.processes())
    assert project.files("data/out", REPORT) == before
    if number != signal.SIGKILL:
        assert f"stopped by {number.name}; it held " in text
        assert "cell 2" in text
    put(project, code(WRITE.format("next")))
    assert project.run(*RUN).code == 0
    assert project.read("data/out/x.txt") == "next"
    assert list((project.root / ".faultcast/runs").iterdir()) == []


@pytest.mark.parametrize("shell", [(), ("sh", "-c")], ids=["directly", "through a shell"])
def test_command_and_kernel_end_with_the_program_that_runs_the_stage(
    project: Project, before: dict[str, bytes], shell: tuple[str, ...]
) -> None:
    put(project, code(WRITE.format("bad")), code(SLEEP))
    words = [*shell, " ".join(RUN) + "; true"] if shell else list(RUN)
    driver = project.start(
        "python", "-c", f"import subprocess; subprocess.run({words!r})", DVC_STAGE="n"
    )
    until_asleep(project)
    os.kill(driver.pid, signal.SIGKILL)
    driver.communicate()
    until(lambda: not project.processes())
    assert project.files("data/out", REPORT) == before
