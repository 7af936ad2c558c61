#!/usr/bin/env python
"""Train the model of a plant: the entry point for people and CI; notebook 04 calls the same code.

The dataset must be there (dvc repro dataset@PLANT writes it). Writes models/PLANT/: model.onnx,
baseline.onnx and manifest.json.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from faultcast.config.layout import Layout
from faultcast.errors import FaultcastError

if TYPE_CHECKING:
    from faultcast.modeling.train import Training


def main() -> int:
    """Train the plant that the command line names; return the exit code."""
    plant = _parser().parse_args().plant
    # They take seconds to import, and help needs neither.
    from faultcast.modeling.train import train_plant
    from faultcast.tracking.plant_runs import track_training

    console = Console(stderr=True)
    try:
        with console.status(f"{plant}: starting") as status:
            layout = Layout.find()
            training = train_plant(layout, plant, lambda step: status.update(f"{plant}: {step}"))
            track_training(layout, training)
    except FaultcastError as failure:
        print(f"train_model.py: {failure}", file=sys.stderr)
        return failure.exit_code
    print(_summary(training))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python scripts/train_model.py bottling",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plant", metavar="PLANT", help="a plant of configs/plants")
    return parser


def _summary(training: Training) -> str:
    machine, seconds = training.scores["validation"]["machine"], sum(training.seconds.values())
    return (
        f"{training.plant}: trained in {seconds:.0f} s; on validation average precision "
        f"{machine.average_precision:.3f}, alarm at {training.manifest.model.threshold:.1%}; "
        f"in {training.folder}"
    )


if __name__ == "__main__":
    sys.exit(main())
