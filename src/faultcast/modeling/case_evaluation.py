"""Judge a case's model on its untouched test part: the numbers of report and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from faultcast.config.case import Case
from faultcast.config.cells import Cells, ColumnType
from faultcast.config.layout import Layout
from faultcast.config.load import load_case
from faultcast.modeling.case_rows import CaseRows, read_case_part
from faultcast.modeling.case_scores import CaseScores, score_case
from faultcast.modeling.reliability import expected_calibration_error, reliability
from faultcast.scoring.case_forecaster import CaseForecaster
from faultcast.scoring.case_manifest import CaseManifest, class_name

_SHUFFLES = 20
_BANDS = 4
_MOST_VALUES = 12
_Z = 1.96
_DIGITS = 6

Right = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CaseEvaluation:
    """A model and its baseline on the test part.

    `confusion` counts rows [truth, forecast]; `reliability` compares the likeliest class's
    probability with how often it is right (of two classes: the positive one's with how often it is
    true); `importance` has a row a column, `slices` a row a group of rows.
    """

    case: Case
    manifest: CaseManifest
    rows: int
    model: CaseScores
    baseline: CaseScores
    chance: float
    confusion: npt.NDArray[np.int64]
    reliability: pl.DataFrame
    importance: pl.DataFrame
    slices: pl.DataFrame

    @property
    def class_names(self) -> list[str]:
        """The classes as text, in the order of the probabilities."""
        return [class_name(one) for one in self.case.target.classes]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error of the model."""
        return expected_calibration_error(self.reliability)

    def metrics(self) -> dict[str, object]:
        """Return the numbers of `metrics.json`, rounded."""
        trained = self.manifest
        return {
            "rows": {"train": trained.dataset.train.rows, "test": self.rows},
            "cross_validated": {
                which: {"accuracy": one.accuracy, "roc_auc": one.roc_auc}
                for which, one in (("model", trained.model), ("baseline", trained.baseline))
            },
            "test": {
                "model": {**_rounded(self.model), "calibration_error": self._error()},
                "baseline": _rounded(self.baseline),
                "chance": {"accuracy": round(self.chance, _DIGITS), "roc_auc": 0.5},
            },
        }

    def _error(self) -> float:
        return round(self.calibration_error, _DIGITS)


def evaluate_case(layout: Layout, name: str) -> CaseEvaluation:
    """Judge a case's model and baseline on the test part.

    Raises:
        UnknownCaseError: the case has no configuration.
        ConfigError: its configuration is faulty.
        StageNotRunError: dataset or model are not there yet.
        ManifestError, ModelFileError: the model cannot be used.
    """
    case, folder = load_case(layout, name), layout.model(name)
    train, test = (read_case_part(layout, case, part) for part in ("train", "test"))
    model, baseline = CaseForecaster.load(folder), CaseForecaster.load_baseline(folder)
    probabilities = model.forecast(test.frame).probabilities
    forecast, count = probabilities.argmax(axis=1), len(case.target.classes)
    confusion = np.zeros((count, count), np.int64)
    np.add.at(confusion, (test.classes, forecast), 1)
    commonest = np.bincount(train.classes).argmax()
    return CaseEvaluation(
        case=case,
        manifest=model.manifest,
        rows=test.frame.height,
        model=score_case(probabilities, test.classes),
        baseline=score_case(baseline.forecast(test.frame).probabilities, test.classes),
        chance=float(np.mean(test.classes == commonest)),
        confusion=confusion,
        reliability=_reliability(case, probabilities.astype(np.float64), test),
        importance=_importance(case, model, test),
        slices=pl.DataFrame(list(_slices(case, train, test, forecast == test.classes))),
    )


def interval(share: float, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share observed in so many rows (Wilson, 1927)."""
    middle = (share + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    half = _Z * np.sqrt(share * (1 - share) / rows + (_Z / (2 * rows)) ** 2) / (1 + _Z**2 / rows)
    # Rounding must not leave a share of 0 or 1 outside.
    return max(min(float(middle - half), share), 0.0), min(max(float(middle + half), share), 1.0)


def _reliability(
    case: Case, probabilities: npt.NDArray[np.float64], test: CaseRows
) -> pl.DataFrame:
    positive = case.target.positive_class
    if positive is not None:
        place = case.target.classes.index(positive)
        return reliability(probabilities[:, place], test.classes == place)
    likeliest = probabilities.argmax(axis=1)
    return reliability(probabilities.max(axis=1), likeliest == test.classes)


def _importance(case: Case, model: CaseForecaster, test: CaseRows) -> pl.DataFrame:
    """Return what the ROC AUC loses when a column is shuffled among the rows, and its spread."""
    best = score_case(model.forecast(test.frame).probabilities, test.classes).roc_auc
    rows = []
    for name in case.columns:
        chance = np.random.default_rng(0)
        lost = []
        for _ in range(_SHUFFLES):
            order = chance.permutation(test.frame.height)
            shuffled = test.frame.with_columns(test.frame[name][order])
            score = score_case(model.forecast(shuffled).probabilities, test.classes)
            lost.append(best - score.roc_auc)
        rows.append({"column": name, "lost": np.mean(lost), "spread": np.std(lost)})
    return pl.DataFrame(rows).sort("lost", descending=True)


def _slices(
    case: Case, train: CaseRows, test: CaseRows, right: Right
) -> Iterator[dict[str, object]]:
    """Yield the accuracy in each group of rows, with its interval."""
    for name, cells in case.columns.items():
        groups = _groups(cells, train.frame[name], test.frame[name])
        for group in groups.unique(maintain_order=True).sort():
            inside = right[(groups == group).to_numpy()]
            low, high = interval(float(inside.mean()), inside.size)
            yield {
                "column": name,
                "group": str(group).partition("|")[2],
                "rows": inside.size,
                "accuracy": float(inside.mean()),
                "low": low,
                "high": high,
            }


def _groups(cells: Cells, train: pl.Series, test: pl.Series) -> pl.Series:
    """Name each row's group, with a number in front by which groups are sorted: `2|21 to 28`."""
    names: dict[object, str]
    if cells.type is ColumnType.BOOLEAN:
        names = {0.0: "0|false", 1.0: "1|true"}
    elif cells.values and len(cells.values) <= _MOST_VALUES:
        typed = str if cells.is_text else float
        names = {typed(one): f"{place:02}|{one}" for place, one in enumerate(cells.values)}
    elif cells.is_text:
        common = train.drop_nulls().value_counts(sort=True)[train.name].head(_MOST_VALUES)
        names = {one: f"{place:02}|{one}" for place, one in enumerate(common)}
    else:
        return _bands(train, test)
    return test.replace_strict(names, default="98|others", return_dtype=pl.String).set(
        test.is_null(), "99|missing"
    )


def _bands(train: pl.Series, test: pl.Series) -> pl.Series:
    """Cut numbers at the quarters of the training part."""
    cuts = [train.quantile(place / _BANDS, "nearest") for place in range(1, _BANDS)]
    inner = sorted({float(cut) for cut in cuts if cut is not None})
    names = [f"up to {inner[0]:.4g}"] if inner else ["any"]
    names += [f"{low:.4g} to {high:.4g}" for low, high in pairwise(inner)]
    names += [f"above {inner[-1]:.4g}"] if inner else []
    places = np.searchsorted(np.array(inner), test.fill_null(0).to_numpy(), side="left")
    named = [f"{place:02}|{names[place]}" for place in places]
    return pl.Series(named).set(test.is_null(), "99|missing")


def _rounded(scores: CaseScores) -> dict[str, float]:
    return {name: round(value, _DIGITS) for name, value in vars(scores).items()}
