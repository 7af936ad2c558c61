"""The script that puts `update` on a server."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Template

from faultcast.errors import DeliveryError
from faultcast.templates import templates

_PUBLIC_KEY = re.compile(r"(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+=*( [\w.@+ -]+)?", re.ASCII)
_PATH = (r"(/[A-Za-z0-9._-]+)+", "an absolute path of letters, digits, dots and dashes")
# What each setting may be: nothing that a shell, nginx or sudo would read otherwise.
_WORDS = {
    "image": (r"[a-z0-9][a-z0-9._:-]*(/[a-z0-9][a-z0-9._-]*)+", "HOST/NAME, without tag or digest"),
    "server_name": (r"[A-Za-z0-9_*.-]+", "the host name that people use"),
    "user": (r"[a-z_][a-z0-9_-]*", "the name of a user"),
    "folder": _PATH,
    "listen": (r"(([0-9.]+|\[[0-9a-fA-F:]+\]):)?[0-9]{1,5}", "a port, or an address and a port"),
    "nginx": (r"/[A-Za-z0-9._/-]+( [A-Za-z0-9._/-]+)*", "nginx's absolute path, and options"),
    "nginx_folder": _PATH,
}


@dataclass(frozen=True)
class Installation:
    """How a server is to be set up.

    The server pulls from the repository `image` (without tag or digest), and nginx knows requests
    for faultcast by the host name `server_name`, on the port (or address and port) `listen`. The
    `user` who deploys is made if there is none, may use Docker and reload nginx, and is let in with
    the public `key` (empty: a person adds it). The script, its settings and its ledger go to
    `folder`, nginx's site to `nginx_folder`, whose files it includes. Containers take the loopback
    `ports` in turn, on `watch_port` nginx tells `update` whom it asks; `nginx` is the command that
    steers it.

    Raises:
        DeliveryError: a setting is not what it should be.
    """

    image: str
    server_name: str
    user: str = "deploy"
    key: str = ""
    folder: str = "/opt/faultcast"
    listen: str = "80"
    ports: tuple[int, int] = (8081, 8082)
    watch_port: int = 8083
    nginx: str = "/usr/sbin/nginx"
    nginx_folder: str = "/etc/nginx/conf.d"

    def __post_init__(self) -> None:
        for name, (pattern, meaning) in _WORDS.items():
            if not re.fullmatch(pattern, value := getattr(self, name)):
                raise DeliveryError(f"{name.replace('_', ' ')} {value!r}: {meaning}")
        if self.key and not _PUBLIC_KEY.fullmatch(self.key):
            raise DeliveryError("the key is no public key of SSH: give the file that ends in .pub")
        if len({*self.ports, self.watch_port}) < 3:
            raise DeliveryError("two containers and nginx need three different ports")

    def script(self) -> str:
        """Return a shell script that installs the update script on the server where it is run."""
        steer = ["sudo", "-n"] if self.user != "root" else []
        target = {
            "image": self.image,
            "ports": self.ports,
            "watch_port": self.watch_port,
            "nginx": [*steer, *self.nginx.split()],
        }
        own = files("faultcast.delivery")
        public_key = self.key or "ssh-ed25519 AAAA... deploy"
        return _template("install.sh.j2").render(
            {**self.__dict__, "nginx": self.nginx.split()},
            first_port=self.ports[0],
            update=(own / "update.py").read_text(encoding="utf-8"),
            target=json.dumps(target, indent=2),
            site=_template("nginx.conf.j2").render(self.__dict__),
            allowed=f'restrict,command="{self.folder}/update" {public_key}',
        )


def _template(name: str) -> Template:
    return templates("faultcast.delivery", escape=False).get_template(name)
