from __future__ import annotations

from pathlib import Path

from faultcast.modeling.arithmetic import SAME_ARITHMETIC
from faultcast.pipeline.environment import kernel_environment


def test_a_kernel_computes_alike_whatever_the_command_was_told() -> None:
    told = dict.fromkeys(SAME_ARITHMETIC, "another") | {"PYTHONHASHSEED": "7"}
    given = kernel_environment(Path("/project"), Path("/scratch"), told)
    assert SAME_ARITHMETIC.items() <= given.items()
    assert given["PYTHONHASHSEED"] == "0"
