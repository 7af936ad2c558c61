#!/usr/bin/env python
"""Train the model of a plant or a case: the entry point for people and CI, and for notebooks.

The dataset must be there (dvc repro dataset@PLANT or case_dataset@CASE writes it). Writes
models/NAME/: model.onnx, baseline.onnx and manifest.json.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from faultcast.config.layout import Layout
from faultcast.errors import FaultcastError
from faultcast.modeling.arithmetic import SAME_ARITHMETIC

if TYPE_CHECKING:
    from faultcast.modeling.case_train import CaseTraining
    from faultcast.modeling.clock import Progress
    from faultcast.modeling.train import Training


def main() -> int:
    """Train the plant or case that the command line names; return the exit code."""
    name = _parser().parse_args().name
    os.environ |= SAME_ARITHMETIC
    console = Console(stderr=True)
    try:
        with console.status(f"{name}: starting") as status:
            layout = Layout.find()
            train = _train_case if layout.case_config(name).is_file() else _train_plant
            said = train(layout, name, lambda step: status.update(f"{name}: {step}"))
    except FaultcastError as failure:
        print(f"train_model.py: {failure}", file=sys.stderr)
        return failure.exit_code
    print(said)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python scripts/train_model.py bottling",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="one of configs/plants or configs/cases")
    return parser


# What they import takes seconds, and help needs none of it.
def _train_plant(layout: Layout, name: str, tell: Progress) -> str:
    from faultcast.modeling.train import train_plant
    from faultcast.tracking.plant_runs import track_training

    training = train_plant(layout, name, tell)
    track_training(layout, training)
    machine = training.scores["validation"]["machine"]
    return (
        f"{_trained(training)}; on validation average precision "
        f"{machine.average_precision:.3f}, alarm at {training.manifest.model.threshold:.1%}; "
        f"in {training.folder}"
    )


def _train_case(layout: Layout, name: str, tell: Progress) -> str:
    from faultcast.modeling.case_train import train_case
    from faultcast.tracking.case_runs import track_case_training

    training = train_case(layout, name, tell)
    track_case_training(layout, training)
    return (
        f"{_trained(training)}; cross-validated accuracy {training.scores.accuracy:.3f}, "
        f"ROC AUC {training.scores.roc_auc:.3f}; in {training.folder}"
    )


def _trained(training: Training | CaseTraining) -> str:
    return f"{training.folder.name}: trained in {sum(training.seconds.values()):.0f} s"


if __name__ == "__main__":
    sys.exit(main())
