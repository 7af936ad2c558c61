"""What a plant's features are: all that training and serving must agree on."""

from __future__ import annotations

from datetime import timedelta

from faultcast.config.duration import Duration, format_duration
from faultcast.config.frozen import Frozen
from faultcast.config.plant import Name, Plant, Sensor


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
        units = {"reading_age": "h"}
        for name, sensor in self.sensors.items():
            units[f"{name}_last"] = sensor.unit
            units |= {window_name(name, "lag", lag): sensor.unit for lag in self.lags}
            for window in self.windows:
                units |= {
                    window_name(name, s, window): sensor.unit for s in ("mean", "std", "min", "max")
                }
                units[window_name(name, "slope", window)] = f"{sensor.unit}/h"
        units |= {window_name(code, "count", w): "1" for code in self.codes for w in self.windows}
        units |= {f"{component}_age": "d" for component in self.components}
        units["machine_age"] = "a"
        return units | {f"model_{model}": "1" for model in self.models}

    @property
    def names(self) -> tuple[str, ...]:
        """The feature columns in the order of the model's input."""
        return tuple(self.units)


def window_name(source: str, statistic: str, window: timedelta) -> str:
    """Name the feature of a source over a window, such as `volt_mean_24h`."""
    return f"{source}_{statistic}_{format_duration(window)}"
