"""Runs for stages that DVC's cache served: nothing was computed, and it is known who did."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from faultcast.config.layout import Layout
from faultcast.errors import FaultcastError

_NOTEBOOK = ["faultcast", "notebook", "run"]


def track_restored(root: Path, stages: Iterable[Any]) -> None:
    """Keep a small run for each notebook stage among stages of DVC's that were restored."""
    from faultcast.tracking.stage_runs import Stage, record_restored, warn

    for stage in stages:
        words = shlex.split(stage.cmd) if isinstance(stage.cmd, str) else []
        if words[:3] != _NOTEBOOK:
            continue
        values = {
            name: value
            for option, name, value in zip(words, words[1:], words[2:], strict=False)
            if option == "-p"
        }
        outputs = tuple(Path(out.fs_path) for out in stage.outs)
        try:
            record_restored(Stage(Layout(root), root / words[3], values, outputs))
        except (FaultcastError, OSError, ValueError) as failure:
            warn(failure)
