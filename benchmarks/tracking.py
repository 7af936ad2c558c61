"""What tracking costs a first run: the belt with its runs kept and delivered, and the belt alone.

Two copies of the checkout take the tests' small plant through the belt, with nothing cached:

- with: `faultcast pipeline run`, then `faultcast sync`, which imports MLflow and makes the tables
  of a new mlflow.db;
- without: `faultcast pipeline run` of a copy whose code keeps no run.

The three demo plants take longer, and so hide more of it. `ours` is the belt with tracking, `peer`
the belt without; the cost is 1 / ratio.

Example:
    python benchmarks/tracking.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from checkout import ROOT, copy

SMALL = ROOT / "tests" / "data" / "small_plant"
KEPT = ("record.py", "def keep("), ("stage_runs.py", "def complete(")


def copy_with_small_plant(folder: Path) -> Path:
    """Copy the checkout, with the tests' small plant alone."""
    copy(folder)
    (folder / "params.yaml").write_text("plants: [small]\nsimulated: [small]\ncases: []\n")
    shutil.copy(SMALL / "plant.yaml", folder / "configs/plants/small.yaml")
    shutil.copy(SMALL / "simulation.yaml", folder / "configs/simulation/small.yaml")
    return folder


def untracked(folder: Path) -> Path:
    """Let the functions of a copy that keep runs do nothing."""
    for name, function in KEPT:
        path = folder / "src/faultcast/tracking" / name
        before, begin, rest = path.read_text().partition(function)
        head, end, body = rest.partition("None:\n")
        assert begin
        assert end
        path.write_text(f"{before}{begin}{head}{end}    return\n{body}")
    return folder


def seconds(folder: Path, *words: str) -> tuple[float, float]:
    """Run a command in a copy, with its code; return how long it took, and its processor time."""
    before = getrusage(RUSAGE_CHILDREN)
    environment = {name: value for name, value in os.environ.items() if "MLFLOW" not in name}
    began = perf_counter()
    ended = subprocess.run(
        [Path(sys.executable).with_name(words[0]), *words[1:]],
        cwd=folder,
        env=environment
        | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(folder / "src"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        sys.exit(f"{' '.join(words)}:\n{ended.stderr[-3000:]}\n{ended.stdout}")
    after = getrusage(RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - began, used


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        bare = untracked(copy_with_small_plant(Path(name, "without")))
        without, used_without = seconds(bare, "faultcast", "pipeline", "run")
        tracked = copy_with_small_plant(Path(name, "with"))
        belt, used_belt = seconds(tracked, "faultcast", "pipeline", "run")
        delivery, used_delivery = seconds(tracked, "faultcast", "sync")
        assert not (bare / ".faultcast/records").exists()
        assert (tracked / "reports/experiments.csv").is_file()
    print(f"with: belt {belt:.1f} s, delivery {delivery:.1f} s; without: {without:.1f} s")
    total = belt + delivery
    used = (used_belt + used_delivery) / used_without
    print(f"tracking takes {used:.2f} times the processor time, which other work disturbs less")
    print(f"tracking costs {total / without:.2f} times the run without it")
    print(f"tracking: ours {total:.1f} s, peer {without:.1f} s, ratio {without / total:.2f}")


if __name__ == "__main__":
    main()
