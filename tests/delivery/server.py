"""A customer's server, as the tests see it: what is asked of it and what it answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from faultcast.serving.keys import Role, new_key
from tests.delivery.parts import Door, Engine, Registry, free_port, nginx_server, ssh_server

# Some hundred requests a second, which leaves a small machine time for the update.
_PAUSE = 0.02


@dataclass
class Load:
    """What became of the requests that were sent all the while."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Server:
    """The update script's folder, nginx's address, a caller's key, and the parts behind them."""

    folder: Path
    front: str
    key: str
    engine: Engine
    registry: Registry
    door: Door

    def publish(self, image: str, build_arguments: Sequence[str] = (), dockerfile: str = "") -> str:
        """Push an image, or one made from it, to the registry; return its digest."""
        name = f"{self.registry.address}/faultcast:next"
        text = f"FROM {image}\n{dockerfile}\n"
        self.engine.docker("build", "--quiet", "--tag", name, *build_arguments, "-", given=text)
        self.engine.docker("push", "--quiet", name)
        digests = self.engine.docker(
            "image", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", name
        )
        # An image that is kept from an earlier run has digests of that run's registry too.
        own = f"{self.registry.address}/faultcast@"
        (digest,) = [line.removeprefix(own) for line in digests.split() if line.startswith(own)]
        self.engine.docker("rmi", "--force", name)
        return digest

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the update script on the server itself."""
        return subprocess.Popen(
            [self.folder / "update", *words],
            env={**os.environ, **self.engine.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def update(self, *words: str) -> tuple[int, str]:
        """Run the update script; return its exit code and what it said."""
        process = self.start(*words)
        text, _ = process.communicate(timeout=180)
        return process.returncode, text

    def over_ssh(self, command: str, known_hosts: Path | None = None) -> tuple[int, str]:
        """Ask through the door, as the pipeline does."""
        words = ["-i", str(self.door.key), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
        words += ["-o", "StrictHostKeyChecking=yes"]
        words += ["-o", f"UserKnownHostsFile={known_hosts or self.door.known_hosts}"]
        asked = subprocess.run(
            ["ssh", *words, "--", self.door.target, command], capture_output=True, text=True
        )
        return asked.returncode, asked.stdout + asked.stderr

    def status(self) -> dict[str, Any]:
        """Return what serves, by the script's own account."""
        code, text = self.update("status", "--json")
        assert code == 0, text
        return json.loads(text)

    @property
    def volume(self) -> Path:
        """The folder in which containers keep forecasts."""
        name = json.loads((self.folder / "target.json").read_text())["volume"]
        return Path(self.engine.docker("volume", "inspect", "--format", "{{.Mountpoint}}", name))

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The ledger: action and outcome of each line, oldest first."""
        lines = (self.folder / "ledger.jsonl").read_text().splitlines()
        return [(line["action"], line["outcome"]) for line in map(json.loads, lines)]

    def ask(self, path: str) -> str:
        """Ask what serves behind nginx."""
        with urllib.request.urlopen(f"{self.front}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of nginx with the caller's key."""
        return httpx.Client(base_url=self.front, headers={"X-API-Key": self.key}, **options)

    @contextmanager
    def under_load(self, forecasts: bool = True, clients: int = 4) -> Iterator[Load]:
        """Send requests all the while, over connections that stay open.

        Every second one asks for a forecast, which nginx may not send to a second container.
        """
        load, end = Load(), threading.Event()
        with self.client() as asking:
            path, asked = example(asking)

        def client() -> None:
            with self.client(timeout=30) as session:
                while not end.wait(_PAUSE):
                    try:
                        session.get("/health/ready").raise_for_status()
                        if forecasts:
                            session.post(path, json=asked).raise_for_status()
                        load.answered += 1
                    except httpx.HTTPError as failure:
                        load.failures.append(repr(failure))

        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield load
        finally:
            end.set()
            for thread in threads:
                thread.join()


@contextmanager
def customer_server(
    folder: Path, engine: Engine, registry: Registry, user: str = "root"
) -> Iterator[Server]:
    """Start nginx and sshd, and install the update script as a person would."""
    front, watch_port, *ports = (free_port() for _ in range(4))
    given = f"DOCKER_HOST=unix://{engine.socket}" if user != "root" else ""
    with nginx_server(folder / "nginx") as nginx, ssh_server(folder / "ssh", user, given) as door:
        printed = subprocess.run(
            [
                Path(sys.executable).parent / "faultcast", "delivery", "install-target",
                "--image", f"{registry.address}/faultcast", "--server-name", "127.0.0.1",
                "--user", user, *(["--key", door.key.with_suffix(".pub")] if given else []),
                "--folder", folder / "faultcast",
                "--listen", f"127.0.0.1:{front}", "--ports", *map(str, ports),
                "--watch-port", str(watch_port),
                "--nginx", " ".join(nginx), "--nginx-folder", folder / "nginx" / "conf.d",
            ],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        installed = subprocess.run(["sh"], input=printed.stdout, capture_output=True, text=True)
        assert installed.returncode == 0, installed.stdout + installed.stderr
        settings = folder / "faultcast" / "target.json"
        # The engine is shared: forecasts of two servers are kept apart.
        own = {"drain_seconds": 1, "ready_seconds": 60, "lock_seconds": 60}
        own |= {"volume": f"faultcast-{front}"}
        settings.write_text(json.dumps(json.loads(settings.read_text()) | own))
        key, entry = new_key("tester", Role.FORECAST)
        (folder / "faultcast" / "container.env").write_text(f"FAULTCAST_API_KEYS={entry}\n")
        if user == "root":
            variables = " ".join(f"{name}='{value}'" for name, value in engine.variables.items())
            door.allow(f"env {variables} {folder}/faultcast/update")
        yield Server(folder / "faultcast", f"http://127.0.0.1:{front}", key, engine, registry, door)
        shutil.rmtree(folder, ignore_errors=True)


def example(client: httpx.Client) -> tuple[str, dict[str, Any]]:
    """Return a plant's path for forecasts and the request that its description shows."""
    paths = client.get("/openapi.json").raise_for_status().json()["paths"]
    path = next(path for path in paths if path.endswith("/forecasts"))
    return path, paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
