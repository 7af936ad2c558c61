"""What a case's training and evaluation leave behind as experiment runs."""

from __future__ import annotations

from faultcast.config.layout import Layout
from faultcast.modeling.case_evaluation import CaseEvaluation
from faultcast.modeling.case_train import CaseTraining
from faultcast.tracking.model_runs import record_evaluation, record_training


def track_case_training(layout: Layout, training: CaseTraining) -> None:
    """Keep a finished training as a run: parameters, scores, data sets, model and manifest."""
    record_training(layout, training.case, "12_case_train", training)


def track_case_evaluation(layout: Layout, evaluation: CaseEvaluation) -> None:
    """Keep a model's scores on the test part as a run, with the hash of the model judged."""
    scores = {
        f"{prefix}.{name}": value
        for prefix, one in (("test", evaluation.model), ("test.baseline", evaluation.baseline))
        for name, value in vars(one).items()
    }
    manifest = evaluation.manifest
    record_evaluation(layout, manifest.case, "13_case_evaluate", manifest, scores)
