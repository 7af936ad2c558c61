"""A project whose only plant is the small simulated one, and what its simulation starts from."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from faultcast.config.layout import Layout
from faultcast.config.plant import Plant
from faultcast.config.simulation import Simulation
from faultcast.data.simulator.clock import Clock
from faultcast.data.simulator.conditions import Conditions

STORED = Path(__file__).parents[2] / "data" / "small_plant"


def stored(name: str) -> dict[str, Any]:
    """Read the stored `plant` or `simulation`."""
    content: dict[str, Any] = yaml.safe_load((STORED / f"{name}.yaml").read_text("utf-8"))
    return content


def make_small_plant(
    root: Path, plant: dict[str, Any] | None = None, simulation: dict[str, Any] | None = None
) -> Layout:
    """Put up the project; `plant` and `simulation` replace some of their settings."""
    layout = Layout(root)
    (root / "params.yaml").write_text("plants: [small]\n", encoding="utf-8")
    for path, content in (
        (layout.plant_config("small"), stored("plant") | (plant or {})),
        (layout.simulation_config("small"), stored("simulation") | (simulation or {})),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return layout


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder."""
    return {
        file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def small_simulation(**changes: Any) -> Simulation:
    """Return the stored simulation with some settings replaced."""
    return Simulation.model_validate(stored("simulation") | changes)


def clock_of(length: str = "90d", interval: timedelta = timedelta(hours=1)) -> Clock:
    """Return the small plant's clock, of another length or interval."""
    plant = Plant.model_validate({"name": "small", **stored("plant")})
    telemetry = plant.telemetry.model_copy(update={"interval": interval})
    return Clock.of(
        small_simulation(length=length), plant.model_copy(update={"telemetry": telemetry})
    )


def steady(clock: Clock, load: float = 1.0, heat: float = 0.0) -> Conditions:
    """Return conditions that never change."""
    return Conditions(*(np.full(clock.steps, value) for value in (load, 0.0, heat)))
