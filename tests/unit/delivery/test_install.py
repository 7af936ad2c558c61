"""The script that installs `update`: what it writes, and which arguments it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from faultcast.delivery.install import installation
from faultcast.errors import DeliveryError

IMAGE = "registry.example.com/team/faultcast"


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """A PATH on which docker and nginx do nothing, well."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("docker", "nginx"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def install(tmp_path: Path, tools: str) -> Path:
    site = tmp_path / "nginx"
    site.mkdir(exist_ok=True)
    script = installation(IMAGE, str(tmp_path / "faultcast"), nginx_folder=str(site))
    environment = {**os.environ, "PATH": tools}
    subprocess.run(
        ["sh"], input=script, text=True, check=True, env=environment, capture_output=True
    )
    return tmp_path / "faultcast"


def test_the_installer_puts_script_settings_and_site_into_place(tmp_path: Path, tools: str) -> None:
    folder = install(tmp_path, tools)
    assert os.access(folder / "update", os.X_OK)
    assert json.loads((folder / "target.json").read_text())["image"] == IMAGE
    assert (folder / "container.env").stat().st_mode & 0o777 == 0o600
    assert f"include {folder}/upstream.conf;" in (tmp_path / "nginx/faultcast.conf").read_text()
    told = subprocess.run([folder / "update", "status"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("serves   nothing")


def test_installing_again_keeps_what_serves_and_the_keys(tmp_path: Path, tools: str) -> None:
    folder = install(tmp_path, tools)
    (folder / "upstream.conf").write_text("server 127.0.0.1:8082;\n")
    (folder / "container.env").write_text("FAULTCAST_API_KEYS=kept\n")
    install(tmp_path, tools)
    assert (folder / "upstream.conf").read_text() == "server 127.0.0.1:8082;\n"
    assert (folder / "container.env").read_text() == "FAULTCAST_API_KEYS=kept\n"


@pytest.mark.parametrize("image", ["faultcast", f"{IMAGE}@sha256:1", f"{IMAGE};id", "a/b c"])
def test_what_is_no_repository_is_refused(image: str) -> None:
    with pytest.raises(DeliveryError, match="no image repository"):
        installation(image)


@pytest.mark.parametrize("folder", ["relative", "/a b", "/a;id", "/a$(id)"])
def test_a_folder_that_a_shell_would_read_otherwise_is_refused(folder: str) -> None:
    with pytest.raises(DeliveryError, match="absolute path"):
        installation(IMAGE, folder)
