"""A plant's model as MLflow calls it: the module that the test's `MLmodel` names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl

from faultcast.scoring.forecaster import Forecaster


class PlantFunction:
    """Rows of named columns in, named probabilities out."""

    def __init__(self, folder: Path) -> None:
        self._model = Forecaster.load(folder)

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        rows = pl.DataFrame({name: table[name].to_list() for name in table.columns})
        names = [output.name for output in self._model.manifest.outputs]
        forecast = self._model.forecast(rows)
        return pd.DataFrame({name: forecast[name].to_list() for name in names})


def _load_pyfunc(path: str) -> PlantFunction:
    return PlantFunction(Path(path))
