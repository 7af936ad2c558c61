"""Compare an exported model with the trained one on rows that neither learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faultcast.errors import ExportError
from faultcast.modeling.plant_model import PlantModel
from faultcast.scoring.session import Matrix, Session

LARGEST_DIFFERENCE = 1e-5


@dataclass(frozen=True)
class ExportCheck:
    """How far the exported model is from the trained one.

    Args:
        rows: on how many rows they were compared.
        difference: the largest between two probabilities, over all targets and horizons.
        ties: rows with one decision in training and the other when exported; their probability is
            within the largest difference of the threshold.
    """

    rows: int
    difference: float
    ties: int

    def metrics(self) -> dict[str, float]:
        """Return the numbers by name."""
        return {name: float(value) for name, value in vars(self).items()}


def check_export(
    plant: str, model: PlantModel, session: Session, threshold: float, features: Matrix
) -> ExportCheck:
    """Compare all probabilities and the alarms of an exported model with the trained one's.

    Args:
        plant: the plant's name, for the error.
        model: the trained model.
        session: the exported one.
        threshold: the machine's probability from which an alarm stands.
        features: rows [n, inputs]; no labels are needed.

    Raises:
        ExportError: a probability differs by more than 1e-5.
    """
    trained, exported = model.outputs(features), session.outputs(features)
    difference = float(np.abs(trained - exported).max(initial=0))
    if not difference <= LARGEST_DIFFERENCE:
        raise ExportError(plant, difference, LARGEST_DIFFERENCE)
    machine = len(model.components)
    decided = (trained[:, machine] >= threshold) != (exported[:, machine] >= threshold)
    return ExportCheck(len(features), difference, int(np.count_nonzero(decided)))
