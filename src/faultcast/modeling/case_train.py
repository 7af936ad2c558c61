"""Train a case: model and baseline, written with their manifest to `models/<case>/`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from faultcast.config.case import Case
from faultcast.config.cells import Cells, ColumnType
from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.config.model import Algorithm
from faultcast.files import replacing_folder
from faultcast.modeling.case_estimators import make_pipeline_of, settings_of
from faultcast.modeling.case_export import check_case_export, export_case
from faultcast.modeling.case_leak import refuse_leaks
from faultcast.modeling.case_rows import CaseRows, describe_case_parts, read_case_part
from faultcast.modeling.case_scores import FOLDS, CaseScores, cross_validate
from faultcast.modeling.clock import Clock, Progress
from faultcast.modeling.train import LIBRARIES
from faultcast.scoring.case_forecaster import CaseForecaster
from faultcast.scoring.case_manifest import (
    CaseExport,
    CaseInput,
    CaseManifest,
    CaseOutput,
    output_names,
)
from faultcast.scoring.manifest import BASELINE_FILE, MODEL_FILE

BASELINE = Algorithm.LOGISTIC_REGRESSION
_DIGITS = 6


@dataclass(frozen=True)
class CaseTraining:
    """A finished training, for the experiment's record.

    `scores` and `baseline_scores` are of the cross-validation; `seconds`, by step, are for people
    and never written into an output.
    """

    case: str
    folder: Path
    manifest: CaseManifest
    parameters: dict[str, str | int | float | bool]
    scores: CaseScores
    baseline_scores: CaseScores
    seconds: dict[str, float]

    def metrics(self) -> dict[str, float]:
        """Return the scores by names such as `cross_validated.accuracy`."""
        named = {"cross_validated": self.scores, "cross_validated.baseline": self.baseline_scores}
        return {
            f"{prefix}.{name}": value
            for prefix, scores in named.items()
            for name, value in vars(scores).items()
        }


@dataclass(frozen=True)
class _Trained:
    """A fitted pipeline, its ONNX file, and how it scored in cross-validation."""

    pipeline: Pipeline
    graph: bytes
    description: CaseExport
    scores: CaseScores


def train_case(
    layout: Layout, name: str, tell: Progress = lambda _: None, output: str = ""
) -> CaseTraining:
    """Train a case's model and its baseline.

    Everything is fitted to the training part; the test part's columns, without its target, are only
    forecast, to compare the exported models with the trained ones.

    Args:
        layout: the project.
        name: the case's name.
        tell: is called with the name of each step when it begins.
        output: the folder of the project to write to; empty: `models/<case>`.

    Raises:
        UnknownCaseError: the case has no configuration.
        ConfigError: its configuration is faulty.
        StageNotRunError: its dataset is not there yet.
        LeakError: a column alone tells the target.
        ExportError: an exported model forecasts otherwise than the trained one.
        DiskError: the model could not be written; the earlier one is untouched.
    """
    clock, case = Clock(tell), load_case(layout, name)
    with clock.step("reading the dataset"):
        train, test = (read_case_part(layout, case, part) for part in ("train", "test"))
    with clock.step("looking for leaks"):
        refuse_leaks(layout, case, train)
    with clock.step("training the model"):
        model = _train(case, case.model.algorithm, train, MODEL_FILE)
    with clock.step("training the baseline"):
        baseline = _train(case, BASELINE, train, BASELINE_FILE)
    manifest = _describe(layout, case, train, model, baseline)
    with clock.step("comparing the exported models"):
        for one in (model, baseline):
            exported = CaseForecaster(manifest, one.graph).forecast(test.frame)
            check_case_export(case, one.pipeline, test, exported)
    folder = layout.root / output if output else layout.model(name)
    with replacing_folder(folder) as draft:
        for one in (model, baseline):
            (draft / one.description.file).write_bytes(one.graph)
        manifest.write(draft)
    return CaseTraining(
        case=name,
        folder=folder,
        manifest=manifest,
        parameters={"algorithm": case.model.algorithm.value, **settings_of(case)},
        scores=model.scores,
        baseline_scores=baseline.scores,
        seconds=clock.seconds,
    )


def _train(case: Case, algorithm: Algorithm, rows: CaseRows, file: str) -> _Trained:
    scores = cross_validate(case, algorithm, rows)
    with threadpool_limits(1):
        pipeline = make_pipeline_of(case, algorithm).fit(rows.inputs, rows.classes)
    graph = export_case(case, pipeline)
    description = CaseExport(
        file=file,
        sha256=hashlib.sha256(graph).hexdigest(),
        algorithm=algorithm,
        accuracy=round(scores.accuracy, _DIGITS),
        roc_auc=round(scores.roc_auc, _DIGITS),
    )
    return _Trained(pipeline, graph, description, scores)


def _describe(
    layout: Layout, case: Case, rows: CaseRows, model: _Trained, baseline: _Trained
) -> CaseManifest:
    return CaseManifest(
        case=case.name,
        title=case.title,
        inputs=tuple(_input(case, name, rows) for name in case.columns),
        target=case.target,
        outputs=tuple(CaseOutput(name=name) for name in output_names(case.target)),
        model=model.description,
        baseline=baseline.description,
        folds=FOLDS,
        dataset=describe_case_parts(layout, case.name),
        versions={library: version(library) for library in LIBRARIES},
    )


def _input(case: Case, name: str, rows: CaseRows) -> CaseInput:
    """Describe a column, with what is usual in it: the commonest value, of numbers the median."""
    column, there = case.columns[name], rows.frame[name].drop_nulls()
    described = column.model_dump(include=set(Cells.model_fields))
    match column.type:
        case ColumnType.CATEGORY:
            usual = there.mode().sort()[0]
        case ColumnType.BOOLEAN:
            usual = bool(there.mode().sort()[0])
        case ColumnType.INTEGER:
            usual = int(there.mode().sort()[0])
        case ColumnType.NUMBER:
            usual = float(there.sort()[there.len() // 2])
    tensor = "string" if column.is_text else "float32"
    return CaseInput(name=name, tensor=tensor, example=usual, **described)
