#!/usr/bin/env python3
"""Bring an image into service on this server, or the one before back; nobody waits meanwhile.

`faultcast delivery install-target` puts this file on a server as `update`, beside `target.json`.
It needs Python 3.9, Docker and nginx there, and nothing of faultcast: standard library only.

    update deploy sha256:DIGEST   pull, start beside the old one, test, switch, drain, stop the old
    update rollback               the same with the digest before the last deployment
    update status [--json]        what serves, since when, and what happened before

The new container starts on the port that is free of two; the file `upstream.conf`, which nginx
includes, names the port that serves and is replaced in one step. Until the new container has
answered through nginx for a while the old one stays, and nginx asks it where the new one fails.
`ledger.jsonl` gets a line when a change begins and one when it ends; a change without its second
line was killed, and the next call cleans up after it.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BY = re.compile(r"[\w.@+-]{1,64}", re.ASCII)
_SERVES = re.compile(r"server 127\.0\.0\.1:(\d+);")
_SPARE = re.compile(r"server 127\.0\.0\.1:(\d+) backup;")
_ASKED = re.compile(r":(\d+)$")
_LABELS = {
    "commit": "org.opencontainers.image.revision",
    "version": "org.opencontainers.image.version",
    "models": "faultcast.models",
}
_DATA = "/var/lib/faultcast"
_CONTAINERD = Path("/var/lib/containerd")  # where a new installation of Docker 29 keeps images
_GATEWAY = "{{(index .IPAM.Config 0).Gateway}}"
_IMAGES_KEPT = 3  # the newest that served stay on disk, for a rollback without a registry
_MIB = 2**20
_MIB_FOR_FILES = 64  # less is left for logs and the ledger: begin nothing
_MIB_FOR_AN_IMAGE = 1024
# Seconds after which a call of a program counts as lost.
_USUAL, _PULLING, _TESTING = 60.0, 900.0, 300.0
# Containers are on this machine, whatever proxy its programs use for others.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class UpdateError(Exception):
    """Why a change did not happen; what served before serves on."""


@dataclass(frozen=True)
class Target:
    """What `target.json` says of this server.

    `image` is the repository without tag; `ports` are the two that containers take in turn;
    `watch_port` is where nginx tells whom it asks; `nginx` is the command that steers it; `volume`
    and `network` are Docker's, for predictions and for containers; `run` are more options for
    `docker run`.
    """

    folder: Path
    image: str
    ports: tuple[int, int] = (8081, 8082)
    watch_port: int = 8083
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
        except (OSError, ValueError, TypeError, AttributeError) as fault:
            raise UpdateError(f"{path} cannot be used: {fault}") from None


def _is_list(value: object) -> bool:
    return isinstance(value, list)


@dataclass(frozen=True)
class Change:
    """A line of the ledger: `outcome` is started, deployed, failed or interrupted."""

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

    def successes(self) -> list[Change]:
        """Return the changes that came into service, newest first."""
        return [change for change in reversed(self.changes()) if change.outcome == "deployed"]

    def digests(self) -> list[str]:
        """Return the digests that came into service, newest first, each once."""
        return list(dict.fromkeys(change.digest for change in self.successes()))


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
        self._environment = target.folder / "container.env"

    def serving(self) -> int | None:
        """Return the port that nginx is told to ask."""
        return self._told(_SERVES)

    def spare(self) -> int | None:
        """Return the port that nginx is told to ask where that one fails."""
        return self._told(_SPARE)

    def _told(self, line: re.Pattern[str]) -> int | None:
        found = line.search(self.upstream())
        return int(found[1]) if found else None

    def upstream(self) -> str:
        """Return what nginx is told."""
        if self._upstream.exists():
            return self._upstream.read_text(encoding="utf-8")
        return f"server 127.0.0.1:{self._target.ports[0]} down;\n"

    def digest(self, port: int) -> str:
        """Return the digest of the container of a port; empty without one."""
        return self._label(port, "digest")

    def begun(self, port: int) -> str:
        """Return when the change began that made the container of a port."""
        return self._label(port, "begun")

    def since(self, port: int) -> str:
        """Return when the container of a port was started."""
        return self._inspect(port, "{{.State.StartedAt}}")

    def settings(self) -> str:
        """Return a hash of the settings with which a container would start now."""
        target = self._target
        given = json.dumps([target.image, target.volume, target.network, target.run])
        environment = self._environment.read_bytes() if self._environment.exists() else b""
        return hashlib.sha256(given.encode() + environment).hexdigest()

    def settings_of(self, port: int) -> str:
        """Return the hash of those with which the container of a port was started."""
        return self._label(port, "settings")

    def has(self, digest: str) -> bool:
        """Whether an image is here."""
        inspected = _run("docker", "image", "inspect", f"{self._target.image}@{digest}")
        return inspected.returncode == 0

    def images_folder(self) -> Path:
        """Return the folder in which Docker keeps images."""
        about = "{{.DockerRootDir}}{{println}}{{.DriverStatus}}"
        folder, _, driver = _run("docker", "info", "--format", about).stdout.partition("\n")
        return _CONTAINERD if "io.containerd." in driver else Path(folder)

    def pull(self, digest: str) -> None:
        """Fetch an image."""
        image = f"{self._target.image}@{digest}"
        pulled = _run("docker", "pull", "--quiet", image, seconds=_PULLING)
        if pulled.returncode != 0:
            raise UpdateError(f"{image} could not be pulled: {_last_line(pulled)}")

    def labels(self, digest: str) -> dict[str, Any]:
        """Return commit, version and model versions of an image that is here."""
        shown = _run(
            "docker", "image", "inspect", "--format", "{{json .Config.Labels}}",
            f"{self._target.image}@{digest}",
        )  # fmt: skip
        labels = json.loads(shown.stdout.strip() or "null") or {}
        known: dict[str, Any] = {name: labels.get(label, "") for name, label in _LABELS.items()}
        try:
            known["models"] = json.loads(known["models"] or "{}")
        except ValueError:
            known["models"] = {}
        return known

    def start(self, port: int, digest: str, begun: str) -> None:
        """Start a container for a change on a loopback port, in place of one that is left there."""
        self.remove(port)
        settings = ("--env-file", str(self._environment)) if self._environment.exists() else ()
        started = _run(
            "docker", "run", "--detach", "--name", _name(port), "--restart", "unless-stopped",
            "--label", f"faultcast.digest={digest}", "--label", f"faultcast.begun={begun}",
            "--label", f"faultcast.settings={self.settings()}",
            "--read-only", "--tmpfs", "/tmp",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--publish", f"127.0.0.1:{port}:8080", "--volume", f"{self._target.volume}:{_DATA}",
            "--network", self._target.network, "--env", f"FORWARDED_ALLOW_IPS={self._gateway()}",
            *settings, *self._target.run,
            f"{self._target.image}@{digest}",
        )  # fmt: skip
        if started.returncode != 0:
            raise UpdateError(f"the container does not start: {_last_line(started)}")

    def is_ready(self, port: int) -> bool:
        """Whether the container of a port says that it is ready."""
        return _asked(f"http://127.0.0.1:{port}/health/ready")[0] == 200

    def wait_until_ready(self, port: int) -> None:
        """Wait until a container says that it is ready, as long as it lives."""
        limit = time.monotonic() + self._target.ready_seconds
        while not self.is_ready(port):
            if not self.runs(port):
                raise UpdateError(f"the container ended: {self.last_log(port)}")
            if time.monotonic() > limit:
                seconds = self._target.ready_seconds
                raise UpdateError(f"not ready in {seconds:.0f} s: {self.last_log(port)}")
            time.sleep(0.2)

    def runs(self, port: int) -> bool:
        """Whether the container of a port runs, and never had to be started again."""
        return self._inspect(port, "{{.State.Running}} {{.RestartCount}}") == "true 0"

    def self_test(self, port: int) -> None:
        """Let a container ask itself for a forecast of each of its models."""
        tested = _run("docker", "exec", _name(port), "faultcast", "ask", seconds=_TESTING)
        if tested.returncode != 0:
            raise UpdateError(f"the self-test failed: {_last_line(tested)}")

    def switch(self, port: int, spare: int | None = None) -> None:
        """Let nginx ask a port, a spare one where it fails, and wait until it does so."""
        spared = f"server 127.0.0.1:{spare} backup;\n" if spare is not None else ""
        self._tell(f"server 127.0.0.1:{port};\n{spared}")
        for words in (("-t",), ("-s", "reload")):
            told = self._nginx(*words)
            if told.returncode != 0:
                raise UpdateError(f"nginx refuses its configuration: {_last_line(told)}")
        limit = time.monotonic() + 15
        while self.asked_by_nginx()[1] != port:
            if time.monotonic() > limit:
                raise UpdateError(f"nginx at {self._watch} does not ask {_name(port)}")
            time.sleep(0.1)

    def switch_back(self, upstream: str) -> None:
        """Tell nginx what it was told before."""
        if upstream != self.upstream():
            self._tell(upstream)
            self._nginx("-s", "reload")

    def asked_by_nginx(self) -> tuple[int, int | None]:
        """Return how nginx answers, and the port that it asked; None when it asked nobody."""
        status, upstream = _asked(self._watch)
        port = _ASKED.search(upstream)
        return status, int(port[1]) if port else None

    def last_log(self, port: int) -> str:
        """Return the last line that a container wrote."""
        return _last_line(_run("docker", "logs", "--tail", "5", _name(port)))

    @property
    def _watch(self) -> str:
        return f"http://127.0.0.1:{self._target.watch_port}/"

    def stop(self, port: int) -> None:
        """Let a container end its requests, then remove it."""
        _run("docker", "stop", "-t", "30", _name(port))  # its long name differs by version
        self.remove(port)

    def remove(self, port: int) -> None:
        """Remove a container if there is one."""
        _run("docker", "rm", "--force", _name(port))

    def remove_images(self, kept: list[str]) -> None:
        """Remove the images of other digests: they would fill the disk in time."""
        # They have no tag, so that some versions of Docker show them only when asked for all; and
        # without --digests the digest stays empty.
        shown = _run(
            "docker", "images", "--all", "--digests", "--format", "{{.Digest}}", self._target.image
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

    def _tell(self, upstream: str) -> None:
        draft = self._upstream.with_suffix(".new")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(upstream)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._upstream)
        except OSError as fault:
            raise UpdateError(f"{self._upstream} cannot be written: {fault.strerror}") from None

    def _nginx(self, *words: str) -> subprocess.CompletedProcess[str]:
        return _run(*self._target.nginx, *words)

    def _label(self, port: int, name: str) -> str:
        return self._inspect(port, f'{{{{index .Config.Labels "faultcast.{name}"}}}}')

    def _inspect(self, port: int, what: str) -> str:
        """Ask Docker about the container of a port; empty without one."""
        shown = _run("docker", "inspect", "--format", what, _name(port))
        if shown.returncode != 0 and "no such" not in shown.stderr.lower():
            raise UpdateError(f"Docker does not answer: {_last_line(shown)}")
        return shown.stdout.strip()


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
        with self._turn("deploy", by, digest):
            return self._change("deploy", digest, by, commit)

    def rollback(self, by: str) -> str:
        """Undo the last deployment: put the digest back that served before it.

        Asked again it stays there, so that a call whose answer was lost can be repeated.
        """
        with self._turn("rollback", by):
            present, *earlier = self._ledger.digests() or [""]
            # Settings may have come in since by deploying the same digest again.
            newest = takewhile(lambda one: one.digest == present, self._ledger.successes())
            if any(change.action == "rollback" for change in newest):
                told = self._change("rollback", present, by)
                return f"rolled back already: {told}. For another version: deploy DIGEST"
            if not earlier:
                raise UpdateError("nothing served before: there is nothing to go back to")
            return self._change("rollback", earlier[0], by)

    def status(self) -> dict[str, Any]:
        """Return what serves and the ledger, newest first."""
        texts = ("problem", "digest", "since", "commit", "version")
        told: dict[str, Any] = {**dict.fromkeys(texts, ""), "models": {}, "ready": False}
        port = self._server.serving()
        if port is not None:
            try:
                told |= self._serving(port)
            except UpdateError as failure:
                told["problem"] = str(failure)
        changes = [change.__dict__ for change in reversed(self._ledger.changes())]
        return {**told, "changes": changes}

    def _serving(self, port: int) -> dict[str, Any]:
        digest = self._server.digest(port)
        if not digest:
            raise UpdateError(f"the container {_name(port)} is gone")
        about = {"digest": digest, "since": self._server.since(port)}
        return {**about, **self._server.labels(digest), "ready": self._server.is_ready(port)}

    def _change(self, action: str, digest: str, by: str, commit: str = "") -> str:
        old = self._server.serving()
        if old is not None and self._serves(old, digest):
            self._labels(digest, commit)
            return f"{digest} serves already, since {self._server.since(old)}"
        begin = time.monotonic()
        begun = self._note(action, by, digest, "started")
        try:
            labels = self._bring_in(digest, old, commit, begun.time)
        except BaseException as failure:
            reason = str(failure) or type(failure).__name__
            self._note(action, by, digest, "failed", reason, begin)
            raise
        self._note(action, by, digest, "deployed", "", begin, labels)
        try:
            if old is not None:
                self._server.stop(old)
        except UpdateError as failure:
            return f"{digest} serves; the next call removes what served before: {failure}"
        return f"{digest} serves"

    def _serves(self, port: int, digest: str) -> bool:
        """Whether a port serves a digest as it would if it were started now."""
        return (
            self._server.digest(port) == digest
            and self._server.settings_of(port) == self._server.settings()
            and self._server.is_ready(port)
        )

    def _bring_in(self, digest: str, old: int | None, commit: str, begun: str) -> dict[str, Any]:
        """Start an image, test it, let nginx ask it; if that fails all is as it was."""
        _require_space(self._target.folder, _MIB_FOR_FILES)
        if not self._server.has(digest):
            with suppress(UpdateError):  # whether there is room is asked next
                self._server.remove_images(self._ledger.digests()[:_IMAGES_KEPT])
            _require_space(self._server.images_folder(), _MIB_FOR_AN_IMAGE)
            self._server.pull(digest)
        labels = self._labels(digest, commit)
        new, before = self._other(old), self._server.upstream()
        try:
            self._server.start(new, digest, begun)
            self._server.wait_until_ready(new)
            self._server.self_test(new)
            self._server.switch(new, spare=old)
            self._drain(new)
            self._server.switch(new)
        except BaseException:
            # Why it failed is told, not what failed thereafter: the next call repairs that.
            with suppress(UpdateError):
                self._server.switch_back(before)
            with suppress(UpdateError):
                self._server.remove(new)
            raise
        return labels

    def _drain(self, new: int) -> None:
        """Give the old container time to end its requests, and the new one time to fail."""
        time.sleep(self._target.drain_seconds)
        if self._server.asked_by_nginx() != (200, new) or not self._server.runs(new):
            log = self._server.last_log(new)
            raise UpdateError(f"the new container does not answer any more: {log}")

    def _labels(self, digest: str, commit: str) -> dict[str, Any]:
        """Return an image's labels, if it was built from a commit."""
        labels = self._server.labels(digest)
        built_from = labels["commit"]
        if commit and built_from != commit:
            raise UpdateError(f"{digest} was built from commit {built_from or '?'}, not {commit}")
        return labels

    def _repair(self) -> None:
        """End what a killed call began: nginx follows the file, the ledger tells the truth."""
        begun = self._ledger.unfinished()
        port = self._standing(killed=begun is not None)
        if port is not None:
            self._server.switch(port)
            self._server.stop(self._other(port))
        if begun is None:
            return
        served = port is not None and self._came_with(begun, port)
        self._note(
            begun.action,
            begun.by,
            begun.digest,
            "deployed" if served else "interrupted",
            "the call that did it was killed" if served else "killed; what served before serves on",
            labels=self._server.labels(begun.digest) if served else {},
        )

    def _came_with(self, begun: Change, port: int) -> bool:
        """Whether the container of a port was made by a change, and not before it."""
        made_by = self._server.digest(port), self._server.begun(port)
        return made_by == (begun.digest, begun.time)

    def _standing(self, *, killed: bool) -> int | None:
        """Return the port that serves.

        With a spare a switch was not completed. If it was killed the new one is preferred, if it
        failed and could not be undone the old one; and the other where only that one answers.
        """
        port, spare = self._server.serving(), self._server.spare()
        if port is None or spare is None:
            return port
        first, second = (port, spare) if killed else (spare, port)
        alone = self._server.is_ready(second) and not self._server.is_ready(first)
        return second if alone else first

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
    ) -> Change:
        seconds = round(time.monotonic() - begin, 1) if begin is not None else 0
        change = Change(_now(), action, by, digest, outcome, reason, seconds, **(labels or {}))
        self._ledger.append(change)
        return change

    @contextmanager
    def _turn(self, action: str, by: str, digest: str = "") -> Iterator[None]:
        """Wait for the end of other changes, and clean up after a killed one."""
        with self._locked(action, by):
            try:
                self._repair()
            except UpdateError as failure:
                if not self._ledger.unfinished():
                    self._note(action, by, digest, "failed", str(failure))
                raise
            yield

    @contextmanager
    def _locked(self, action: str, by: str) -> Iterator[None]:
        with (self._target.folder / "lock").open("a+", encoding="utf-8") as file:
            limit = time.monotonic() + self._target.lock_seconds
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > limit:
                        file.seek(0)
                        holder = file.read().strip()
                        raise UpdateError(f"{holder} holds the lock: try later") from None
                    time.sleep(0.2)
            file.truncate(0)
            file.write(f"{action} by {by}, process {os.getpid()}, since {_now()},")
            file.flush()
            yield


def _require_space(folder: Path, mebibytes: int) -> None:
    try:
        free = shutil.disk_usage(folder).free // _MIB
    except OSError:  # another machine's, with a remote Docker
        return
    if free < mebibytes:
        raise UpdateError(
            f"only {free} MiB are free at {folder}, {mebibytes} are needed: make room, try again"
        )


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _name(port: int) -> str:
    return f"faultcast-{port}"


def _run(*words: str, seconds: float = _USUAL) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise UpdateError(f"{words[0]} is not installed on this server") from None
    except subprocess.TimeoutExpired:
        raise UpdateError(f"{' '.join(words[:2])} did not end in {seconds:.0f} s") from None


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1].strip()[:500] if lines else f"exit code {done.returncode}"


def _asked(address: str) -> tuple[int, str]:
    """Return the status of an answer, 0 without one, and whom nginx asked for it."""
    try:
        with _open(address, timeout=5) as answer:
            return answer.status, answer.headers.get("X-Upstream", "")
    except HTTPError as refused:  # the container's own answer, or nginx's without one
        return refused.code, refused.headers.get("X-Upstream", "")
    except (URLError, OSError, http.client.HTTPException):
        return 0, ""


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
        f"serves   {status['digest'] or status['problem'] or 'nothing'}",
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
    """Do what is asked; 2: what was asked is not understood, 1: it was refused or went wrong."""
    folder = Path(__file__).resolve().parent
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
