"""Forecast with an exported model: feature rows in, probabilities of failure out."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from faultcast.scoring.manifest import ExportedModel, Manifest
from faultcast.scoring.model_file import read_graph
from faultcast.scoring.session import Matrix, Session, feature_matrix

_KEYS = ("machine", "time")


class Forecaster:
    """A plant's model, ready to forecast.

    Args:
        manifest: what the model's folder says of it.
        model: which of the folder's models: `manifest.model` or `manifest.baseline`.
        session: that model's graph.
    """

    def __init__(self, manifest: Manifest, model: ExportedModel, session: Session) -> None:
        self.manifest = manifest
        self.threshold = model.threshold
        self._session = session

    @classmethod
    def load(cls, folder: Path) -> Forecaster:
        """Load the model of a folder such as `models/<plant>`.

        Raises:
            StageNotRunError: the folder holds no model.
            ManifestError: its manifest cannot be read.
            ModelFileError: the model is not the one that the manifest describes.
        """
        manifest = Manifest.read(folder)
        return cls(manifest, manifest.model, _open(folder, manifest.model))

    @classmethod
    def load_baseline(cls, folder: Path) -> Forecaster:
        """Load the baseline of a folder; raises as `load` does."""
        manifest = Manifest.read(folder)
        return cls(manifest, manifest.baseline, _open(folder, manifest.baseline))

    def forecast(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Forecast each row.

        Args:
            rows: the columns of `manifest.inputs`, null where missing; others are left out.

        Returns:
            `machine` and `time` if the rows have them, then `probability_<component>` of each
            component and `probability_machine`, then the same over each further horizon, such as
            `probability_machine_6h`, as Float32.

        Raises:
            FeatureColumnsError: a column is missing or holds no numbers.
        """
        features = feature_matrix(rows, self.manifest.features.names)
        names = [output.name for output in self.manifest.outputs]
        forecasts = pl.DataFrame(self.outputs(features), schema=names)
        return forecasts.select(*keys_of(rows), pl.all())

    def probabilities(self, features: Matrix) -> Matrix:
        """Return each component's and the machine's probability over the main horizon.

        Args:
            features: [n, inputs] in the order of `manifest.inputs`, missing is NaN.

        Returns:
            [n, components + 1]; further horizons are not computed.
        """
        return self._session.probabilities(features)

    def outputs(self, features: Matrix) -> Matrix:
        """Return the probabilities [n, outputs] in the order of `manifest.outputs`."""
        return self._session.outputs(features)


def keys_of(rows: pl.DataFrame) -> list[pl.Series]:
    """Return the columns `machine` and `time` of rows that have them."""
    return [rows[key] for key in _KEYS if key in rows.columns]


def _open(folder: Path, model: ExportedModel) -> Session:
    return Session(read_graph(folder / model.file, model.sha256, f"train@{folder.name}"))
