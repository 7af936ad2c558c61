"""The whole chain of a plant's model: promoted, led back to its raw files, broken, built again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faultcast.tracking.decision import DECISION, STAGE
from tests.integration.serving.process import serving

from .clone import Clone

pytestmark = pytest.mark.timeout(900)
CHAMPION = "small@champion"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Return a clone whose first model was trained, tracked, promoted by the gate and committed."""
    clone = Clone.of_small_plant(tmp_path_factory.mktemp("lineage") / "faultcast")
    clone.commit("Describe the plant")
    clone.run("faultcast", "pipeline", "run", "train@small", "-j", "1")
    clone.run("faultcast", "sync")
    clone.run("faultcast", "gate", "small")
    clone.commit("Train the first model")
    return clone


def one(clone: Clone, pattern: str) -> Path:
    (found,) = clone.root.glob(pattern)
    return found


@contextmanager
def one_byte_changed(file: Path) -> Iterator[None]:
    """Flip a bit in the middle of a file for a while; its size and times stay."""
    before, known, mode = file.read_bytes(), file.stat(), file.stat().st_mode
    content = bytearray(before)
    content[len(content) // 2] ^= 1
    file.chmod(0o644)
    for written in (bytes(content), before):
        file.write_bytes(written)
        os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))
        if written != before:
            yield
    file.chmod(mode)


def test_a_champion_leads_back_to_its_raw_files(plant: Clone) -> None:
    told = plant.run("faultcast", "lineage", CHAMPION).stdout

    links = ["version  small/1 (champion)", "gate decision  promoted", "run ", "commit ", "stage "]
    places = [told.find(link) for link in ("model bytes", *links, "data hashes", "raw files")]
    assert -1 not in places, told
    assert places == sorted(places)
    assert "Every link holds." in told
    for data in ("data/raw/small", "data/processed/small", "configs/simulation/small.yaml"):
        assert data in told


def test_an_answer_leads_back_to_its_raw_files(plant: Clone) -> None:
    with serving(plant.root, "--plant", "small") as (_, client):
        example = client.get("/openapi.json").json()["paths"]["/plants/small/forecasts"]["post"]
        body = example["requestBody"]["content"]["application/json"]["example"]
        answer = client.post("/plants/small/forecasts", json=body)
    asked, (forecast,) = answer.headers["x-request-id"], answer.json()["forecasts"]

    told = plant.run("faultcast", "lineage", asked).stdout

    assert f"request  1 forecast by small/{answer.headers['x-model-version']}, " in told
    assert f"{forecast['machine']}  probability {forecast['probability']:.4f}, " in told
    assert "version  small/1 (champion)" in told
    assert "Every link holds." in told


@pytest.mark.parametrize(
    ("pattern", "link"),
    [
        ("mlartifacts/small/*/artifacts/version-*/model.onnx", "model bytes"),
        ("data/processed/small/train.parquet", "data/processed/small"),
        (f"mlartifacts/small/*/artifacts/{STAGE}/{DECISION}", "gate decision"),
    ],
    ids=["model", "data", "decision"],
)
def test_one_changed_byte_breaks_a_link_that_is_named(
    plant: Clone, pattern: str, link: str
) -> None:
    with one_byte_changed(one(plant, pattern)):
        told = plant.run("faultcast", "lineage", CHAMPION, exit_code=1).stdout
    fault = told.partition("1 link does not hold:\n")[2]
    assert fault.startswith(f"  {link}: "), told


def test_a_version_of_two_commits_ago_is_built_again_from_a_remote(
    plant: Clone, tmp_path: Path
) -> None:
    plant.run("dvc", "remote", "add", "--quiet", "--default", "stick", str(tmp_path / "stick"))
    plant.run("faultcast", "data", "push")
    for number in (1, 2):
        (plant.root / "AUTHORS.rst").write_text(f"{number}\n")
        plant.commit("Change nothing of the model")
    shutil.rmtree(plant.root / ".dvc" / "cache")
    for folder in ("data/processed/small", "data/interim/small"):
        shutil.rmtree(plant.root / folder)

    done = plant.run("faultcast", "reproduce", "small/1")

    assert "data/processed/small is fetched from the data remote" in done.stderr
    assert "reproduced, byte for byte" in done.stdout
    assert "model.onnx  the same bytes" in done.stdout
