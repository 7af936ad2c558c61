"""A notebook run inside of this process, with a kernel of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faultcast.errors import CellError, MissingOutputError, ParameterError, PassedOnError
from faultcast.pipeline.document import Cell
from faultcast.pipeline.parameters import Text
from faultcast.pipeline.run import NotebookRun, run_notebook
from tests.unit.pipeline.notebooks import code, markdown, parameters, write_notebook

WRITE = "from pathlib import Path\nPath('../data/out/x').write_text({0!r})"


class Silent:
    """Takes note of the cells that ended."""

    def __init__(self) -> None:
        self.ended_cells: list[str] = []

    def started(self, cell: Cell, cells: int) -> None:
        pass

    def printed(self, text: str) -> None:
        pass

    def ended(self, cell: Cell, cells: int, seconds: float) -> None:
        assert seconds >= 0
        self.ended_cells.append(f"{cell.number}/{cells} {cell.heading}")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "configs").mkdir()
    (tmp_path / "params.yaml").write_text("plants: [mill]\n")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert list((tmp_path / ".faultcast/runs").glob("*")) == []


def run(root: Path, *cells: dict[str, Any], **more: Any) -> tuple[tuple[Path, ...], list[str]]:
    path = write_notebook(root / "notebooks/n.ipynb", *cells)
    progress = more.pop("progress", Silent())
    outputs = (root / "data/out",)
    job = NotebookRun(root, path, root / "reports/n", more.pop("outputs", outputs), **more)
    return run_notebook(job, progress), progress.ended_cells


def test_outputs_and_report_are_put_in_place(root: Path) -> None:
    strays, cells = run(
        root,
        markdown("# T\n\n## Write"),
        parameters("text = 'a'"),
        code("from pathlib import Path\nPath('../data/out/x').write_text(text)"),
        parameters={"text": Text("b")},
    )
    assert strays == ()
    assert cells == ["1/2 Parameters", "2/2 Write"]
    assert (root / "data/out/x").read_text() == "b"
    assert sorted(one.name for one in (root / "reports/n").iterdir()) == ["n.html", "n.ipynb"]


def test_wrong_parameters_start_nothing(root: Path) -> None:
    with pytest.raises(ParameterError):
        run(root, parameters("a = 1"), code("1"), parameters={"b": 1})
    assert not (root / ".faultcast").exists()


def test_a_failing_cell_is_told_and_its_notebook_kept(root: Path) -> None:
    run(root, code(WRITE.format("good")))
    with pytest.raises(CellError) as failed:
        run(root, code(WRITE.format("bad")), markdown("## Boom"), code("x = 1\n1 / 0"))
    assert str(failed.value).splitlines() == [
        "notebooks/n.ipynb, cell 2 (Boom), line 2: 1 / 0",
        "  ZeroDivisionError: division by zero",
        "The notebook as far as it got: reports/failed/n/n.ipynb",
    ]
    assert failed.value.exit_code == 1
    assert (root / "data/out/x").read_text() == "good"
    assert "division by zero" in (root / "reports/failed/n/n.ipynb").read_text()


def test_an_error_of_ours_is_passed_on(root: Path) -> None:
    source = "from faultcast.errors import StageNameError\nraise StageNameError('odd')"
    with pytest.raises(PassedOnError, match=r"^odd\n") as failed:
        run(root, code(source))
    assert failed.value.exit_code == 2


def test_a_dead_kernel_is_told(root: Path) -> None:
    with pytest.raises(CellError, match=r"the kernel was killed.* GiB at most"):
        run(root, code("import os\nos.kill(os.getpid(), 9)"))


def test_a_kernel_that_ends_by_itself_is_told_with_its_last_words(root: Path) -> None:
    with pytest.raises(CellError, match=r"ended with exit code 3"):
        run(root, code("import os\nos._exit(3)"))


def test_a_hanging_cell_is_stopped(root: Path) -> None:
    with pytest.raises(CellError, match=r"line 2: time.sleep\(60\)\n  it took longer than 0.5 s"):
        run(root, code("import time\ntime.sleep(60)"), timeout=0.5)


class Interrupting(Silent):
    """Interrupts this process as soon as a cell begins."""

    def started(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_stops_the_cells(root: Path) -> None:
    source = code("import time\ntime.sleep(60)")
    with pytest.raises(CellError, match=r"cell 1 .*\n  stopped by SIGINT; it held") as failed:
        run(root, source, progress=Interrupting())
    assert failed.value.exit_code == 128 + signal.SIGINT


def test_an_empty_output_is_refused(root: Path) -> None:
    with pytest.raises(MissingOutputError, match="data/out"):
        run(root, code("1"))
    assert not (root / "reports/n").exists()


def test_files_beside_the_outputs_are_told(root: Path) -> None:
    strays, _ = run(root, code("open('beside.txt', 'w').write('x')"), outputs=())
    assert strays == (root / "notebooks/beside.txt",)
    assert (root / "notebooks/beside.txt").read_text() == "x"


def test_a_kernel_that_cannot_start_is_told_with_its_last_words(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = root / "broken"
    (broken / "ipykernel").mkdir(parents=True)
    (broken / "ipykernel/__init__.py").write_text("raise RuntimeError('no kernel today')")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    with pytest.raises(CellError, match="before its first cell:") as failed:
        run(root, code("1"))
    assert "the kernel did not start" in str(failed.value)
    assert "no kernel today" in str(failed.value)
