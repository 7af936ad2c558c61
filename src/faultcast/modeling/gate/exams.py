"""Find the exam of a name."""

from __future__ import annotations

from faultcast.config.layout import Layout
from faultcast.modeling.gate.case_exam import CaseExam
from faultcast.modeling.gate.exam import Exam
from faultcast.modeling.gate.plant_exam import PlantExam


def open_exam(layout: Layout, name: str) -> Exam:
    """Read the exam of a plant or a case.

    Raises:
        UnknownPlantError, UnknownCaseError: nothing of this name is configured.
        ConfigError: its configuration is faulty.
        StageNotRunError: its test set is not there yet.
    """
    if layout.case_config(name).is_file():
        return CaseExam.of(layout, name)
    return PlantExam.of(layout, name)
