"""Every environment variable that faultcast reads, in one place."""

from __future__ import annotations

import os
from pathlib import Path

_TRACKING_URI = "MLFLOW_TRACKING_URI"


def tracking_uri(root: Path) -> str:
    """MLflow's address: the variable MLFLOW_TRACKING_URI, or a SQLite file in the checkout."""
    return os.environ.get(_TRACKING_URI) or f"sqlite:///{root / 'mlflow.db'}"
