"""`params.yaml`: which plants and cases the belt carries."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, model_validator

from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.config.load import load_config
from faultcast.config.plant import Name


class Parameters(Frozen):
    """The plants and cases of `params.yaml`; what else stands there belongs to other stages."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    plants: tuple[Name, ...]
    cases: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        both = [name for name in self.cases if name in self.plants]
        if both:
            raise ValueError(
                f"{both[0]!r} is a plant and a case: rename one, their folders have their names"
            )
        return self


def load_parameters(layout: Layout) -> Parameters:
    """Read `params.yaml`.

    Raises:
        ConfigError: unreadable, or without a list of plants.
    """
    return load_config(layout.root / "params.yaml", Parameters)
