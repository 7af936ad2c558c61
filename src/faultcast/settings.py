"""The environment variables with which users set faultcast up, in one place."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from faultcast.errors import LimitError, StoreUrlError

TRACKING_URI = "MLFLOW_TRACKING_URI"
KERNEL_LOGS = "FAULTCAST_KERNEL_LOGS"
RECORDS = "FAULTCAST_RECORDS"
ARTIFACTS_HOME = "ARTIFACTS_HOME"
API_KEYS = "FAULTCAST_API_KEYS"  # pragma: allowlist secret
API_KEY = "FAULTCAST_API_KEY"  # pragma: allowlist secret
KEY_FILE = "FAULTCAST_KEY_FILE"
STORE, SPOOL = "FAULTCAST_STORE", "FAULTCAST_SPOOL"
SERVING_PLAN = "FAULTCAST_SERVING_PLAN"
EXPERIMENT = "FAULTCAST_EXPERIMENT"
DATA_KEY = "FAULTCAST_DATA_KEY"  # pragma: allowlist secret
DATA_KNOWN_HOSTS = "FAULTCAST_DATA_KNOWN_HOSTS"
TARGETS = {"staging": "FAULTCAST_STAGING", "production": "FAULTCAST_PRODUCTION"}


def tracking_uri(root: Path) -> str:
    """MLflow's address: the variable MLFLOW_TRACKING_URI, or a SQLite file in the checkout."""
    return os.environ.get(TRACKING_URI) or f"sqlite:///{root / 'mlflow.db'}"


def records_folder(root: Path) -> Path:
    """Where runs wait for delivery: the variable FAULTCAST_RECORDS, or a folder of the checkout.

    A notebook that runs in a mirror of the project is told the project's own folder by it.
    """
    return Path(os.environ.get(RECORDS) or root / ".faultcast" / "records")


def experiment_label() -> str:
    """Which trial of which experiment set a run belongs to: the variable FAULTCAST_EXPERIMENT."""
    return os.environ.get(EXPERIMENT, "")


def data_key() -> str | None:
    """The private key for data over SSH: the file FAULTCAST_DATA_KEY, or none of its own.

    A pipeline has no `~/.ssh`.
    """
    return os.environ.get(DATA_KEY) or None


def data_known_hosts() -> str | None:
    """Where the host keys for data over SSH stand: the file FAULTCAST_DATA_KNOWN_HOSTS, or none."""
    return os.environ.get(DATA_KNOWN_HOSTS) or None


def deployment_targets() -> dict[str, str]:
    """The servers that serve, by environment: FAULTCAST_STAGING and FAULTCAST_PRODUCTION.

    Each is an SSH destination such as deploy@server or ssh://deploy@server:2222.
    """
    known = {name: os.environ.get(variable, "") for name, variable in TARGETS.items()}
    return {name: destination for name, destination in known.items() if destination}


@dataclass(frozen=True)
class ServingLimits:
    """What a server takes from a caller before it answers 408, 413, 422, 429 or 503.

    `spool_bytes` bounds what waits for the prediction store, in each worker, and `store_days` for
    how many days the store keeps forecasts; the board waits `store_seconds` for the store.
    """

    body_bytes: int = 16 * 1024 * 1024
    body_seconds: float = 10.0
    rows: int = 200_000
    forecast_seconds: float = 30.0
    requests: int = 256
    requests_of_a_caller: int = 64
    forecasts: int = 2
    spool_bytes: int = 256 * 1024 * 1024
    store_days: int = 365
    store_seconds: float = 10.0


def serving_limits() -> ServingLimits:
    """A server's limits: each by a variable such as FAULTCAST_LIMIT_BODY_BYTES.

    Raises:
        LimitError: a variable is no positive number.
    """
    usual = asdict(ServingLimits())
    return ServingLimits(**{name: _limit(name, value) for name, value in usual.items()})


def _limit(name: str, usual: Any) -> Any:
    variable = f"FAULTCAST_LIMIT_{name.upper()}"
    told = os.environ.get(variable)
    if told is None:
        return usual
    try:
        value = type(usual)(told)
    except ValueError:
        raise LimitError(variable, told) from None
    if not 0 < value < float("inf"):
        raise LimitError(variable, told)
    return value


def artifacts_home() -> Path | None:
    """A folder of models to serve: the variable ARTIFACTS_HOME."""
    told = os.environ.get(ARTIFACTS_HOME)
    return Path(told) if told else None


def api_keys() -> str:
    """Who may call the server: the variable FAULTCAST_API_KEYS, NAME:ROLE:SHA256 by commas."""
    return os.environ.get(API_KEYS, "")


def key_file() -> Path | None:
    """Where a server keeps the key that it makes for itself: the variable FAULTCAST_KEY_FILE."""
    told = os.environ.get(KEY_FILE)
    return Path(told) if told else None


def own_api_key() -> str:
    """A caller's API key: the variable FAULTCAST_API_KEY, or the key file of a server here."""
    file = key_file()
    return os.environ.get(API_KEY) or (file.read_text().strip() if file and file.exists() else "")


def prediction_store(root: Path | None) -> str | None:
    """The store's URL: the variable FAULTCAST_STORE, or a SQLite file of a checkout; or none."""
    told = os.environ.get(STORE)
    if not told and root:
        told = f"sqlite:///{root / '.faultcast' / 'predictions.db'}"
    return None if told == "none" else told


def required_store(root: Path) -> str:
    """The store's URL, where there must be one.

    Raises:
        StoreUrlError: FAULTCAST_STORE is none.
    """
    if url := prediction_store(root):
        return url
    raise StoreUrlError("none, and this needs one")


def demo_folder(root: Path) -> Path:
    """Where `faultcast serve --demo` keeps what it shows: made anew at each start."""
    return root / ".faultcast" / "demo"


def demo_store(root: Path) -> str:
    """The URL of the store of `faultcast serve --demo`."""
    return f"sqlite:///{demo_folder(root) / 'predictions.db'}"


def spool_folder(root: Path | None) -> Path:
    """Where forecasts wait for the store: the variable FAULTCAST_SPOOL, or below a folder."""
    return Path(os.environ.get(SPOOL) or (root or Path.cwd()) / ".faultcast" / "spool")


def serving_plan() -> str:
    """What a worker of the server is to serve: set by the process that starts it."""
    return os.environ[SERVING_PLAN]
