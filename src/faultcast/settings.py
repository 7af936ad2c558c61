"""The environment variables with which users set faultcast up, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TRACKING_URI = "MLFLOW_TRACKING_URI"
RECORDS = "FAULTCAST_RECORDS"
TARGETS = {"staging": "FAULTCAST_STAGING", "production": "FAULTCAST_PRODUCTION"}


def tracking_uri(root: Path) -> str:
    """MLflow's address: the variable MLFLOW_TRACKING_URI, or a SQLite file in the checkout."""
    return os.environ.get(TRACKING_URI) or f"sqlite:///{root / 'mlflow.db'}"


def records_folder(root: Path) -> Path:
    """Where runs wait for delivery: the variable FAULTCAST_RECORDS, or a folder of the checkout.

    A notebook that runs in a mirror of the project is told the project's own folder by it.
    """
    return Path(os.environ.get(RECORDS) or root / ".faultcast" / "records")


def deployment_targets() -> dict[str, str]:
    """The servers that serve, by environment: FAULTCAST_STAGING and FAULTCAST_PRODUCTION.

    Each is an SSH destination such as deploy@server or ssh://deploy@server:2222.
    """
    known = {name: os.environ.get(variable, "") for name, variable in TARGETS.items()}
    return {name: destination for name, destination in known.items() if destination}


@dataclass(frozen=True)
class ServingLimits:
    """What a server takes from a caller before it answers 408, 413, 422, 429 or 503."""

    body_bytes: int = 16 * 1024 * 1024
    body_seconds: float = 10.0
    rows: int = 200_000
    forecast_seconds: float = 30.0
    requests: int = 256
    requests_of_a_caller: int = 64
    forecasts: int = 2
