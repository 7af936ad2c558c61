"""The stage that judges a model by its bars: files in, a page and a JSON file out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.files import replacing_folder
from faultcast.modeling.gate.exams import open_exam
from faultcast.modeling.gate.judgement import judge_model
from faultcast.reporting.gate_page import render_gate_page

NUMBERS, PAGE = "gate.json", "gate.html"


@dataclass(frozen=True)
class BarsReport:
    """What was found, in a line, and where its page is."""

    reason: str
    page: Path


def report_bars(layout: Layout, name: str) -> BarsReport:
    """Judge the model in `models/<name>/` by its bars and write `reports/<name>/gate/`.

    Raises:
        UnknownPlantError, ConfigError: nothing of this name is configured, or with a fault.
        StageNotRunError: its test set or model is not there yet.
        GateError: the model was made with another test set.
        DiskError: the report could not be written; the earlier one is untouched.
    """
    judgement = judge_model(open_exam(layout, name), layout.model(name))
    folder = layout.reports(name) / "gate"
    numbers = json.dumps(judgement.numbers(), indent=2, ensure_ascii=False) + "\n"
    with replacing_folder(folder) as draft:
        (draft / NUMBERS).write_text(numbers, encoding="utf-8")
        (draft / PAGE).write_text(render_gate_page(judgement), encoding="utf-8")
    return BarsReport(judgement.verdict.reason, folder / PAGE)
