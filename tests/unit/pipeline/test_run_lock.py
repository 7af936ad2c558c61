from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Thread

import pytest

from faultcast.pipeline.run_lock import run_lock


def test_a_second_run_waits_and_is_told_for_whom(tmp_path: Path) -> None:
    said: list[str] = []
    entered: list[str] = []

    def second() -> None:
        with run_lock(tmp_path, said.append):
            entered.append("second")

    with run_lock(tmp_path, said.append) as lock:
        lock.note(["features@mill", "train@press"])
        thread = Thread(target=second)
        thread.start()
        while not said:
            thread.join(0.05)
        assert entered == []
    thread.join()
    assert entered == ["second"]
    assert len(said) == 1
    assert f"(process {os.getpid()}) is at features@mill, train@press" in said[0]


def test_a_holder_without_stages_is_busy(tmp_path: Path) -> None:
    said: list[str] = []
    with run_lock(tmp_path, said.append):
        thread = Thread(target=lambda: run_lock(tmp_path, said.append).__enter__())
        thread.start()
        while not said:
            thread.join(0.05)
        assert said[0].endswith("is busy")
    thread.join()


def test_a_user_without_a_name_is_told_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31)
    with run_lock(tmp_path, print):
        holder = json.loads((tmp_path / ".faultcast/run.lock").read_text())
    assert holder["user"] == f"user {2**31}"


def test_a_lock_that_nobody_holds_is_taken_at_once(tmp_path: Path) -> None:
    (tmp_path / ".faultcast").mkdir()
    (tmp_path / ".faultcast/run.lock").write_text('{"half": ')
    said: list[str] = []
    with run_lock(tmp_path, said.append):
        holder = json.loads((tmp_path / ".faultcast/run.lock").read_text())
    assert holder["pid"] == os.getpid()
    assert said == []
