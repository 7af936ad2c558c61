#!/usr/bin/env python3
"""Bring an image into service on this server, or the one before back; nobody waits meanwhile.

`faultcast delivery install` puts this file on a server as `update`, beside `target.json`. It needs
Python 3.9, Docker and nginx there, and nothing of faultcast: standard library only.

    update deploy sha256:DIGEST   pull, start beside the old one, test, switch, drain, stop the old
    update rollback               the same with the digest that served before
    update status [--json]        what serves, since when, and what happened before

The new container starts on the port that is free of two; the file `upstream.conf`, which nginx
includes, names the port that serves and is replaced in one step. Until nginx is seen to answer from
the new container the old one stays. `ledger.jsonl` gets a line when a change begins and one when it
ends; a change without its second line was killed, and the next call cleans up after it.
"""

from __future__ import annotations

import argparse
import fcntl
import http.client
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BY = re.compile(r"[\w.@+-]{1,64}", re.ASCII)
_UPSTREAM = re.compile(r"server 127\.0\.0\.1:(\d+);")
_ASKED = re.compile(r":(\d+)$")
_LABELS = {
    "commit": "org.opencontainers.image.revision",
    "version": "org.opencontainers.image.version",
    "models": "faultcast.models",
}
_DATA = "/var/lib/faultcast"
_GATEWAY = "{{(index .IPAM.Config 0).Gateway}}"
_IMAGES_KEPT = 3  # the newest digests stay on disk for a rollback without a registry
_BYTES_NEEDED = 64 * 1024 * 1024  # less is left for logs and the ledger: begin nothing


class UpdateError(Exception):
    """Why a change did not happen; what served before serves on."""


@dataclass(frozen=True)
class Target:
    """What `target.json` says of this server.

    `image` is the repository without tag; `ports` are the two that containers take in turn; `front`
    is nginx's own address; `volume` and `network` are Docker's, for predictions and for containers;
    `run` are more options for `docker run`.
    """

    folder: Path
    image: str
    front: str
    ports: tuple[int, int] = (8081, 8082)
    ready_seconds: float = 60
    drain_seconds: float = 10
    lock_seconds: float = 600
    nginx: tuple[str, ...] = ("nginx",)
    volume: str = "faultcast"
    network: str = "faultcast"
    run: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Target:
        """Read the settings beside the script."""
        path = folder / "target.json"
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
            lists = {name: tuple(value) for name, value in settings.items() if _is_list(value)}
            return cls(folder=folder, **{**settings, **lists})
        except (OSError, ValueError, TypeError) as fault:
            raise UpdateError(f"{path} cannot be used: {fault}") from None


def _is_list(value: object) -> bool:
    return isinstance(value, list)


@dataclass(frozen=True)
class Change:
    """A line of the ledger: `outcome` is started, deployed, failed, refused or interrupted."""

    time: str
    action: str
    by: str
    digest: str
    outcome: str
    reason: str = ""
    seconds: float = 0
    commit: str = ""
    version: str = ""
    models: dict[str, str] = field(default_factory=dict)


class Ledger:
    """Who changed what, when, and how it ended: a JSON object a line, only ever appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def changes(self) -> list[Change]:
        """Return all lines that were written whole, oldest first."""
        if not self._path.exists():
            return []
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return [change for change in map(_change, lines) if change]

    def append(self, change: Change) -> None:
        """Add a line, on disk when this returns."""
        text = json.dumps(change.__dict__, sort_keys=True) + "\n"
        with self._path.open("ab+") as file:
            if file.tell() and not _ends_with_newline(file):
                file.write(b"\n")  # a line that was cut short
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())

    def unfinished(self) -> Change | None:
        """Return the change that was begun and never ended."""
        last = self.changes()[-1:]
        return last[0] if last and last[0].outcome == "started" else None

    def digests(self) -> list[str]:
        """Return the digests that came into service, newest first, each once."""
        served = [change.digest for change in self.changes() if change.outcome == "deployed"]
        return list(dict.fromkeys(reversed(served)))


def _change(line: str) -> Change | None:
    try:
        return Change(**json.loads(line))
    except (ValueError, TypeError):  # cut short
        return None


def _ends_with_newline(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


class Server:
    """The containers of this server and the nginx in front of them."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._upstream = target.folder / "upstream.conf"

    def serving(self) -> int | None:
        """Return the port that nginx is told to ask."""
        if not self._upstream.exists():
            return None
        found = _UPSTREAM.search(self._upstream.read_text(encoding="utf-8"))
        return int(found[1]) if found else None

    def digest(self, port: int) -> str:
        """Return the digest of the container of a port; empty without one."""
        return self._inspect(port, '{{index .Config.Labels "faultcast.digest"}}')

    def since(self, port: int) -> str:
        """Return when the container of a port was started."""
        return self._inspect(port, "{{.State.StartedAt}}")

    def pull(self, digest: str) -> None:
        """Fetch an image, unless it is here already."""
        image = f"{self._target.image}@{digest}"
        if _run("docker", "image", "inspect", image).returncode == 0:
            return
        pulled = _run("docker", "pull", "--quiet", image)
        if pulled.returncode != 0:
            raise UpdateError(f"{image} could not be pulled: {_last_line(pulled)}")

    def labels(self, digest: str) -> dict[str, Any]:
        """Return commit, version and model versions of an image that is here."""
        shown = _run(
            "docker", "image", "inspect", "--format", "{{json .Config.Labels}}",
            f"{self._target.image}@{digest}",
        )  # fmt: skip
        labels = json.loads(shown.stdout or "null") or {}
        known: dict[str, Any] = {name: labels.get(label, "") for name, label in _LABELS.items()}
        try:
            known["models"] = json.loads(known["models"] or "{}")
        except ValueError:
            known["models"] = {}
        return known

    def start(self, port: int, digest: str) -> None:
        """Start a container on a loopback port, in place of one that is left there."""
        self.remove(port)
        environment = self._target.folder / "container.env"
        settings = ("--env-file", str(environment)) if environment.exists() else ()
        started = _run(
            "docker", "run", "--detach", "--name", _name(port), "--restart", "unless-stopped",
            "--label", f"faultcast.digest={digest}", "--read-only", "--tmpfs", "/tmp",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--publish", f"127.0.0.1:{port}:8080", "--volume", f"{self._target.volume}:{_DATA}",
            "--network", self._target.network, "--env", f"FORWARDED_ALLOW_IPS={self._gateway()}",
            *settings, *self._target.run,
            f"{self._target.image}@{digest}",
        )  # fmt: skip
        if started.returncode != 0:
            raise UpdateError(f"the container does not start: {_last_line(started)}")

    def wait_until_ready(self, port: int) -> None:
        """Wait until a container says that it is ready, as long as it lives."""
        limit = time.monotonic() + self._target.ready_seconds
        while not _answers(f"http://127.0.0.1:{port}/health/ready"):
            if self._inspect(port, "{{.State.Running}} {{.RestartCount}}") != "true 0":
                raise UpdateError(f"the container ended: {self._last_log(port)}")
            if time.monotonic() > limit:
                seconds = self._target.ready_seconds
                raise UpdateError(f"not ready in {seconds:.0f} s: {self._last_log(port)}")
            time.sleep(0.2)

    def self_test(self, port: int) -> None:
        """Let a container ask itself for a forecast of each of its models."""
        tested = _run("docker", "exec", _name(port), "faultcast", "ask")
        if tested.returncode != 0:
            raise UpdateError(f"the self-test failed: {_last_line(tested)}")

    def switch(self, port: int) -> None:
        """Let nginx ask a port, and see that it does; else ask the one before again."""
        before = self.serving()
        try:
            self._point_to(port)
            self.load_upstream()
        except UpdateError:
            if before is not None:
                self._point_to(before)
                self._nginx("-s", "reload")
            raise

    def load_upstream(self) -> None:
        """Let nginx read what `upstream.conf` says and wait until it does as it was told."""
        for words in (("-t",), ("-s", "reload")):
            told = self._nginx(*words)
            if told.returncode != 0:
                raise UpdateError(f"nginx refuses its configuration: {_last_line(told)}")
        limit = time.monotonic() + 15
        while self._asked_by_nginx() != self.serving():
            if time.monotonic() > limit:
                raise UpdateError(f"nginx at {self._target.front} does not ask the new container")
            time.sleep(0.1)

    def stop(self, port: int) -> None:
        """Let a container end its requests, then remove it."""
        _run("docker", "stop", "--time", "30", _name(port))
        self.remove(port)

    def remove(self, port: int) -> None:
        """Remove a container if there is one."""
        _run("docker", "rm", "--force", _name(port))

    def remove_images(self, kept: list[str]) -> None:
        """Remove the images of other digests: they would fill the disk in time."""
        shown = _run(
            "docker", "images", "--no-trunc", "--format", "{{.Digest}}", self._target.image
        )
        for digest in set(shown.stdout.split()) - set(kept) - {"<none>"}:
            _run("docker", "rmi", f"{self._target.image}@{digest}")

    def _gateway(self) -> str:
        """Have the network; return the address from which nginx reaches it and names callers.

        Of Docker's own bridge this is not told until Docker is started a second time.
        """
        name = self._target.network
        ask = ("docker", "network", "inspect", name, "--format", _GATEWAY)
        shown = _run(*ask)
        if shown.returncode != 0:
            made = _run("docker", "network", "create", name)
            shown = _run(*ask)
            if shown.returncode != 0:
                raise UpdateError(f"the network {name} cannot be made: {_last_line(made)}")
        return shown.stdout.strip()

    def _point_to(self, port: int) -> None:
        draft = self._upstream.with_suffix(".new")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(f"server 127.0.0.1:{port};\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._upstream)
        except OSError as fault:
            raise UpdateError(f"{self._upstream} cannot be written: {fault.strerror}") from None

    def _asked_by_nginx(self) -> int | None:
        """Return the port that nginx asked now; None when it asked nobody."""
        try:
            with urllib.request.urlopen(f"{self._target.front}/upstream", timeout=5) as answer:
                told = answer.headers.get("X-Upstream", "")
        except HTTPError as refused:  # the container's own answer, or nginx's without one
            told = refused.headers.get("X-Upstream", "")
        except (URLError, OSError, http.client.HTTPException):
            return None
        asked = _ASKED.search(told)
        return int(asked[1]) if asked else None

    def _nginx(self, *words: str) -> subprocess.CompletedProcess[str]:
        return _run(*self._target.nginx, *words)

    def _inspect(self, port: int, what: str) -> str:
        return _run("docker", "inspect", "--format", what, _name(port)).stdout.strip()

    def _last_log(self, port: int) -> str:
        return _last_line(_run("docker", "logs", "--tail", "5", _name(port)))


class Update:
    """The changes that can be asked for."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._ledger = Ledger(target.folder / "ledger.jsonl")
        self._server = Server(target)

    def deploy(self, digest: str, by: str, commit: str = "") -> str:
        """Bring an image into service, if it was built from a commit; return what to tell."""
        if not _DIGEST.fullmatch(digest):
            raise UpdateError(
                f"{digest[:80]!r} is no digest: give sha256: and 64 hexadecimal digits, no tag"
            )
        with self._locked():
            return self._change("deploy", digest, by, commit)

    def rollback(self, by: str) -> str:
        """Put the digest back that served before the present one."""
        with self._locked():
            port = self._server.serving()
            present = self._server.digest(port) if port is not None else ""
            earlier = [digest for digest in self._ledger.digests() if digest != present]
            if not earlier:
                raise UpdateError("nothing served before: there is nothing to go back to")
            return self._change("rollback", earlier[0], by)

    def _change(self, action: str, digest: str, by: str, commit: str = "") -> str:
        self._repair()
        old = self._server.serving()
        if old is not None and self._server.digest(old) == digest:
            self._check_commit(digest, commit)
            return f"{digest} serves already, since {self._server.since(old)}"
        begin = time.monotonic()
        self._note(action, by, digest, "started")
        try:
            labels = self._bring_in(digest, old, commit)
        except UpdateError as failure:
            self._note(action, by, digest, "failed", str(failure), begin)
            raise
        self._note(action, by, digest, "deployed", "", begin, labels)
        self._clean(old)
        return f"{digest} serves"

    def status(self) -> dict[str, Any]:
        """Return what serves and the ledger, newest first."""
        port = self._server.serving()
        digest = self._server.digest(port) if port is not None else ""
        return {
            "digest": digest,
            "since": self._server.since(port) if digest and port is not None else "",
            **(self._server.labels(digest) if digest else dict.fromkeys(_LABELS, "")),
            "ready": port is not None and _answers(f"http://127.0.0.1:{port}/health/ready"),
            "changes": [change.__dict__ for change in reversed(self._ledger.changes())],
        }

    def _bring_in(self, digest: str, old: int | None, commit: str) -> dict[str, Any]:
        free = shutil.disk_usage(self._target.folder).free
        if free < _BYTES_NEEDED:
            raise UpdateError(
                f"only {free // 2**20} MiB are free at {self._target.folder}: make room, try again"
            )
        new = self._other(old)
        self._server.pull(digest)
        self._check_commit(digest, commit)
        try:
            self._server.start(new, digest)
            self._server.wait_until_ready(new)
            self._server.self_test(new)
            self._server.switch(new)
        except UpdateError:
            self._server.remove(new)
            raise
        return self._server.labels(digest)

    def _check_commit(self, digest: str, commit: str) -> None:
        built_from = self._server.labels(digest)["commit"]
        if commit and built_from != commit:
            raise UpdateError(f"{digest} was built from commit {built_from or '?'}, not {commit}")

    def _clean(self, old: int | None) -> None:
        """Let go of the old container when its requests have ended, and of old images."""
        if old is not None:
            time.sleep(self._target.drain_seconds)
            self._server.stop(old)
        self._server.remove_images(self._ledger.digests()[:_IMAGES_KEPT])

    def _repair(self) -> None:
        """End what a killed call began: nginx follows the file, the ledger tells the truth."""
        port, begun = self._server.serving(), self._ledger.unfinished()
        if port is not None:
            self._server.load_upstream()
            self._server.stop(self._other(port))
        if begun is None:
            return
        digest = self._server.digest(port) if port is not None else ""
        served = digest == begun.digest
        self._note(
            begun.action,
            begun.by,
            begun.digest,
            "deployed" if served else "interrupted",
            "the call that did it was killed" if served else "killed; what served before serves on",
            labels=self._server.labels(digest) if served else {},
        )

    def _other(self, port: int | None) -> int:
        first, second = self._target.ports
        return second if port == first else first

    def _note(
        self,
        action: str,
        by: str,
        digest: str,
        outcome: str,
        reason: str = "",
        begin: float | None = None,
        labels: dict[str, Any] | None = None,
    ) -> None:
        seconds = round(time.monotonic() - begin, 1) if begin is not None else 0
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        change = Change(now, action, by, digest, outcome, reason, seconds, **(labels or {}))
        self._ledger.append(change)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._target.folder / "lock").open("w") as file:
            limit = time.monotonic() + self._target.lock_seconds
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > limit:
                        raise UpdateError("another update holds the lock: try later") from None
                    time.sleep(0.2)
            yield


def _name(port: int) -> str:
    return f"faultcast-{port}"


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise UpdateError(f"{words[0]} is not installed on this server") from None


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1].strip()[:500] if lines else f"exit code {done.returncode}"


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError, http.client.HTTPException):
        return False


def _words() -> list[str]:
    """Return the arguments: a key that may run only this hands them over in a variable."""
    asked = os.environ.get("SSH_ORIGINAL_COMMAND")
    if asked is None:
        return sys.argv[1:]
    try:
        words = shlex.split(asked)
    except ValueError:
        raise UpdateError("the command's quotes do not match") from None
    return words[1:] if words[:1] == ["update"] else words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="update", description=__doc__.partition("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    deploy = actions.add_parser("deploy", help="bring an image into service")
    deploy.add_argument("digest", help="sha256: and 64 hexadecimal digits")
    deploy.add_argument("--commit", default="", help="refuse an image built from another commit")
    rollback = actions.add_parser("rollback", help="put back what served before")
    for one in (deploy, rollback):
        one.add_argument("--by", default="", help="who asks, for the ledger")
    status = actions.add_parser("status", help="what serves since when")
    status.add_argument("--json", action="store_true")
    return parser


def _told(status: dict[str, Any]) -> str:
    lines = [
        f"serves   {status['digest'] or 'nothing'}",
        f"since    {status['since']}  ({'ready' if status['ready'] else 'NOT READY'})",
        f"commit   {status['commit']}  version {status['version']}",
        f"models   {json.dumps(status['models'])}",
    ]
    lines += [
        f"{change['time']}  {change['action']:8}  {change['outcome']:11}  "
        f"{change['digest'][:19]}  {change['by']}  {change['reason']}"
        for change in status["changes"][:10]
    ]
    return "\n".join(lines)


def main() -> int:
    """Do what is asked; 2: what was asked cannot be done, 1: it went wrong."""
    folder = Path(os.environ.get("FAULTCAST_TARGET") or Path(__file__).resolve().parent)
    try:
        asked = _parser().parse_args(_words())
        update = Update(Target.read(folder))
        if asked.action == "status":
            status = update.status()
            print(json.dumps(status, indent=2) if asked.json else _told(status))
            return 0
        by = asked.by or os.environ.get("SUDO_USER") or os.environ.get("USER") or "unknown"
        if not _BY.fullmatch(by):
            raise UpdateError("--by: letters, digits and . @ + - _, at most 64")
        if asked.action == "deploy":
            print(update.deploy(asked.digest, by, asked.commit))
        else:
            print(update.rollback(by))
    except (UpdateError, OSError) as failure:
        print(f"update: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
