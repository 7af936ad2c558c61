"""Where everything is: the one place that knows the project's folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faultcast.errors import ProjectNotFoundError


@dataclass(frozen=True)
class Layout:
    """The folders of a project, from its root."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Layout:
        """Find the project at or above a folder (default: the working directory).

        Raises:
            ProjectNotFoundError: there is none.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "params.yaml").is_file() and (folder / "configs").is_dir():
                return cls(folder)
        raise ProjectNotFoundError(start)

    def plant_config(self, plant: str) -> Path:
        """Return a plant's configuration file."""
        return self.root / "configs" / "plants" / f"{plant}.yaml"

    def simulation_config(self, plant: str) -> Path:
        """Return the simulator's parameters of an embedded plant."""
        return self.root / "configs" / "simulation" / f"{plant}.yaml"

    def case_config(self, case: str) -> Path:
        """Return a case's configuration file."""
        return self.root / "configs" / "cases" / f"{case}.yaml"

    def case_table(self, case: str) -> Path:
        """Return a case's table."""
        return self.root / "data" / "external" / f"{case}.csv"

    def feedback(self, plant: str) -> Path:
        """Return what planners marked on the board, as exported for the reports."""
        return self.root / "data" / "external" / "feedback" / f"{plant}.csv"

    def raw(self, plant: str) -> Path:
        """Return a plant's immutable logs."""
        return self.root / "data" / "raw" / plant

    def canonical(self, plant: str) -> Path:
        """Return the folder of `telemetry.parquet`, `events.parquet` and `machines.parquet`."""
        return self.root / "data" / "interim" / plant / "canonical"

    def features(self, plant: str) -> Path:
        """Return the folder of `features.parquet`."""
        return self.root / "data" / "interim" / plant / "features"

    def dataset(self, plant: str) -> Path:
        """Return the folder of `train.parquet`, `validation.parquet` and `test.parquet`."""
        return self.root / "data" / "processed" / plant

    def model(self, plant: str) -> Path:
        """Return the folder of `model.onnx`, `baseline.onnx` and `manifest.json`."""
        return self.root / "models" / plant

    def reports(self, plant: str) -> Path:
        """Return the folder of a plant's reports."""
        return self.root / "reports" / plant

    def decision(self, name: str) -> Path:
        """Return the folder of the gate's latest decision on a plant or case."""
        return self.reports(name) / "decision"
