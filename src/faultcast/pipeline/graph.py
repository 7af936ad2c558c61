"""Whether the stages of a changed `dvc.yaml` go together, said in the user's words."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path

from faultcast.errors import PipelineGraphError
from faultcast.pipeline.pipeline_file import PipelineFile


def check_graph(root: Path, file: PipelineFile, name: str) -> None:
    """Let DVC judge a changed file before it is written.

    Args:
        root: the project.
        file: with the changes.
        name: the stage that was changed.

    Raises:
        PipelineGraphError: outputs overlap, stages wait for each other, or DVC refuses it.
    """
    from dvc.dvcfile import ProjectFile
    from dvc.exceptions import (
        CyclicGraphError,
        DvcException,
        OutputDuplicationError,
        OverlappingOutputPathsError,
    )
    from dvc.repo import Repo
    from dvc.repo.index import Index

    with chdir(root), Repo(os.fspath(root)) as repo:
        changed = ProjectFile(repo, os.fspath(file.path), verify=False)
        changed.__dict__["contents"] = file.content()  # in place of what is on the disk
        try:
            others = [one for one in repo.index.stages if one.path != changed.path]
            Index(repo, stages=[*others, *changed.stages.values()]).check_graph()
        except OverlappingOutputPathsError as overlap:
            outs = (overlap.parent, overlap.overlapping_out)
            mine, theirs = sorted(outs, key=lambda out: _group(out.stage) != name)
            raise PipelineGraphError(_overlapping(str(mine), str(theirs), theirs.stage)) from None
        except OutputDuplicationError as twice:
            theirs = next((one for one in twice.stages if _group(one) != name), None)
            raise PipelineGraphError(_overlapping(twice.output, twice.output, theirs)) from None
        except CyclicGraphError as cycle:
            names = sorted(str(cycle).rpartition(": ")[2].rstrip(".").split(", "))
            raise PipelineGraphError(_circle(names)) from None
        except DvcException as refused:
            raise PipelineGraphError(f"DVC refuses the stage {name}: {refused}") from None


def _group(stage: object) -> str:
    return str(getattr(stage, "name", "")).partition("@")[0]


def _overlapping(mine: str, theirs: str, stage: object) -> str:
    owner = getattr(stage, "addressing", "this one")
    return (
        f"{mine} cannot be an output: the stage {owner} writes {theirs}, and every folder belongs "
        "to one stage. Choose a folder beside it, or update that stage with -n."
    )


def _circle(names: list[str]) -> str:
    return (
        f"the stages {', '.join(names)} would wait for each other in a circle: each reads what "
        "another writes. Take one of these folders out of the dependencies (-d)."
    )
