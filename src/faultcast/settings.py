"""The environment variables with which users set faultcast up, in one place."""

from __future__ import annotations

import os
from pathlib import Path

TRACKING_URI = "MLFLOW_TRACKING_URI"
RECORDS = "FAULTCAST_RECORDS"


def tracking_uri(root: Path) -> str:
    """MLflow's address: the variable MLFLOW_TRACKING_URI, or a SQLite file in the checkout."""
    return os.environ.get(TRACKING_URI) or f"sqlite:///{root / 'mlflow.db'}"


def records_folder(root: Path) -> Path:
    """Where runs wait for delivery: the variable FAULTCAST_RECORDS, or a folder of the checkout.

    A notebook that runs in a mirror of the project is told the project's own folder by it.
    """
    return Path(os.environ.get(RECORDS) or root / ".faultcast" / "records")
