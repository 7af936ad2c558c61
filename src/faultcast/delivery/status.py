"""What serves where: each environment's server is asked over SSH, the registry for its models."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, ValidationError

from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.errors import (
    DeliveryError,
    FaultcastError,
    UnknownModelError,
    UnknownVersionError,
)
from faultcast.tracking.registry import Registry

_SECONDS = 20


class Deployment(Frozen):
    """What a server says that it serves, and what became of each change, newest first.

    Without a `digest` it serves nothing, or `problem` says why it cannot tell.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str
    problem: str
    since: str
    commit: str
    version: str
    models: dict[str, str]
    ready: bool
    changes: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Environment:
    """A place that serves: its name and the SSH destination of its server."""

    name: str
    destination: str


def ask(environment: Environment) -> Deployment:
    """Ask a server what it serves.

    Raises:
        DeliveryError: it cannot be reached, its host key is not known, or it has no update script.
    """
    command = [
        "ssh",
        "-o", "BatchMode=yes",
        "-o", "StrictHostKeyChecking=yes",
        "-o", f"ConnectTimeout={_SECONDS}",
        "--", environment.destination, "status --json",
    ]  # fmt: skip
    try:
        asked = subprocess.run(
            command, capture_output=True, text=True, timeout=3 * _SECONDS, check=False
        )
    except FileNotFoundError:
        raise DeliveryError("ssh is not installed: install Debian's openssh-client") from None
    except subprocess.TimeoutExpired:
        raise _silent(environment, f"no answer in {3 * _SECONDS} s") from None
    if asked.returncode != 0:
        raise _silent(environment, (asked.stderr.strip() or "no reason given").splitlines()[-1])
    try:
        return Deployment.model_validate(json.loads(asked.stdout))
    except (ValueError, ValidationError):
        raise _silent(environment, "its answer is not that of an update script") from None


class Origin(Frozen):
    """Where a deployed model comes from: its run and commit; or why the registry does not say."""

    version: str
    run: str = ""
    commit: str = ""
    unknown: str = ""


def origins(deployment: Deployment) -> dict[str, Origin]:
    """Ask the registry where each deployed model comes from, by the model's name.

    One that does not answer is waited for once.
    """
    models = deployment.models
    try:
        registry = Registry.of(Layout.find())
        return {name: _origin(registry, name, number) for name, number in models.items()}
    except FaultcastError as failure:
        return {name: _unknown(number, failure) for name, number in models.items()}


def _origin(registry: Registry, name: str, number: str) -> Origin:
    try:
        found = registry.find(name, number)
    except (UnknownModelError, UnknownVersionError) as failure:
        return _unknown(number, failure)
    return Origin(version=number, run=found.run_id, commit=found.commit)


def _unknown(number: str, failure: FaultcastError) -> Origin:
    return Origin(version=number, unknown=str(failure).splitlines()[0])


def _silent(environment: Environment, reason: str) -> DeliveryError:
    return DeliveryError(
        f"{environment.name} ({environment.destination}) does not say what it serves: {reason}. "
        "Try: ssh " + environment.destination + " status"
    )
