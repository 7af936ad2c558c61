"""A set of experiments: `configs/experiments/<set>.yaml`, variations of the plants' settings."""

from __future__ import annotations

from enum import StrEnum
from math import prod
from typing import Annotated, Self

from pydantic import Field, model_validator

from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.config.load import load_config
from faultcast.config.plant import Name
from faultcast.errors import UnknownExperimentError

Value = bool | int | float | str | None | list[str] | list[int] | list[float]
# The first stage that a section of a plant's configuration matters to.
STAGES = {
    "features": "features",
    "horizon": "features",
    "horizons": "features",
    "split": "dataset",
    "model": "train",
}
Setting = Annotated[
    str,
    Field(
        pattern=rf"^({'|'.join(STAGES)})(\.[A-Za-z_]\w*)*$",
        description="a setting of the plants' configuration, such as model.algorithm",
    ),
]


class Metric(StrEnum):
    """What a set compares, on validation: the test part stays untouched."""

    AVERAGE_PRECISION = "average_precision"
    ROC_AUC = "roc_auc"


class Range(Frozen):
    """Numbers to search: whole ones where both ends are."""

    low: int | float
    high: int | float
    log: bool = Field(default=False, description="search orders of magnitude evenly")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}")
        if self.log and self.low <= 0:
            raise ValueError("a logarithmic range begins above 0")
        return self


Choices = Annotated[tuple[Value, ...], Field(min_length=1)]


class ExperimentSet(Frozen):
    """Which settings are varied, how many variations are tried, and what is compared."""

    name: Name
    title: str
    question: str = Field(default="", description="what the set is to find out, for its report")
    plants: tuple[Name, ...] = Field(
        default=(), description="the plants; all of params.yaml if none"
    )
    metric: Metric = Metric.AVERAGE_PRECISION
    vary: dict[Setting, Choices | Range] = Field(min_length=1)
    trials: int | None = Field(
        default=None,
        ge=1,
        description="variations to try; without it all combinations, where all are lists",
    )
    seed: int = Field(default=0, ge=0)
    first_look: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="share of the training part, the latest, on which a variation is tried first; "
        "one that falls behind there is given up",
    )

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.trials is None and self.combinations is None:
            raise ValueError("trials: say how many to try, a range has no end of variations")
        return self

    @property
    def combinations(self) -> int | None:
        """How many variations there are; None where a range is among the settings."""
        lists = [len(choices) for choices in self.vary.values() if not isinstance(choices, Range)]
        return prod(lists) if len(lists) == len(self.vary) else None

    @property
    def first_stage(self) -> str:
        """The first of the belt's stages that a variation changes."""
        order = ("features", "dataset", "train")
        stages = {STAGES[setting.partition(".")[0]] for setting in self.vary}
        # The first look shortens the training part.
        return min(stages | ({"dataset"} if self.first_look else set()), key=order.index)


def load_experiment_set(layout: Layout, name: str) -> ExperimentSet:
    """Read `configs/experiments/<name>.yaml`.

    Raises:
        UnknownExperimentError: there is no such file.
        ConfigError: the file cannot be used.
    """
    path = layout.root / "configs" / "experiments" / f"{name}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.yaml"))
        raise UnknownExperimentError(name, path.relative_to(layout.root), known)
    return load_config(path, ExperimentSet, name=name)
