"""A server without Docker and nginx: it does what `update` tells them, on loopback."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from types import MappingProxyType

IMAGE = "host/faultcast"


@dataclass
class FakeServer:
    """Digests and labels of containers by name, images by digest, words after which a call fails.

    `unready` and `dead` are ports whose container answers 503, or not at all.
    """

    folder: Path
    ports: tuple[int, int] = (0, 0)
    containers: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    unready: set[int] = field(default_factory=set)
    dead: set[int] = field(default_factory=set)
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    registry: dict[str, dict[str, str]] = field(default_factory=dict)
    fails: dict[tuple[str, ...], str] = field(default_factory=dict)
    networks: set[str] = field(default_factory=set)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    state: str = "true 0"
    driver: str = "[[Backing Filesystem extfs]]"

    def publish(self, digest: str, commit: str = "c" * 40, models: str = '{"mill":"4"}') -> None:
        """Have an image that can be pulled."""
        self.registry[digest] = {
            "org.opencontainers.image.revision": commit,
            "org.opencontainers.image.version": "1.2.3",
            "faultcast.models": models,
        }

    def run(self, *words: str, seconds: float = 60) -> CompletedProcess[str]:
        """Do what a program would do."""
        assert seconds > 0
        self.calls.append(words)
        for begin, said in self.fails.items():
            # nginx is well until it is to be told of a second container.
            early = begin[0] == "nginx" and len(self.containers) < 2
            if words[: len(begin)] == begin and not early:
                return CompletedProcess(words, 1, "", f"{said}\n")
        said = self._answer(words)
        missing = "Error: No such object\n" if said is None else ""
        return CompletedProcess(words, int(said is None), f"{said}\n" if said else "", missing)

    def _answer(self, words: tuple[str, ...]) -> str | None:
        """Return what `docker` prints; None where it fails."""
        digest = words[-1].partition("@")[2]
        match words[1:]:
            case ("pull", *_) if digest in self.registry:
                self.images[digest] = self.registry[digest]
            case ("pull", *_):
                return None
            case ("image", "inspect", *_):
                return json.dumps(self.images[digest]) if digest in self.images else None
            case ("images", "--all", "--digests", *_):  # without them Docker names none
                return "\n".join(self.images)
            case ("info", *_):
                return f"{self.folder}/docker\n{self.driver}"
            case ("rmi", *_):
                self.images.pop(digest, None)
            case (_, *_):
                return self._of_containers(words)
        return ""

    def _of_containers(self, words: tuple[str, ...]) -> str | None:
        name = words[-1]
        match words[1:]:
            case ("run", *options, image):
                started = options[options.index("--name") + 1]
                self.containers[started] = image.partition("@")[2]
                labels = (one.split("=") for one in options if one.startswith("faultcast."))
                self.labels[started] = dict(labels)
            case ("rm", *_):
                self.containers.pop(name, None)
            case ("network", "inspect", network, *_):
                return "172.18.0.1" if network in self.networks else None
            case ("network", "create", network):
                self.networks.add(network)
            case ("inspect", "--format", what, _):
                return self._told(what, name)
        return ""

    def _told(self, what: str, name: str) -> str | None:
        if name not in self.containers:
            return None
        if "digest" in what:
            return self.containers[name]
        if label := re.search(r'"(faultcast\.\w+)"', what):
            return self.labels.get(name, {}).get(label[1], "")
        return self.state if "Running" in what else "2026-01-01T00:00:00Z"

    @contextmanager
    def answering(self) -> Iterator[int]:
        """Answer for both containers and for nginx; yield the port on which nginx is watched."""
        fake = self

        class Container(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _answer(self, 503 if self.server.server_port in fake.unready | fake.dead else 200)

            def log_message(self, *_: object) -> None:
                pass

        class Front(Container):
            def do_GET(self) -> None:
                told = map(int, re.findall(r"127.0.0.1:(\d+)(?: backup)?;", upstream.read_text()))
                ports = [port for port in told if port not in fake.dead]
                asked = f"127.0.0.1:{ports[0]}" if ports else "faultcast"
                well = ports and ports[0] not in fake.unready
                _answer(self, 200 if well else 502, {"X-Upstream": asked})

        upstream = self.folder / "upstream.conf"
        with ExitStack() as stack:
            first, second, front = (
                stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
                for handler in (Container, Container, Front)
            )
            for server in (first, second, front):
                thread = threading.Thread(target=server.serve_forever, args=[0.01])
                thread.start()
                stack.callback(thread.join)
                stack.callback(server.shutdown)
            self.ports = first.server_port, second.server_port
            yield front.server_port


def _answer(
    request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str] = MappingProxyType({})
) -> None:
    request.send_response(status)
    for name, value in {**headers, "Content-Length": "0"}.items():
        request.send_header(name, value)
    request.end_headers()
