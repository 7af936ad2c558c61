"""Hashes are DVC's own, and one for all bytes that a run wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from faultcast.tracking.hashes import dvc_hash, outputs_hash


def test_files_and_folders_have_the_hash_that_dvc_gives_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name in ("b.txt", "a/z.txt", "a-b/c.txt", "B.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    dvc = [str(Path(sys.executable).with_name("dvc"))]
    variables = os.environ | {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    for words in (["init", "--no-scm", "-q"], ["add", "-q", "data"]):
        subprocess.run([*dvc, *words], cwd=tmp_path, env=variables, check=True)
    (out,) = yaml.safe_load((tmp_path / "data.dvc").read_text())["outs"]
    assert dvc_hash(folder) == out["md5"]


def test_a_folder_and_its_files_have_one_hash_which_each_byte_changes(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_text(name)
    whole = outputs_hash(tmp_path, [tmp_path / "out"])
    assert outputs_hash(tmp_path, [tmp_path / "out/b.txt", tmp_path / "out/a.txt"]) == whole
    (tmp_path / "out" / "a.txt").write_text("b.txt")
    assert outputs_hash(tmp_path, [tmp_path / "out"]) != whole
