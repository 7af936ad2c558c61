"""The script that installs `update`: what it writes, and which arguments it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from faultcast.delivery.install import Installation
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


def install(tmp_path: Path, tools: str, **asked: str) -> tuple[Path, str]:
    """Install on this machine, for root; return the folder and what was said."""
    site = tmp_path / "nginx"
    site.mkdir(exist_ok=True)
    script = Installation(
        IMAGE,
        "forecasts.example.com",
        user="root",
        folder=str(tmp_path / "faultcast"),
        nginx=f"{tmp_path}/bin/nginx",
        nginx_folder=str(site),
        **asked,
    ).script()
    ended = subprocess.run(
        ["sh"],
        input=script,
        text=True,
        check=True,
        env={**os.environ, "PATH": tools},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return tmp_path / "faultcast", ended.stdout


def test_the_installer_puts_script_settings_and_site_into_place(tmp_path: Path, tools: str) -> None:
    folder, said = install(tmp_path, tools)
    assert f'restrict,command="{folder}/update" ssh-ed25519' in said
    assert "does its configuration include that folder?" in said  # nginx is not really there
    assert os.access(folder / "update", os.X_OK)
    assert json.loads((folder / "target.json").read_text())["image"] == IMAGE
    assert (folder / "container.env").stat().st_mode & 0o777 == 0o600
    site = (tmp_path / "nginx/faultcast.conf").read_text()
    assert f"include {folder}/upstream.conf;" in site
    assert "server_name forecasts.example.com;" in site
    told = subprocess.run([folder / "update", "status"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("serves   nothing")


def test_installing_again_keeps_what_serves_and_what_was_changed(
    tmp_path: Path, tools: str
) -> None:
    folder, _ = install(tmp_path, tools)
    changed = {
        folder / "upstream.conf": "server 127.0.0.1:8082;\n",
        folder / "container.env": "FAULTCAST_API_KEYS=kept\n",
        folder / "target.json": f'{{"image": "{IMAGE}", "drain_seconds": 3}}\n',
        tmp_path / "nginx" / "faultcast.conf": "# with TLS\n",
    }
    for path, text in changed.items():
        path.write_text(text)
    (folder / "update").write_text("#!/bin/sh\n")
    _, said = install(tmp_path, tools)
    assert {path: path.read_text() for path in changed} == changed
    assert f"Kept {folder}/target.json, which was changed here. The new one is" in said
    assert "keepalive_timeout" in (folder / "nginx.conf.new").read_text()
    assert [file.name for file in (tmp_path / "nginx").iterdir()] == ["faultcast.conf"]
    assert (folder / "update").read_text().startswith("#!/usr/bin/env python3")


def test_what_nobody_changed_is_renewed(tmp_path: Path, tools: str) -> None:
    install(tmp_path, tools)
    folder, said = install(tmp_path, tools, listen="8443")
    assert "Kept" not in said
    assert "listen 8443;" in (tmp_path / "nginx" / "faultcast.conf").read_text()
    assert not list(folder.glob("*.new"))


def test_nothing_is_said_of_files_that_nobody_changed(tmp_path: Path, tools: str) -> None:
    install(tmp_path, tools)
    folder, said = install(tmp_path, tools)
    assert "Kept" not in said
    assert not list(folder.glob("*.new"))


@pytest.mark.parametrize("before", [None, "80"])
def test_a_site_that_nginx_refuses_does_not_stay(
    tmp_path: Path, tools: str, before: str | None
) -> None:
    if before:
        install(tmp_path, tools, listen=before)
    site = tmp_path / "nginx" / "faultcast.conf"
    earlier = site.read_text() if before else None
    nginx = tmp_path / "bin" / "nginx"
    nginx.write_text(f"#!/bin/sh\n! grep 'listen 70000' {site}\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        install(tmp_path, tools, listen="70000")
    assert f"{site} is as it was before" in refused.value.stdout
    assert (site.read_text() if site.exists() else None) == earlier
    _, said = install(tmp_path, tools, listen="8443")
    assert "Kept" not in said
    assert "listen 8443;" in site.read_text()


def test_a_first_call_by_root_does_not_keep_others_out(tmp_path: Path, tools: str) -> None:
    folder, _ = install(tmp_path, tools)
    assert {"lock", "ledger.jsonl"} <= {path.name for path in folder.iterdir()}
    script = Installation(IMAGE, "forecasts.example.com").script()
    assert script.index("touch /opt/faultcast/lock") < script.index("chown -R deploy")


REFUSED = {
    "image": ["faultcast", f"{IMAGE}@sha256:1", f"{IMAGE};id", "a/b c"],
    "folder": ["relative", "/a b", "/a;id", "/a$(id)"],
    "server_name": ["a b", "a;", ""],
    "user": ["a b", "$(id)", "Root"],
    "nginx": ["nginx", "/usr/sbin/nginx; id", "/usr/sbin/nginx -c a,b"],
    "listen": ["80;", "80 default_server", "8o", "localhost"],
    "key": ["ssh-rsa", "deploy_key.pub", "ssh-ed25519 AAAA 'x'"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_what_a_shell_or_a_program_would_read_otherwise_is_refused(name: str, value: str) -> None:
    with pytest.raises(DeliveryError, match=name.split("_")[0]):
        Installation(**{"image": IMAGE, "server_name": "forecasts.example.com", name: value})


def test_ports_that_are_the_same_are_refused() -> None:
    with pytest.raises(DeliveryError, match="three different ports"):
        Installation(IMAGE, "forecasts.example.com", ports=(8081, 8083))


def test_a_plain_user_may_reload_nginx_and_nothing_else_as_root() -> None:
    key = "ssh-ed25519 AAAA me at work"
    script = Installation(IMAGE, "forecasts.example.com", key=key).script()
    (allowed,) = [line for line in script.splitlines() if "NOPASSWD" in line]
    assert allowed == ("deploy ALL=(root) NOPASSWD: /usr/sbin/nginx -t, /usr/sbin/nginx -s reload")
    assert 'restrict,command="/opt/faultcast/update" ssh-ed25519 AAAA me at work' in script
