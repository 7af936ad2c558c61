"""What ends a command: its message and exit code, and no traceback."""

from __future__ import annotations

import errno
import sys

import click
import pytest

from faultcast.cli import faultcast, main
from faultcast.errors import FaultcastError


def end_with(ending: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command that ends so, and return its exit code."""

    @click.command()
    def ends() -> None:
        raise ending

    monkeypatch.setitem(faultcast.commands, "ends", ends)
    monkeypatch.setattr(sys, "argv", ["faultcast", "ends"])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("ending", "code", "message"),
    [
        (FaultcastError("what to do"), 2, "faultcast: what to do"),
        (KeyboardInterrupt(), 130, "interrupted; earlier outputs are untouched"),
        (OSError(errno.ENOSPC, "No space left on device", "a.csv"), 2, "a.csv: could not be"),
        (click.UsageError("no such thing"), 2, "no such thing"),
    ],
)
def test_a_failure_is_told_without_a_traceback(
    ending: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert end_with(ending, monkeypatch) == code
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_a_fault_of_the_program_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError):
        end_with(FileNotFoundError(errno.ENOENT, "missing", "b.csv"), monkeypatch)


def test_help_ends_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["faultcast", "ingest", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "Example:" in capsys.readouterr().out
