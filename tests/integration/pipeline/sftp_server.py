"""A real OpenSSH server on loopback, with keys of its own, that serves files alone."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SSHD = "/usr/sbin/sshd"
_SETTINGS = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {keys}/host_key
PidFile none
AuthorizedKeysFile {keys}/user_key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass
class SftpServer:
    """An sshd; its files are below `folder`, its keys and its user's in `keys`."""

    folder: Path
    keys: Path
    port: int = field(default_factory=lambda: free_port())
    process: psutil.Popen | None = None

    def set_up(self) -> None:
        """Write its settings and its user's known hosts."""
        self.files.mkdir(parents=True)
        settings = _SETTINGS.format(port=self.port, keys=self.keys)
        (self.folder / "sshd_config").write_text(settings, encoding="utf-8")
        self.know("host_key")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)

    def start(self) -> None:
        """Start it and wait until it listens."""
        config, log = self.folder / "sshd_config", self.folder / "log"
        self.process = psutil.Popen([SSHD, "-D", "-f", str(config), "-E", str(log)])
        while not _answers(self.port):
            assert self.process.poll() is None, log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Kill it with its connections, in the middle of what they do."""
        for one in self._all():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        if self.process:
            self.process.wait()

    def fall_silent(self) -> None:
        """Let its connections stand still: open, and without an answer."""
        for one in self._all():
            one.send_signal(signal.SIGSTOP)

    def know(self, key: str) -> None:
        """Write the known hosts of a user's home, with one of the keys as the server's."""
        known = self.home / ".ssh" / "known_hosts"
        known.parent.mkdir(parents=True, exist_ok=True)
        public = (self.keys / f"{key}.pub").read_text(encoding="utf-8")
        known.write_text(f"[127.0.0.1]:{self.port} {public}", encoding="utf-8")

    @property
    def connections(self) -> list[psutil.Process]:
        """Return the processes that serve a client."""
        return self.process.children(recursive=True) if self.process else []

    @property
    def files(self) -> Path:
        """Return the folder that it serves."""
        return self.folder / "files"

    @property
    def home(self) -> Path:
        """Return the home of a user who knows the server."""
        return self.folder / "home"

    @property
    def key(self) -> Path:
        """Return the user's private key."""
        return self.keys / "user_key"

    @property
    def url(self) -> str:
        """Return the remote's address."""
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{self.files}/data"

    def _all(self) -> list[psutil.Process]:
        return [*self.connections, *([self.process] if self.process else [])]


def make_keys(folder: Path) -> Path:
    """Make the server's host key, another one and its user's key, and return their folder."""
    for name in ("host_key", "other_key", "user_key"):
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        subprocess.run(words, check=True)
    return folder


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        return client.recv(4) == b"SSH-"
    return False
