import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.modeling.press import write_project

SCRIPT = Path(__file__).parents[3] / "scripts" / "train_model.py"


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_script_trains_the_plant_it_is_given(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    done = run(tmp_path, "press")
    assert done.returncode == 0, done.stderr
    assert "average precision" in done.stdout
    assert (layout.model("press") / "manifest.json").is_file()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="names generations of x86")
def test_the_model_does_not_depend_on_the_processor_s_generation(tmp_path: Path) -> None:
    made = []
    for generation in ("Haswell", "Sandybridge"):
        layout = write_project(tmp_path / generation)
        done = run(layout.root, "press", OPENBLAS_CORETYPE=generation)
        assert done.returncode == 0, done.stderr
        files = sorted(layout.model("press").iterdir())
        made.append({file.name: file.read_bytes() for file in files})
    assert made[0] == made[1]


def test_script_ends_with_2_and_a_message_when_the_dataset_is_missing(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    (layout.dataset("press") / "train.parquet").unlink()
    done = run(tmp_path, "press")
    assert done.returncode == 2
    assert "dvc repro dataset@press" in done.stderr
    assert "Traceback" not in done.stderr
    assert not layout.model("press").exists()


def test_script_shows_an_example(tmp_path: Path) -> None:
    assert "example: python scripts/train_model.py" in run(tmp_path, "--help").stdout
