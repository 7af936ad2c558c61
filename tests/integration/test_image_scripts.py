"""The scripts around the image where no Docker is: a stub plays its commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIB = 2**20
# The builder leaves the base image out of the engine's own until somebody pulls it.
DOCKER = """\
#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
    "image inspect --format "*python:*) grep -q ^pull "$CALLS" && echo 100000000 ;;
    "image inspect --format "*) echo "$SIZE" ;;
    "image inspect python:"*) grep -q ^pull "$CALLS" ;;
esac
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    context = tmp_path / "context"
    context.mkdir()
    (context / "labels").write_text('VERSION=1.2.3\nCOMMIT=abc\nMODELS={"mill":"4"}\n')
    return {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "PIP_CONFIG_FILE": "/nowhere",
    }


def build(tmp_path: Path, environment: dict[str, str], size: int) -> tuple[int, str, list[str]]:
    """Build an image of a size; return the exit code, what was said and Docker's calls."""
    done = subprocess.run(
        [ROOT / "scripts" / "image-build", "faultcast:latest", tmp_path / "context"],
        env={**environment, "SIZE": str(size)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout, (tmp_path / "calls").read_text().splitlines()


def test_the_base_image_is_pulled_where_it_is_not(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    code, said, calls = build(tmp_path, environment, 100_000_000 + 420 * MIB)
    assert code == 0, said
    assert "faultcast:latest: 420 MiB over python:" in said
    (pull,) = [call for call in calls if call.startswith("pull")]
    assert "python:" in pull
    (built,) = [call for call in calls if call.startswith("build")]
    for argument in ("VERSION=1.2.3", "COMMIT=abc", 'MODELS={"mill":"4"}'):
        assert argument in built
    assert "--secret" not in built
    assert build(tmp_path, environment, 100_000_000)[2].count(pull) == 1


def test_an_image_that_is_too_large_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    code, said, _ = build(tmp_path, environment, 100_000_000 + 451 * MIB)
    assert code == 1
    assert "more than 450 MiB" in said
