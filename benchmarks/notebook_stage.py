"""From an edited notebook to a stage that has run: dvc-run-notebook beside the historical script.

In a small project with git and DVC, a notebook whose cells take some hundredths of a second is
edited and made a stage again:

- the historical script's way in today's DVC: `dvc stage add --force --run ... papermill ...`;
- ours: `scripts/dvc-run-notebook`, which also finds the dependencies, writes the page, and keeps
  the last good output.

Overhead is what each takes beyond the cells themselves, run in a Python that is already there.
Then, with nothing to do: `faultcast pipeline run` beside `dvc repro`. Medians are printed.

Example:
    python benchmarks/notebook_stage.py --runs 5
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

SCRIPT = Path(__file__).parents[1] / "scripts" / "dvc-run-notebook"
CELLS = (
    "plant = 'mill'",
    "import json\nfrom pathlib import Path\nversion = {version}",
    "total = sum(number * number for number in range(200_000))\ntotal",
    "folder = Path('../data/interim/wear')\nfolder.mkdir(parents=True, exist_ok=True)",
    "(folder / 'total.json').write_text(json.dumps([version, total]))",
)
HISTORICAL = (
    *("dvc", "stage", "add", "--quiet", "--force", "--run", "--name", "wear"),
    *("-d", "notebooks/wear.ipynb", "-d", "data/raw/mill"),
    *("-o", "data/interim/wear", "-o", "reports/wear"),
    "mkdir reports/wear && cd notebooks && papermill wear.ipynb ../reports/wear/wear.ipynb",
)
OURS = (str(SCRIPT), "interim/wear", "notebooks/wear.ipynb", "-d", "data/raw/mill")


class Project:
    """A project in a temporary folder, with one notebook."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self.folder = folder
        tools = Path(sys.executable).parent
        self.environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
        for name, text in {
            "params.yaml": "plants: [mill]\n",
            "configs/plants/mill.yaml": "title: Mill\n",
            "data/raw/mill/telemetry.csv": "1\n",
            ".gitignore": "/data/\n/reports/\n/.faultcast/\n",
        }.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (folder / "reports").mkdir()
        self.run("git", "init", "--quiet")
        self.run("dvc", "init", "--quiet")

    def edit(self, version: int) -> None:
        """Write the notebook with another number in it."""
        cells = [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{index}",
                "metadata": {"tags": ["parameters"]} if index == 0 else {},
                "outputs": [],
                "source": source.format(version=version),
            }
            for index, source in enumerate(CELLS)
        ]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / "notebooks").mkdir(exist_ok=True)
        (self.folder / "notebooks/wear.ipynb").write_text(json.dumps(content))

    def run(self, *words: str) -> float:
        """Run a command and return its seconds."""
        began = perf_counter()
        ended = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = perf_counter() - began
        if ended.returncode != 0:
            sys.exit(f"{' '.join(words)}:\n{ended.stderr[-3000:]}\n{ended.stdout}")
        return seconds


def in_process(folder: Path) -> float:
    """Return the seconds of the cells alone."""
    (folder / "notebooks").mkdir(parents=True)
    here = Path.cwd()
    os.chdir(folder / "notebooks")
    names: dict[str, object] = {}
    began = perf_counter()
    for source in CELLS:
        exec(source.format(version=0), names)
    seconds = perf_counter() - began
    os.chdir(here)
    return seconds


def edited(project: Project, words: tuple[str, ...]) -> Callable[[int], float]:
    """Return a measurement of a command after an edit, which the first one warms up."""

    def measure(version: int) -> float:
        project.edit(version)
        return project.run(*words)

    measure(0)
    return measure


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--runs", type=int, default=5, help="runs of each, of which the median counts"
    )
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cells = median(in_process(folder / f"bare{run}") for run in range(runs))
        theirs, ours = Project(folder / "theirs"), Project(folder / "ours")
        ways = {"peer": edited(theirs, HISTORICAL), "ours": edited(ours, OURS)}
        seconds: dict[str, list[float]] = {way: [] for way in (*ways, "repro", "nothing")}
        for run in range(1, runs + 1):  # by turns: a busy moment hits all
            for way, measure in ways.items():
                seconds[way].append(measure(run))
            seconds["repro"].append(theirs.run("dvc", "repro"))
            seconds["nothing"].append(ours.run("faultcast", "pipeline", "run"))
    middle = {way: median(values) for way, values in seconds.items()}
    for way, title in {"peer": "dvc stage add --run papermill", "ours": "dvc-run-notebook"}.items():
        print(f"{title:<30} {middle[way]:6.2f} s, {middle[way] - cells:5.2f} s beyond the cells")
    print(f"{'cells in process':<30} {cells:6.2f} s")
    peer, mine = middle["repro"], middle["nothing"]
    print(f"nothing to do: ours {mine:.2f} s, dvc repro {peer:.2f} s, ratio {peer / mine:.2f}")
    mine, peer = middle["ours"] - cells, middle["peer"] - cells
    print(f"notebook_stage: ours {mine:.2f} s, peer {peer:.2f} s, ratio {peer / mine:.2f}")


if __name__ == "__main__":
    main()
