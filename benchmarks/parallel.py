"""The whole belt with two stages at a time beside DVC's serial `repro`, of the same stages.

Each way runs in a copy of the checkout of its own, with nothing cached. The records must be the
same, byte for byte.

Example:
    python benchmarks/parallel.py --jobs 2
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from checkout import copy


def seconds(folder: Path, *words: str) -> float:
    """Run a command in a copy, with its code, and return how long it took."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
    }
    began = perf_counter()
    ended = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        sys.exit(f"{' '.join(words)}:\n{ended.stderr[-3000:]}\n{ended.stdout}")
    return perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2, help="stages at a time")
    jobs = parser.parse_args().jobs
    with tempfile.TemporaryDirectory() as name:
        ours, peer = copy(Path(name, "ours")), copy(Path(name, "peer"))
        mine = seconds(ours, "faultcast", "pipeline", "run", "--jobs", str(jobs))
        theirs = seconds(peer, "dvc", "repro")
        same = (ours / "dvc.lock").read_bytes() == (peer / "dvc.lock").read_bytes()
    print(f"faultcast pipeline run -j {jobs}: {mine:.1f} s; dvc repro: {theirs:.1f} s")
    print(f"dvc.lock: {'the same' if same else 'DIFFERENT'}")
    print(f"parallel: ours {mine:.1f} s, peer {theirs:.1f} s, ratio {theirs / mine:.2f}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
