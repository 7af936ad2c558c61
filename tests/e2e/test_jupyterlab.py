"""A notebook in a real JupyterLab: it runs as it is, and what a person edits is all that counts."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest

from .clone import ROOT, Clone

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(900)
PATIENCE = 180  # seconds: on a busy machine a browser takes its time
NOTEBOOK = "notebooks/01_explore.ipynb"
RUN = ("faultcast", "pipeline", "run", "explore@bottling", "features@bottling")
UNCHANGED = dict.fromkeys(
    [f"{stage}@bottling" for stage in ("simulate", "ingest", "explore", "features")], "unchanged"
)


def until(condition: Callable[[], object]) -> None:
    limit = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < limit, "it did not happen"
        sleep(0.2)


def made(target: str, program: str) -> str:
    """Return the line in which a target of the Makefile calls a program."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    asked = ["make", "--dry-run", "--no-print-directory", target]
    said = subprocess.run(asked, cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    (line,) = (line for line in said.stdout.splitlines() if line.startswith(f"{program} "))
    return line


@dataclass(frozen=True)
class Lab:
    """A JupyterLab, and the notebook on disk that it saves."""

    address: str
    file: Path

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/api/status?token=t", timeout=5):
                return True
        except OSError:
            return False

    def open(self, browser: Browser) -> Page:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{self.address}/lab/tree/{NOTEBOOK}?token=t")
        page.get_by_text("| Idle").wait_for()
        return page

    def save(self, page: Page, condition: Callable[[dict[str, Any]], object]) -> None:
        """Save until the file is as it should be."""

        def saved() -> object:
            page.keyboard.press("Control+S")
            page.wait_for_timeout(300)
            return condition(json.loads(self.file.read_text(encoding="utf-8")))

        until(saved)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which the small plant has the name of the notebooks' default, and has run."""
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("lab") / "a clone", name="bottling")
    clone.run(*RUN)
    return clone


@pytest.fixture
def lab(clone: Clone, tmp_path: Path) -> Iterator[Lab]:
    """What `make lab` starts, without opening a browser of the person's own."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = shlex.split(made("lab", "jupyter"))
    words += ["--no-browser", f"--port={port}", "--IdentityProvider.token=t"]
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / words[0]), *words[1:]],
        cwd=clone.root,
        env=clone.environment | {"HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        lab = Lab(f"http://127.0.0.1:{port}", clone.root / NOTEBOOK)
        until(lab.answers)
        yield lab
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def outcomes(clone: Clone) -> dict[str, str]:
    """Run what changed and return what became of each stage."""
    table = clone.run(*RUN).stdout
    return dict(re.findall(r"^(\S+@\w+) +(ran|unchanged|restored)\b", table, re.MULTILINE))


def difference(clone: Clone) -> list[str]:
    """Return the lines of the notebooks that git sees changed after `make format`."""
    strip = made("format", "nbstripout")
    found = subprocess.run(
        ["sh", "-euc", f"{strip}; git diff --unified=0 notebooks"],
        cwd=clone.root,
        env=clone.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return re.findall(r"^[-+](?![-+]) *(.*)", found, re.MULTILINE)


def test_what_is_edited_in_jupyterlab_is_all_that_runs_again(
    browser: Browser, clone: Clone, lab: Lab
) -> None:
    page = lab.open(browser)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    lab.save(page, lambda saved: code(saved)[-1]["execution_count"])
    ran = code(json.loads(lab.file.read_text(encoding="utf-8")))
    assert [cell["execution_count"] for cell in ran] == list(range(1, len(ran) + 1))
    kinds = {output["output_type"] for cell in ran for output in cell["outputs"]}
    assert "error" not in kinds
    assert "execute_result" in kinds
    assert outcomes(clone) == UNCHANGED

    page.locator(".jp-Notebook").press("Control+Home")
    line = page.locator(".cm-line", has_text="horizons_before =")
    line.get_by_text("4", exact=True).dblclick()
    page.keyboard.type("3")
    lab.save(page, lambda saved: "horizons_before = 3" in "".join(code(saved)[0]["source"]))
    assert outcomes(clone) == UNCHANGED | {"explore@bottling": "ran"}
    before, after = difference(clone)
    assert before.startswith('"horizons_before = 4')
    assert after == before.replace("4", "3", 1)
    report = clone.root / "reports/bottling/01_explore/01_explore.ipynb"
    assert "horizons_before = 3" in report.read_text(encoding="utf-8")


def code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
