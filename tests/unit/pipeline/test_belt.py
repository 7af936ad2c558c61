"""The belt's own stages."""

from __future__ import annotations

from pathlib import Path

from faultcast.config.layout import Layout
from faultcast.pipeline.check import missing_in
from faultcast.pipeline.pipeline_file import PipelineFile


def test_no_stage_of_this_project_misses_a_dependency() -> None:
    layout = Layout(Path(__file__).parents[3])
    assert list(missing_in(layout, PipelineFile(layout.root))) == []
