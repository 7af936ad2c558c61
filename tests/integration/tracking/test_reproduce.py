"""A version built again from its commit: equal bytes, also commits later; differing ones told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.tracking.mill import Mill, make_mill


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    """Return a project that is two commits further: other code and other data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        mill = make_mill(tmp_path_factory.mktemp("mill") / "mill")
    mill.write_code("os.urandom(8)")
    mill.project.write("data/raw/mill/telemetry.csv", "mill\n7\n8\n9\n")
    mill.commit("Let chance in")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert mill.train().number == 2
    return mill


def test_a_version_of_commits_ago_gets_the_same_bytes(mill: Mill) -> None:
    before = mill.project.files("models", "data")

    ended = mill.project.run("faultcast", "reproduce", "mill/1")

    assert ended.code == 0, ended.text
    assert "train runs ..." in ended.text
    assert "prepare runs" not in ended.text
    assert "reproduced, byte for byte" in ended.text
    assert mill.project.files("models", "data") == before
    assert len([*Path(mill.project.root, ".git").glob("worktrees/*")]) == 0


def test_bytes_that_chance_made_are_told_to_differ(mill: Mill) -> None:
    ended = mill.project.run("faultcast", "reproduce", "mill/2", "--from-raw")

    assert ended.code == 1
    assert "prepare runs ..." in ended.text
    assert "model.onnx  differs" in ended.text
    assert "not reproduced" in ended.text


def test_raw_files_that_are_gone_are_named(mill: Mill) -> None:
    ended = mill.project.run("faultcast", "reproduce", "mill/1", "--from-raw")

    assert ended.code == 1
    assert "data/raw/mill: neither in the checkout nor in DVC's cache" in ended.text
