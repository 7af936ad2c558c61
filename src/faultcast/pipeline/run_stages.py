"""Run the stages of a project: wait for others, keep `dvc.yaml` right, schedule, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from faultcast.pipeline.code_stage import update_code_stage
from faultcast.pipeline.dvc_project import DvcProject
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.reporter import LineReporter, show_results
from faultcast.pipeline.restored import track_restored
from faultcast.pipeline.run_lock import run_lock
from faultcast.pipeline.scheduler import Outcome, Result, Scheduler


def run_stages(
    root: Path, targets: Sequence[str], jobs: int, reporter: LineReporter
) -> list[Result]:
    """Run stages and what they need, as many at a time as `jobs`, and return what became of each.

    Args:
        root: the project; the working directory changes to it.
        targets: names of stages; all where there is none.
        jobs: how many stages may run at the same time.
        reporter: is told how far they are.

    Raises:
        StageError: `dvc.yaml` has an error in it, or a target is no stage.
    """
    os.chdir(root)
    with run_lock(root, reporter.say) as lock:
        file = PipelineFile(root)
        update_code_stage(root, file)
        file.write()
        project = DvcProject(root, reporter.say)
        try:
            plan = project.plan(targets)
            results = Scheduler(project, jobs, reporter).run(plan, lock.note)
            ended = zip(plan, results, strict=True)
            restored = [stage for stage, one in ended if one.outcome is Outcome.RESTORED]
            track_restored(root, restored)
            return results
        finally:
            project.close()


def run_and_show(root: Path, targets: Sequence[str], jobs: int | None) -> int:
    """Run stages, show progress and results on the terminal, and return the exit code.

    Args:
        root: the project.
        targets: names of stages; all where there is none.
        jobs: how many stages may run at the same time; None for as many as there are cores.
    """
    began = monotonic()
    results = run_stages(root, targets, jobs or _cores(), LineReporter(sys.stderr))
    show_results(results, monotonic() - began, sys.stdout)
    return max((result.exit_code for result in results), default=0)


def _cores() -> int:
    """Return how many cores this process may use, which a container limits."""
    usable = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(usable(0)) if usable else os.cpu_count() or 1
