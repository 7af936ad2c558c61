"""What differs from run to run, kept beside the outputs and with the tracking: time and memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from faultcast.config.layout import Layout
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

    def track(self, root: Path, parameters: Mapping[str, Any]) -> None:
        """Keep them as a run of the plant's experiment; a notebook without a plant has none."""
        if not isinstance(plant := parameters.get("plant"), str):
            return
        from faultcast.tracking.record import record_run  # only here: it costs every run time

        cells = {f"cell_{number:02}.seconds": value for number, value in self.seconds.items()}
        record_run(
            Layout(root),
            plant,
            f"{self.notebook.path.stem} timings",
            started=datetime.now(UTC) - timedelta(seconds=self.total),
            parameters=parameters,
            metrics={
                **cells,
                "seconds": self.total,
                "peak_memory_bytes": float(self.peak_memory),
            },
            folders={},
        )
