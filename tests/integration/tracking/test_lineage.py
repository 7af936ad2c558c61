"""The chain from a model to its raw files: whole, and broken at each of its links."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faultcast.errors import UnknownHashError, UnknownSubjectError
from faultcast.tracking.lineage import Lineage, trace
from faultcast.tracking.postgres import free_port
from tests.integration.pipeline.project import Project
from tests.integration.serving.postgres import stopped_server
from tests.integration.tracking.mill import Mill, make_mill
from tests.unit.serving.store.made import forecast, put

CHAIN = [
    "model bytes",
    "version",
    "gate decision",
    "run",
    "commit",
    "stage",
    "data hashes",
    "raw files",
]


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        return make_mill(tmp_path_factory.mktemp("mill") / "mill")


@pytest.fixture
def mill(_made: Mill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mill:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    mill = Mill(_made.project.copy(tmp_path / "mill"))
    from faultcast.tracking.moved import settle

    assert settle(mill.layout.root)
    monkeypatch.chdir(mill.layout.root)
    return mill


def flip(file: Path) -> None:
    """Change one byte of a file, and keep its size and times."""
    known, content = file.stat(), bytearray(file.read_bytes())
    file.chmod(0o644)
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(known.st_atime_ns, known.st_mtime_ns))


def of(mill: Mill, text: str = "mill/1") -> Lineage:
    return trace(mill.layout, text)


def test_every_link_of_a_version_holds_from_its_bytes_to_its_raw_files(mill: Mill) -> None:
    found = of(mill)

    assert [link.name for link in found.links] == CHAIN
    assert found.faults == []
    last = found.links[-1]
    assert [part.name for part in last.parts] == ["data/raw/mill"]
    assert [part.name for part in last.parts[0].parts] == ["data/raw/mill/telemetry.csv"]


@pytest.mark.parametrize(
    "subject",
    [
        lambda mill: str(mill.layout.model("mill")),
        lambda mill: str(mill.layout.model("mill") / "model.onnx"),
        lambda mill: mill.version.run_id,
        lambda mill: mill.version.run_id[:8],
    ],
    ids=["folder", "file", "run", "beginning of a run"],
)
def test_a_model_and_a_run_lead_to_the_same_chain(
    mill: Mill, subject: Callable[[Mill], str]
) -> None:
    found = of(mill, subject(mill))

    assert [link.name for link in found.links] == CHAIN
    assert found.faults == []


TAMPERED: dict[str, tuple[Callable[[Mill], Path], str]] = {
    "a registered model": (
        lambda mill: next(mill.artifacts.glob("*/artifacts/version-*/model.onnx")),
        "model bytes: mill version 1: not what was registered",
    ),
    "a registered manifest": (
        lambda mill: next(mill.artifacts.glob("*/artifacts/version-*/manifest.json")),
        "model bytes: mill version 1: not what was registered",
    ),
    "a decision": (
        lambda mill: next(mill.artifacts.glob("*/artifacts/gate/decision.json")),
        "gate decision: gate/decision.json: changed",
    ),
    "processed data": (
        lambda mill: mill.layout.dataset("mill") / "test.csv",
        "data/processed/mill: data/processed/mill/test.csv: changed, its hash is",
    ),
    "raw data": (
        lambda mill: mill.layout.raw("mill") / "telemetry.csv",
        "data/raw/mill: data/raw/mill",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_one_changed_byte_is_found_and_named(mill: Mill, what: str) -> None:
    place, fault = TAMPERED[what]
    flip(place(mill))

    (found,) = of(mill).faults

    assert found.startswith(fault)


def test_one_changed_byte_of_a_model_s_file_is_found(mill: Mill) -> None:
    flip(mill.layout.model("mill") / "model.onnx")

    (found,) = of(mill, "models/mill/model.onnx").faults

    assert found.startswith("model bytes: ")
    assert "model.onnx: its sha256 is" in found


@pytest.mark.parametrize("tag", ["outcome", "who"])
def test_a_decision_s_tag_that_was_changed_is_found(mill: Mill, tag: str) -> None:
    mill.registry.tag(mill.version, {f"faultcast.gate.{tag}": "refused"})

    (found,) = of(mill).faults

    assert found.startswith(f"gate decision: tag faultcast.gate.{tag}: changed, it says 'refused'")


def test_data_of_an_older_version_is_looked_for_in_the_cache(mill: Mill) -> None:
    mill.project.write("data/raw/mill/telemetry.csv", "mill\n7\n8\n9\n")
    assert mill.project.run("dvc", "repro", "--quiet").code == 0
    mill.commit("New data")

    raw_data_is_gone = of(mill).faults

    assert raw_data_is_gone == [
        "data/raw/mill: data/raw/mill: neither in the checkout nor in DVC's cache; "
        "fetch it with: faultcast data pull --all-commits"
    ]
    cached = [*Path(".dvc/cache/files/md5").glob("??/*")]
    content = b"mill\n1\n2\n"[::-1]
    flip(next(file for file in cached if file.read_bytes() == content))
    assert any("test.csv: changed in DVC's cache" in fault for fault in of(mill).faults)


def test_a_chain_that_is_cut_in_the_middle_is_no_chain_from_raw_files(mill: Mill) -> None:
    mill.project.write("data/raw/mill/telemetry.csv", "mill\n7\n8\n9\n")
    assert mill.project.run("dvc", "repro", "--quiet", "prepare").code == 0
    amend = ("-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qa", "--amend")
    assert mill.project.run("git", *amend, "--no-edit").code == 0
    faults = of(mill).faults
    assert (
        "data/processed/mill: data/processed/mill: dvc.lock has no stage that wrote these bytes, "
        "but others"
    ) in faults
    assert any("raw files" in fault for fault in faults)


def test_a_lock_that_nobody_committed_and_a_commit_that_nobody_keeps_are_named(mill: Mill) -> None:
    assert mill.project.run("git", "reset", "-q", "--soft", "HEAD~1").code == 0
    assert of(mill).faults == [
        "stage: dvc.lock is not committed: commit it with git, or it is lost"
    ]

    mill.project.run("git", "checkout", "-q", "--orphan", "other")
    mill.commit("Other")
    mill.project.run("git", "branch", "-D", "-q", "main", "master")
    assert any("no branch or tag leads to it" in fault for fault in of(mill).faults)


def test_a_run_of_a_tree_that_was_not_clean_is_named(mill: Mill) -> None:
    mill.write_code("b'more'")
    assert mill.project.run("dvc", "repro", "--quiet", "--force").code == 0
    assert mill.train().number == 2

    assert "commit: files differed from it when the run was made" in of(mill, "mill/2").faults


def test_without_its_commit_or_its_run_each_is_named(mill: Mill) -> None:
    shutil.rmtree(".git")
    assert mill.project.run("git", "init", "-q").code == 0

    assert any(fault.startswith("commit: ") for fault in of(mill).faults)


def test_the_command_prints_a_tree_or_json_and_ends_with_1_when_a_link_is_broken(
    mill: Mill,
) -> None:
    project: Project = mill.project
    whole = project.run("faultcast", "lineage", "mill/1")
    assert (whole.code, "Every link holds." in whole.text) == (0, True), whole.text
    flip(mill.layout.dataset("mill") / "test.csv")

    broken = project.run("faultcast", "lineage", "mill/1", "--json")

    assert broken.code == 1, broken.text
    content = json.loads(broken.text)
    assert [link["link"] for link in content["chain"]] == CHAIN
    assert not content["complete"]
    assert [link["holds"] for link in content["chain"]] == [True] * 6 + [False, True]


def test_what_names_nothing_is_refused(mill: Mill) -> None:
    with pytest.raises(UnknownSubjectError, match="is no version"):
        of(mill, "nothing-like-it")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of an empty prediction store, which the commands know."""
    if request.param == "sqlite":
        monkeypatch.delenv("FAULTCAST_STORE", raising=False)
        yield f"sqlite:///{mill.layout.root / '.faultcast' / 'predictions.db'}"
        return
    with stopped_server() as server:
        server.start()
        monkeypatch.setenv("FAULTCAST_STORE", server.url)
        yield server.url


def test_a_request_leads_to_its_forecasts_and_on_to_the_raw_files(mill: Mill, store: str) -> None:
    asked = "line-3.0042"
    machines = [f"M{number}" for number in range(12)]
    put(store, *(forecast(one, request_id=asked, name="mill", version="1") for one in machines))
    told = mill.project.run("faultcast", "lineage", asked, "--json")

    assert told.code == 0, told.text
    found = json.loads(told.text)
    assert [link["link"] for link in found["chain"]] == ["request", *CHAIN]
    assert found["subject"] == asked
    first = found["chain"][0]
    assert first["value"] == "12 forecasts by mill/1, 2026-03-01 06:00 UTC"
    assert [(one["link"], one["value"]) for one in first["parts"]] == [
        (machine, f"probability 0.2500, inputs sha256 {'0' * 64}") for machine in machines
    ]


def test_a_request_that_two_versions_answered_is_not_guessed_at(mill: Mill) -> None:
    url = f"sqlite:///{mill.layout.root / '.faultcast' / 'predictions.db'}"
    for version in "12":
        put(url, forecast(request_id="again", name="mill", version=version))

    told = mill.project.run("faultcast", "lineage", "again")

    assert told.code == 2
    assert "answered by mill/1 and mill/2" in told.text


def test_a_store_that_is_down_is_told_without_its_password(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://me:secret@127.0.0.1:{free_port()}/x"  # pragma: allowlist secret
    monkeypatch.setenv("FAULTCAST_STORE", url)

    told = mill.project.run("faultcast", "lineage", "some-request")

    assert told.code == 1
    assert "the prediction store postgresql" in told.text
    assert "secret" not in told.text


def test_the_hash_by_which_a_server_names_a_model_leads_to_the_same_chain(mill: Mill) -> None:
    sha256 = mill.version.model_sha256[:12]

    assert [link.name for link in of(mill, f"mill/sha256:{sha256}").links] == CHAIN
    shutil.rmtree(mill.layout.model("mill"))
    assert of(mill, f"mill/sha256:{sha256}").faults == []
    with pytest.raises(UnknownHashError, match="begins with 0000"):
        of(mill, "mill/sha256:0000")
