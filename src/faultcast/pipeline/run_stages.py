"""Run the stages of a project: wait for others, keep `dvc.yaml` right, schedule, report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from faultcast.pipeline.code_stage import update_code_stage
from faultcast.pipeline.dvc_project import DvcProject
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.reporter import LineReporter
from faultcast.pipeline.run_lock import run_lock
from faultcast.pipeline.scheduler import Result, Scheduler


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
            return Scheduler(project, jobs, reporter).run(plan, lock.note)
        finally:
            project.close()
