"""A decision of the gate: a page, a JSON file and tags of the version, all with every number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from faultcast.config.gate import GateMode
from faultcast.files import replacing_folder
from faultcast.modeling.gate.judgement import Judgement
from faultcast.reporting.gate_page import Facts, render_gate_page
from faultcast.tracking.version import GATE, Version

STAGE = "gate"  # of the run that keeps the files, and their folder there
DECISION, PAGE = "decision.json", "decision.html"
TOLD = ("outcome", "mode", "who", "at")  # what the file and the tags say alike
DECISION_SHA256, DECISION_RUN = f"{GATE}decision_sha256", f"{GATE}run_id"


class Outcome(StrEnum):
    """What follows from a judgement."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    OVERRIDDEN = "promoted against the gate"


@dataclass(frozen=True)
class Decision:
    """A judgement on a version, what followed, who asked and when.

    `override` is the reason that was given for a promotion against the gate.
    """

    judgement: Judgement
    challenger: Version
    champion: Version | None
    mode: GateMode
    override: str | None
    who: str
    at: datetime

    @property
    def outcome(self) -> Outcome:
        """What follows."""
        if self.judgement.verdict.passed:
            return Outcome.PROMOTED
        return Outcome.REFUSED if self.override is None else Outcome.OVERRIDDEN

    @property
    def reason(self) -> str:
        """Why, in one line."""
        found = self.judgement.verdict.reason
        if self.outcome is Outcome.OVERRIDDEN:
            return f"{self.override}; the gate had refused it: {found}"
        return found

    def as_json(self) -> str:
        """Write it as JSON."""
        content = {
            **self._told(),
            "override": self.override,
            "challenger": _described(self.challenger),
            "champion": _described(self.champion) if self.champion else None,
            **self.judgement.numbers(),
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def write(self, folder: Path) -> None:
        """Write the JSON file and the page in the place of a folder.

        Raises:
            DiskError: they could not be written; the earlier decision is untouched.
        """
        facts = Facts(
            outcome=self.outcome.value,
            reason=self.reason,
            version=str(self.challenger.number),
            champion=str(self.champion.number) if self.champion else None,
            mode=self.mode.value,
            who=self.who,
            at=f"{self.at:%Y-%m-%d %H:%M} UTC",
        )
        with replacing_folder(folder) as draft:
            (draft / DECISION).write_text(self.as_json(), encoding="utf-8")
            page = render_gate_page(self.judgement, facts)
            (draft / PAGE).write_text(page, encoding="utf-8")

    def metrics(self) -> dict[str, float]:
        """Return the bars' numbers, and those of the comparison, by name."""
        found = {bar.name: float(bar.value) for bar in self.judgement.bars if bar.value is not None}
        if comparison := self.judgement.comparison:
            names = ("difference", "lower", "upper")
            found |= {f"comparison.{name}": getattr(comparison, name) for name in names}
        return found

    def tags(self, run_id: str) -> dict[str, str]:
        """Return the version's tags; `run_id` is the run that keeps the files."""
        content = self.as_json().encode()
        return {
            **{GATE + name: value for name, value in self._named()},
            DECISION_SHA256: hashlib.sha256(content).hexdigest(),
            DECISION_RUN: run_id,
        }

    def _told(self) -> dict[str, str]:
        at = self.at.isoformat(timespec="seconds")
        return dict(zip(TOLD, (self.outcome.value, self.mode.value, self.who, at), strict=True))

    def _named(self) -> Iterator[tuple[str, str]]:
        yield from self._told().items()
        yield "reason", self.reason
        yield "override", self.override or ""
        yield "champion", str(self.champion.number) if self.champion else ""
        for bar in self.judgement.bars:
            yield bar.name, "undefined" if bar.value is None else f"{bar.value:.6g}"
            yield f"{bar.name}.limit", f"{bar.sense} {bar.limit:g}"
        if comparison := self.judgement.comparison:
            for name, value in vars(comparison).items():
                yield f"comparison.{name}", f"{value:.6g}"


def _described(version: Version) -> dict[str, object]:
    return {
        "version": version.number,
        "sha256": version.digest,
        "model_sha256": version.model_sha256,
        "run_id": version.run_id,
        "commit": version.commit,
    }
