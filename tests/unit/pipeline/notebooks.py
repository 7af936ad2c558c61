"""Notebooks for tests, written as their cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": source,
    }


def parameters(source: str) -> dict[str, Any]:
    return code(source, "parameters")


def write_notebook(path: Path, *cells: dict[str, Any]) -> Path:
    content = {
        "cells": [{"id": f"c{index}", **cell} for index, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path
