from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from dvc.parsing.context import Context
from hypothesis import given, settings
from hypothesis import strategies as st

from faultcast.errors import LineBreakError
from faultcast.pipeline.pipeline_file import PipelineFile
from faultcast.pipeline.words import PLANT, path_word, word

PLANTS = Context({"item": {"plant": "mill"}})

lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)
tricky = st.text("${}\\'\" =-~*#;&|<>()[]!?`ab", max_size=20)
values = lines | tricky


def resolved(command: str) -> str:
    """Return a command as DVC hands it to the shell."""
    return str(PLANTS.resolve_str(command))


@given(st.lists(values, min_size=1, max_size=4))
def test_a_word_passes_yaml_and_templates(written: list[str]) -> None:
    file = PipelineFile(Path("/nowhere"))
    file.put("s", {"cmd": " ".join(["run", *(word(one) for one in written)])})
    command = file.content()["stages"]["s"]["cmd"]
    assert shlex.split(resolved(command)) == ["run", *written]


@settings(max_examples=40)
@given(st.lists(values.filter(lambda value: "\x00" not in value), min_size=1, max_size=4))
def test_a_word_passes_the_shell(written: list[str]) -> None:
    command = resolved(" ".join(word(one) for one in written))
    shown = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True
    )
    assert shown.stdout.decode().split("\0")[:-1] == written


@pytest.mark.parametrize("text", ["a\nb", "a\r", "a\u2028b", "a\x85b", "a\n"])
def test_a_line_break_is_refused(text: str) -> None:
    with pytest.raises(LineBreakError, match="YAML file"):
        word(text)


def test_a_plain_path_stays_plain() -> None:
    assert path_word(f"reports/{PLANT}/02_features") == f"reports/{PLANT}/02_features"


@pytest.mark.parametrize("path", ["my data/{}/x y", "{}", "it's/{}", "a/{}/b", "no plant"])
def test_a_path_keeps_its_plant_and_its_blanks(path: str) -> None:
    words = shlex.split(resolved(path_word(path.replace("{}", PLANT))))
    assert words == [path.replace("{}", "mill")]
