"""What `plant new` guesses of a plant, before it is written as a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faultcast.data.guess_sensors import SensorGuess
from faultcast.data.guess_settings import Settings


@dataclass(frozen=True)
class RawFiles:
    """The files that a plant delivered, each a file or a folder of files."""

    telemetry: Path
    failures: Path | None = None
    errors: Path | None = None
    maintenance: Path | None = None
    machines: Path | None = None

    def given(self) -> dict[str, Path]:
        """Return the files that there are, by the configuration's section."""
        return {section: path for section, path in vars(self).items() if path}


@dataclass(frozen=True)
class EventGuess:
    """The columns of an event file and the names that its codes have."""

    path: str
    machine: str
    time: str
    code: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class MachinesGuess:
    """The columns of the machines' descriptions."""

    path: str
    machine: str
    model: str | None
    models: tuple[str, ...]
    age: str | None


@dataclass(frozen=True)
class PlantGuess:
    """Everything that a plant's configuration says."""

    name: str
    time_zone: str
    time_format: str | None
    path: str
    machine: str
    time: str
    sensors: tuple[SensorGuess, ...]
    left_out: tuple[str, ...]
    settings: Settings
    failures: EventGuess | None
    errors: EventGuess | None
    maintenance: EventGuess | None
    machines: MachinesGuess | None
    components: tuple[str, ...]

    @property
    def title(self) -> str:
        """The plant's name as words."""
        words = self.name.replace("_", " ")
        return words[:1].upper() + words[1:]
