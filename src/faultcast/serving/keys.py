"""API keys: who may read and who may ask for forecasts. Only hashes of keys are known here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path

from faultcast.errors import ApiKeyError
from faultcast.files import replacing
from faultcast.serving.problems import ProblemError

_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]{1,64}):(?P<role>read|forecast):(?P<hash>[0-9a-f]{64})$"
)
OWN = "own"
_OPEN = frozenset({"/health/live", "/health/ready", "/ping", "/health", "/version"})
_FORECASTS = frozenset({"/predict"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CHALLENGE = {"www-authenticate": 'Basic realm="faultcast", charset="UTF-8"'}


class Role(StrEnum):
    """What a key is good for; who may forecast may also read."""

    READ = "read"
    FORECAST = "forecast"


@dataclass(frozen=True)
class Key:
    """A key's owner and role."""

    name: str
    role: Role


@dataclass(frozen=True)
class Keys:
    """The keys by the SHA-256 of their text; without any, everyone may do everything.

    A key is 256 random bits, so that its plain hash tells nothing about it.
    """

    by_hash: dict[str, Key]

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Read `NAME:ROLE:SHA256`, entries apart by commas.

        Raises:
            ApiKeyError: an entry is none.
        """
        keys = {}
        for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            if not (read := _ENTRY.match(entry)):
                raise ApiKeyError(number)
            keys[read["hash"]] = Key(read["name"], Role(read["role"]))
        return cls(keys)

    def check(self, method: str, path: str, headers: dict[bytes, bytes]) -> Key | None:
        """Return a request's key; None where no key is needed.

        Raises:
            ProblemError: 401 without a valid key, 403 with one that may not.
        """
        if not self.by_hash or path in _OPEN:
            return None
        key = self.by_hash.get(hashlib.sha256(_given(headers)).hexdigest())
        if key is None:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "send an API key: Authorization: Bearer KEY, or X-API-Key: KEY; a browser takes "
                "it as the password of any user",
                headers=_CHALLENGE,
            )
        needed = Role.READ if method in _READING and path not in _FORECASTS else Role.FORECAST
        if needed is Role.FORECAST and key.role is Role.READ:
            raise ProblemError(
                HTTPStatus.FORBIDDEN, f"the key {key.name} may read and not {method} {path}"
            )
        return key


def new_key(name: str, role: Role) -> tuple[str, str]:
    """Return a new key and its entry for the server.

    Raises:
        ApiKeyError: the name has other characters than letters, digits, dot, dash and underscore.
    """
    key = secrets.token_urlsafe(32)
    entry = f"{name}:{role.value}:{hashlib.sha256(key.encode()).hexdigest()}"
    Keys.parse(entry)
    return key, entry


def make_own_key(file: Path) -> tuple[str, str]:
    """Make a key for a server that starts; its user alone can read it in a file.

    Returns:
        the key, and its entry.
    """
    key, entry = new_key(OWN, Role.FORECAST)
    with replacing(file) as draft:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        draft.write_text(key + "\n")
    return key, entry


def _given(headers: dict[bytes, bytes]) -> bytes:
    scheme, _, told = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer":
        return told.strip()
    if scheme.lower() == b"basic":
        try:
            return base64.b64decode(told, validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    return headers.get(b"x-api-key", b"")
