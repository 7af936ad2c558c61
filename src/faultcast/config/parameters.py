"""`params.yaml`: which plants the belt carries."""

from __future__ import annotations

from pydantic import ConfigDict

from faultcast.config.frozen import Frozen
from faultcast.config.layout import Layout
from faultcast.config.load import load_config
from faultcast.config.plant import Name


class Parameters(Frozen):
    """The plants of `params.yaml`; what else stands there belongs to other stages."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    plants: tuple[Name, ...]


def load_parameters(layout: Layout) -> Parameters:
    """Read `params.yaml`.

    Raises:
        ConfigError: unreadable, or without a list of plants.
    """
    return load_config(layout.root / "params.yaml", Parameters)
