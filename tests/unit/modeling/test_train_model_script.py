import subprocess
import sys
from pathlib import Path

from tests.unit.modeling.press import write_project

SCRIPT = Path(__file__).parents[3] / "scripts" / "train_model.py"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_script_trains_the_plant_it_is_given(tmp_path: Path) -> None:
    layout = write_project(tmp_path)
    done = run(tmp_path, "press")
    assert done.returncode == 0, done.stderr
    assert "average precision" in done.stdout
    assert (layout.model("press") / "manifest.json").is_file()


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
