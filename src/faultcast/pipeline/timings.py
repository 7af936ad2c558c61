"""What differs from run to run, kept beside the outputs and with the run: time and memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from faultcast.files import replacing
from faultcast.pipeline.document import Notebook


@dataclass(frozen=True)
class Timings:
    """How long each cell of a notebook took, by its number, and the most memory the kernel held."""

    notebook: Notebook
    seconds: Mapping[int, float]
    peak_memory: int

    @property
    def total(self) -> float:
        """Seconds of all cells."""
        return sum(self.seconds.values())

    def write(self, root: Path, report: Path) -> None:
        """Write them for a report's folder, where neither DVC nor git looks."""
        content = {
            "cells": [
                {"number": cell.number, "heading": cell.heading, "seconds": round(seconds, 3)}
                for cell in self.notebook.code_cells
                if (seconds := self.seconds.get(cell.number)) is not None
            ],
            "seconds": round(self.total, 3),
            "peak_memory_bytes": self.peak_memory,
        }
        inside = report.relative_to(root)
        with replacing(root / ".faultcast" / "timings" / f"{inside}.json") as draft:
            draft.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def metrics(self) -> dict[str, float]:
        """Return them by name, for the experiment's run."""
        cells = {f"cell_{number:02}.seconds": value for number, value in self.seconds.items()}
        return {**cells, "seconds": self.total, "peak_memory_bytes": float(self.peak_memory)}
