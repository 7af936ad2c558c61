"""A case's exam: its test part, and the bars of its configuration."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faultcast.config.case import Case
from faultcast.config.gate import GateTerms
from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.modeling.case_rows import CaseRows, describe_case_parts, read_case_part
from faultcast.modeling.gate.bars import Bar, Sense
from faultcast.modeling.gate.exam import Result
from faultcast.modeling.gate.weighted import accuracy
from faultcast.scoring.case_forecaster import CaseForecaster


class CaseExam:
    """A case's test part; a model is asked for the class of each row."""

    compared = "accuracy"
    unit = "row"

    def __init__(self, case: Case, test: CaseRows, test_sha256: str) -> None:
        """Take the case and its test part with the sha256 of its file."""
        self.name, self.title = case.name, case.title
        self.terms: GateTerms = case.gate
        self.test_sha256 = test_sha256
        self.units = test.frame.height
        self._case, self._test = case, test

    @classmethod
    def of(cls, layout: Layout, name: str) -> CaseExam:
        """Read a case's exam.

        Raises:
            UnknownCaseError: the case has no configuration.
            ConfigError: its configuration is faulty.
            StageNotRunError: its dataset is not there yet.
        """
        case = load_case(layout, name)
        test = read_case_part(layout, case, "test")
        return cls(case, test, describe_case_parts(layout, name).test.sha256)

    def sit(self, folder: Path) -> Result:
        """Score a case's model on the test part.

        Raises:
            StageNotRunError, ManifestError, ModelFileError: the folder holds no usable model.
        """
        model, baseline = CaseForecaster.load(folder), CaseForecaster.load_baseline(folder)
        right, reference = (
            one.forecast(self._test.frame).probabilities.argmax(axis=1) == self._test.classes
            for one in (model, baseline)
        )
        gate, scored = self._case.gate, model.manifest.model
        bars = (
            Bar(
                "cross_validated_accuracy",
                "share of right classes in cross-validation on the training part",
                scored.accuracy,
                Sense.AT_LEAST,
                gate.min_accuracy,
            ),
            Bar(
                "cross_validated_roc_auc",
                "ROC AUC in cross-validation on the training part",
                scored.roc_auc,
                Sense.AT_LEAST,
                gate.min_roc_auc,
            ),
            Bar(
                "loss_to_baseline",
                "test accuracy by which the baseline is better",
                float(np.mean(reference) - np.mean(right)),
                Sense.AT_MOST,
                gate.max_loss_to_baseline,
            ),
        )
        return Result(bars, accuracy(right), model.manifest.dataset.test.sha256)
