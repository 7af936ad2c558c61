"""Add or update the stage of a notebook in `dvc.yaml`."""

from __future__ import annotations

from typing import TextIO

from faultcast.pipeline.changes import show_change
from faultcast.pipeline.code_stage import update_code_stage
from faultcast.pipeline.definition import define
from faultcast.pipeline.graph import check_graph
from faultcast.pipeline.inputs import check_inputs
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.request import StageRequest


def add_stage(request: StageRequest, stream: TextIO, *, write: bool, ready: bool) -> str:
    """Put a stage into `dvc.yaml`, show the change, and return the stage's name.

    Args:
        request: what was asked for.
        stream: gets the change.
        write: whether to write the file.
        ready: whether what the stage reads has to be there.

    Raises:
        FaultcastError: the stage is not possible; nothing was written.
    """
    root = request.layout.root
    file = PipelineFile(root)
    definition = define(request, file)
    if ready:
        check_inputs(request, file)
    file.put(definition.name, definition.keys)
    update_code_stage(root, file)
    if file.changed_text() != file.text:
        check_graph(root, file, definition.name)
    show_change(file.text, file.changed_text(), stream)
    if write:
        file.write()
    return definition.name
