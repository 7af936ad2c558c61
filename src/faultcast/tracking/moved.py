"""Let the checkout's own MLflow store find its artifacts where the checkout is now.

MLflow writes absolute addresses into its database. After `mlflow.db` and `mlartifacts` were carried
to another folder or machine, these would lead nowhere.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_FOLDER = "mlartifacts"
_ADDRESSES = {
    "experiments": ("artifact_location",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location"),
    "runs": ("artifact_uri",),
}


def settle(root: Path) -> bool:
    """Rewrite the addresses of artifacts that lie below another checkout; say whether there were.

    Args:
        root: the project, with a `mlflow.db` or without one.
    """
    store, here = root / "mlflow.db", (root / _FOLDER).as_uri()
    if not store.is_file():
        return False
    with closing(sqlite3.connect(store)) as database, database:
        elsewhere = {there for there in _places(database) if there != here}
        for there in sorted(elsewhere):
            for table, columns in _ADDRESSES.items():
                for column in columns:
                    _rewrite(database, table, column, there, here)
    return bool(elsewhere)


def _places(database: sqlite3.Connection) -> list[str]:
    """Return the addresses of the folders that hold the artifacts of faultcast's experiments."""
    rows = database.execute(
        "SELECT artifact_location FROM experiments WHERE name LIKE 'faultcast/%'"
    )
    return [
        f"{before}/{_FOLDER}"
        for (location,) in rows
        for before, found, _ in [str(location).rpartition(f"/{_FOLDER}/")]
        if found and before.startswith("file:")
    ]


def _rewrite(database: sqlite3.Connection, table: str, column: str, there: str, here: str) -> None:
    database.execute(
        f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
        (here, len(there) + 1, len(there) + 1, f"{there}/"),
    )
