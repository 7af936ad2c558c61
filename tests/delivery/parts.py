"""The real parts of a delivery, each started on loopback and stopped by its process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError


def free_port() -> int:
    """Return a port of the loopback device that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for a condition."""
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit, f"{what} did not happen in {seconds:.0f} s"
        sleep(0.05)


def answers(address: str) -> bool:
    """Whether somebody answers there, whatever."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except URLError as refused:
        return getattr(refused, "code", None) is not None
    except OSError:
        return False


@contextmanager
def running(words: Sequence[str], log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a session of its own; end it, and all that it started, afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **variables},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Engine:
    """A Docker engine of the tests' own."""

    socket: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which `docker` asks this engine."""
        # A newer client that comes first in PATH may lack the builder.
        return {
            "DOCKER_HOST": f"unix://{self.socket}",
            "DOCKER_BUILDKIT": "1",
            "DOCKER_CONFIG": str(self.socket.parent / "client"),
            "PATH": f"/usr/bin{os.pathsep}{os.environ['PATH']}",
        }

    @property
    def runner_variables(self) -> dict[str, str]:
        """The same for a program that is to find its other tools where they are."""
        own = self.socket.parent / "bin"
        own.mkdir(exist_ok=True)
        (own / "docker").unlink(missing_ok=True)
        (own / "docker").symlink_to("/usr/bin/docker")
        return {**self.variables, "PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}

    def docker(self, *words: str, given: str | None = None, check: bool = True) -> str:
        """Run `docker` and return what it prints."""
        done = subprocess.run(
            ["docker", *words],
            env={**os.environ, **self.variables},
            input=given,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return (done.stdout + done.stderr).strip()


@contextmanager
def docker_engine(folder: Path) -> Iterator[Engine]:
    """Start a Docker engine whose images and containers are in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as reachable:
        Path(reachable).chmod(0o755)  # by every user of the group docker
        engine = Engine(Path(reachable) / "docker.sock")
        words = [
            "dockerd", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec",
            "--host", f"unix://{engine.socket}", "--pidfile", f"{folder}/docker.pid",
        ]  # fmt: skip
        with _docker_engine(engine, words, folder / "log"):
            yield engine


@contextmanager
def _docker_engine(engine: Engine, words: Sequence[str], log: Path) -> Iterator[None]:
    with running(words, log):
        until(lambda: "Server:" in engine.docker("version", check=False), "dockerd")
        try:
            yield
        finally:
            if left := engine.docker("ps", "--all", "--quiet").split():
                engine.docker("rm", "--force", *left)
            if volumes := engine.docker("volume", "ls", "--quiet").split():
                engine.docker("volume", "rm", *volumes)


@dataclass(frozen=True)
class Registry:
    """A registry of images with a user and a password."""

    address: str
    user: str = "faultcast"
    password: str = "only for tests"


@contextmanager
def image_registry(folder: Path) -> Iterator[Registry]:
    """Start a registry on loopback."""
    folder.mkdir(parents=True)
    registry = Registry(f"127.0.0.1:{free_port()}")
    hashed = subprocess.run(
        ["htpasswd", "-Bbn", registry.user, registry.password],
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / "htpasswd").write_text(hashed.stdout.strip() + "\n")
    (folder / "registry.yml").write_text(f"""\
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: {registry.address}}}
auth: {{htpasswd: {{realm: faultcast, path: {folder}/htpasswd}}}}
""")
    with running(["docker-registry", "serve", str(folder / "registry.yml")], folder / "log"):
        until(lambda: answers(f"http://{registry.address}/v2/"), "the registry")
        yield registry


@contextmanager
def nginx_server(folder: Path) -> Iterator[list[str]]:
    """Start nginx with the files of `folder/conf.d`; yield the command that steers it."""
    (folder / "conf.d").mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(f"""\
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
""")
    command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with running(command, folder / "log"):
        until((folder / "nginx.pid").exists, "nginx")
        yield command


@dataclass(frozen=True)
class Door:
    """A user's way to a server: one key, which may run one command."""

    port: int
    user: str
    key: Path
    known_hosts: Path
    authorized_keys: Path

    @property
    def target(self) -> str:
        """The SSH destination."""
        return f"ssh://{self.user}@127.0.0.1:{self.port}"

    def allow(self, command: str) -> None:
        """Let the key run a command, and nothing else."""
        public = self.key.with_suffix(".pub").read_text()
        self.authorized_keys.write_text(f'restrict,command="{command}" {public}')

    def configured_ssh(self, folder: Path) -> Path:
        """Return a folder whose `ssh` knows this server, as a person's settings would."""
        program = folder / "ssh"
        options = f"-i {self.key} -o IdentitiesOnly=yes -o UserKnownHostsFile={self.known_hosts}"
        program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} {options} "$@"\n')
        program.chmod(0o755)
        return folder

    def take_key_of(self, other: Door) -> None:
        """Let another server's key in, in place of the own one, for the same command."""
        own, key = (door.key.with_suffix(".pub").read_text() for door in (self, other))
        self.authorized_keys.write_text(self.authorized_keys.read_text().replace(own, key))


@contextmanager
def ssh_server(folder: Path, user: str, variables: str = "") -> Iterator[Door]:
    """Start sshd with keys of its own, and variables for those who come in."""
    folder.mkdir(parents=True)
    for name in ("host_key", "user_key"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"]
        subprocess.run(words, check=True)
    port = free_port()
    door = Door(port, user, folder / "user_key", folder / "known_hosts", folder / "authorized_keys")
    door.authorized_keys.touch()
    host_key = (folder / "host_key.pub").read_text()
    door.known_hosts.write_text(f"[127.0.0.1]:{port} {host_key}")
    (folder / "sshd_config").write_text(f"""\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {door.authorized_keys} .ssh/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitUserEnvironment no
{f"SetEnv {variables}" if variables else ""}
""")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with running(["/usr/sbin/sshd", "-D", "-f", f"{folder}/sshd_config", "-e"], folder / "log"):
        until(lambda: _greets(port), "sshd")
        yield door


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            return client.recv(4) == b"SSH-"
    except OSError:
        return False


def missing_programs() -> list[str]:
    """Return the programs of the real parts that this machine lacks."""
    programs = "dockerd docker-registry nginx sshd htpasswd mmdebstrap npm rsync sudo"
    extended = f"/usr/sbin{os.pathsep}{os.environ['PATH']}"
    return [name for name in programs.split() if shutil.which(name, path=extended) is None]
