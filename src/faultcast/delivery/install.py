"""The script that puts `update` on a server."""

from __future__ import annotations

import json
import re
import shlex
from importlib.resources import files

from jinja2 import Template

from faultcast.errors import DeliveryError
from faultcast.templates import templates

_IMAGE = re.compile(r"[a-z0-9][a-z0-9._:-]*(/[a-z0-9][a-z0-9._-]*)+")
_FOLDER = re.compile(r"(/[A-Za-z0-9._-]+)+")


def installation(
    image: str,
    folder: str = "/opt/faultcast",
    listen: str = "80",
    ports: tuple[int, int] = (8081, 8082),
    nginx: str = "nginx",
    nginx_folder: str = "/etc/nginx/conf.d",
) -> str:
    """Return a shell script that installs the update script on the server where it is run.

    Args:
        image: the repository from which the server pulls, without tag or digest.
        folder: where the script, its settings and its ledger go.
        listen: the port, or address and port, on which nginx serves.
        ports: the loopback ports that containers take in turn.
        nginx: the command that steers nginx.
        nginx_folder: a folder whose files nginx includes.

    Raises:
        DeliveryError: an argument is not what it should be.
    """
    if not _IMAGE.fullmatch(image):
        raise DeliveryError(f"{image!r} is no image repository: HOST/NAME, without tag or digest")
    for path in (folder, nginx_folder):
        if not _FOLDER.fullmatch(path):
            raise DeliveryError(f"{path!r}: an absolute path of letters, digits, dots and dashes")
    address = listen if ":" in listen else f"127.0.0.1:{listen}"
    target = {
        "image": image,
        "front": f"http://{address}",
        "ports": ports,
        "nginx": shlex.split(nginx),
    }
    own = files("faultcast.delivery")
    return _template("install.sh.j2").render(
        folder=folder,
        nginx_folder=nginx_folder,
        first_port=ports[0],
        update=(own / "update.py").read_text(encoding="utf-8"),
        target=json.dumps(target, indent=2),
        nginx=nginx,
        site=_template("nginx.conf.j2").render(folder=folder, listen=listen),
    )


def _template(name: str) -> Template:
    return templates("faultcast.delivery", escape=False).get_template(name)
