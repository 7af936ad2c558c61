"""A judgement with every number and the reason: the same models and test set give the same one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from faultcast.errors import GateError, ManifestError
from faultcast.modeling.gate.bars import Bar
from faultcast.modeling.gate.comparison import Comparison, compare
from faultcast.modeling.gate.exam import Exam, Result
from faultcast.modeling.gate.rule import Verdict, judge_bars, judge_comparison

_DIGITS = 6
_OTHER_TEST_SET = (
    "The champion was made with another test set and may have learnt from this one, which makes it "
    "look better than it is."
)


@dataclass(frozen=True)
class Contender:
    """A registered model in a folder: its version's number, and whether it was rolled back."""

    folder: Path
    number: int
    rolled_back: bool = False


@dataclass(frozen=True)
class Judgement:
    """What was asked, what was found and what follows.

    `champion_bars` are the champion's numbers on the same test set; they stand beside and decide
    nothing. `remarks` are what a reader should know.
    """

    name: str
    title: str
    compared: str
    unit: str
    margin: float
    test_sha256: str
    bars: tuple[Bar, ...]
    verdict: Verdict
    champion_bars: tuple[Bar, ...] = ()
    comparison: Comparison | None = None
    remarks: tuple[str, ...] = ()

    def numbers(self) -> dict[str, object]:
        """Return all of it for JSON, rounded; keys in the order of the questions."""
        return {
            "name": self.name,
            "test_sha256": self.test_sha256,
            "passed": self.verdict.passed,
            "reason": self.verdict.reason,
            "bars": _numbers(self.bars),
            "champion_bars": _numbers(self.champion_bars),
            "comparison": self._comparison(),
            "remarks": list(self.remarks),
        }

    def _comparison(self) -> dict[str, object] | None:
        if self.comparison is None:
            return None
        found = {name: _rounded(value) for name, value in vars(self.comparison).items()}
        return {"score": self.compared, "unit": self.unit, "margin": self.margin, **found}


def judge_model(exam: Exam, folder: Path) -> Judgement:
    """Judge the model of a folder by the bars alone.

    Raises:
        GateError: the model was made with another test set, of which it may have seen some.
        FaultcastError: the folder holds no usable model.
    """
    return _by_bars(exam, _sit(exam, folder))


def judge_challenger(exam: Exam, challenger: Contender, champion: Contender | None) -> Judgement:
    """Judge a challenger by the bars, then against the champion on the same test set.

    Raises:
        GateError: the challenger was made with another test set.
        FaultcastError: a folder holds no usable model.
    """
    ours = _sit(exam, challenger.folder)
    judgement = _by_bars(exam, ours)
    if champion:
        try:
            theirs = exam.sit(champion.folder)
        except (GateError, ManifestError) as fault:  # of an older faultcast, or of other data
            return replace(judgement, verdict=_without(judgement.verdict, str(fault)))
        judgement = _beside(exam, judgement, ours, theirs)
    return replace(judgement, verdict=_verdict(judgement, challenger, champion))


def _without(bars: Verdict, fault: str) -> Verdict:
    """Refuse: what stands in the way cannot be compared with."""
    reason = f"the champion cannot be scored, only an override replaces it: {fault}"
    return Verdict(False, reason) if bars.passed else bars


def _sit(exam: Exam, folder: Path) -> Result:
    result = exam.sit(folder)
    if result.made_with != exam.test_sha256:
        raise GateError(
            exam.name, "it was made with another test set, and may have learnt from this one"
        )
    return result


def _by_bars(exam: Exam, result: Result) -> Judgement:
    return Judgement(
        name=exam.name,
        title=exam.title,
        compared=exam.compared,
        unit=exam.unit,
        margin=exam.terms.margin,
        test_sha256=exam.test_sha256,
        bars=result.bars,
        verdict=judge_bars(result.bars),
    )


def _beside(exam: Exam, judgement: Judgement, ours: Result, theirs: Result) -> Judgement:
    other = theirs.made_with != exam.test_sha256
    return replace(
        judgement,
        champion_bars=theirs.bars,
        comparison=compare(ours.score, theirs.score, exam.units),
        remarks=(_OTHER_TEST_SET,) if other else (),
    )


def _verdict(judgement: Judgement, challenger: Contender, champion: Contender | None) -> Verdict:
    bars = judgement.verdict
    if not bars.passed:
        return bars
    if challenger.rolled_back:
        return Verdict(False, "this version was rolled back: somebody took it out of service")
    if champion is None:
        return Verdict(True, f"{bars.reason}, and there is no champion to compare with")
    newer = challenger.number > champion.number
    return judge_comparison(judgement.comparison, judgement.margin, newer=newer)


def _numbers(bars: tuple[Bar, ...]) -> dict[str, object]:
    return {
        bar.name: {
            "value": _rounded(bar.value),
            "sense": bar.sense.value,
            "limit": bar.limit,
            "cleared": bar.cleared,
            "meaning": bar.meaning,
        }
        for bar in bars
    }


def _rounded(value: float | None) -> float | None:
    return round(value, _DIGITS) if isinstance(value, float) else value
