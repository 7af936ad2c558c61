"""What a plant's features are: all that training and serving must agree on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from faultcast.config.duration import Duration, format_duration
from faultcast.config.frozen import Frozen
from faultcast.config.plant import Name, Plant, Sensor

ERRORS, AGES, MACHINE = "error_messages", "component_ages", "machine"


class FeatureSpec(Frozen):
    """The inputs of a feature row; a model's manifest carries it to serving."""

    sensors: dict[Name, Sensor]
    codes: tuple[Name, ...]
    components: tuple[Name, ...]
    models: tuple[Name, ...]
    windows: tuple[Duration, ...]
    lags: tuple[Duration, ...]

    @classmethod
    def from_plant(cls, plant: Plant) -> FeatureSpec:
        """Take from a plant's configuration what shapes its features."""
        return cls(
            sensors=plant.telemetry.sensors,
            codes=plant.errors.codes if plant.errors else (),
            components=plant.components,
            models=plant.machines.models if plant.machines else (),
            windows=tuple(sorted(plant.features.windows)),
            lags=tuple(sorted(plant.features.lags)),
        )

    @property
    def tolerance(self) -> timedelta:
        """How old the reading taken for a moment may be: the shortest window."""
        return self.windows[0]

    @property
    def history(self) -> timedelta:
        """How far before a row's time the readings that shape it may lie."""
        oldest_lag = max(self.lags, default=timedelta(0))
        return max(self.windows[-1], oldest_lag + self.tolerance)

    @property
    def units(self) -> dict[str, str]:
        """Each feature's unit, in the order of the model's input."""
        return {name: unit for name, _, unit in self._features()}

    @property
    def origins(self) -> dict[str, str]:
        """The sensor, code or component that each feature tells of, or `machine`."""
        return {name: origin for name, origin, _ in self._features()}

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The features of each source: a sensor, error_messages, component_ages or machine."""
        merged = dict.fromkeys(self.codes, ERRORS) | dict.fromkeys(self.components, AGES)
        sources: dict[str, list[str]] = {s: [] for s in (*self.sensors, ERRORS, AGES, MACHINE)}
        for name, origin in self.origins.items():
            sources[merged.get(origin, origin)].append(name)
        return {source: tuple(names) for source, names in sources.items() if names}

    @property
    def names(self) -> tuple[str, ...]:
        """The feature columns in the order of the model's input."""
        return tuple(self.units)

    def _features(self) -> Iterator[tuple[str, str, str]]:
        """Yield each feature, its origin and its unit."""
        yield "reading_age", MACHINE, "h"
        for name, sensor in self.sensors.items():
            for feature, unit in self._sensor_features(name, sensor.unit):
                yield feature, name, unit
        for code in self.codes:
            for window in self.windows:
                yield window_name(code, "count", window), code, "1"
        for component in self.components:
            yield f"{component}_age", component, "d"
        yield "machine_age", MACHINE, "a"
        for model in self.models:
            yield f"model_{model}", MACHINE, "1"

    def _sensor_features(self, sensor: str, unit: str) -> Iterator[tuple[str, str]]:
        yield f"{sensor}_last", unit
        for lag in self.lags:
            yield window_name(sensor, "lag", lag), unit
        for window in self.windows:
            for statistic in ("mean", "std", "min", "max"):
                yield window_name(sensor, statistic, window), unit
            yield window_name(sensor, "slope", window), f"{unit}/h"


def window_name(source: str, statistic: str, window: timedelta) -> str:
    """Name the feature of a source over a window, such as `volt_mean_24h`."""
    return f"{source}_{statistic}_{format_duration(window)}"
