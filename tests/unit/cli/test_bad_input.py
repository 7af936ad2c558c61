"""Each fault of a plant's files: exit code 2, a message that names the place and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faultcast.cli import main
from faultcast.config.layout import Layout
from tests.unit.data.mill import CONFIG, append, as_parquet, configure, edit, make_mill, moment

TELEMETRY, FAILURES = "data/raw/mill/telemetry.csv", "data/raw/mill/failures.csv"
Fault = Callable[[Path], object]


def _telemetry(row: int, line: str) -> Fault:
    return lambda raw: edit(raw / "telemetry.csv", row, line)


def _truncated(raw: Path) -> None:
    as_parquet(raw / "telemetry.csv")
    whole = (raw / "telemetry.parquet").read_bytes()
    (raw / "telemetry.parquet").write_bytes(whole[: len(whole) // 2])
    configure(Layout(raw.parents[2]), telemetry=_at("telemetry.parquet"))


def _at(path: str) -> dict[str, object]:
    return {**CONFIG["telemetry"], "path": path}


def _formats_mixed(raw: Path) -> None:
    (raw / "logs").mkdir()
    (raw / "logs" / "a.csv").write_bytes((raw / "telemetry.csv").read_bytes())
    as_parquet(raw / "telemetry.csv").write_parquet(raw / "logs" / "b.parquet")
    configure(Layout(raw.parents[2]), telemetry=_at("logs"))


def _always_failing(raw: Path) -> None:
    rows = [f"{m},{moment(h)},pump" for m in ("M1", "M2", "M3") for h in range(10, 240, 20)]
    (raw / "failures.csv").write_text("\n".join(["asset,at,part", *rows]) + "\n")


CASES: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "empty file": (
        lambda raw: (raw / "telemetry.csv").write_bytes(b""),
        (TELEMETRY, "is empty (0 bytes)", "Deliver the file again"),
    ),
    "header only": (
        lambda raw: (raw / "telemetry.csv").write_text("asset,at,heat,flow [l/min]\n"),
        (TELEMETRY, "has a header and no rows", "Deliver it with its rows"),
    ),
    "header only of an optional file": (
        lambda raw: (raw / "errors.csv").write_text("asset,at,code\n"),
        ("data/raw/mill/errors.csv", "has a header and no rows", "leave errors out"),
    ),
    "missing file": (
        lambda raw: (raw / "failures.csv").unlink(),
        (FAILURES, "is not there", "mend its path"),
    ),
    "missing column": (
        _telemetry(1, "asset,at,temperature,flow [l/min]"),
        (f"{TELEMETRY}, column heat", "the file has asset, at, temperature", "Mend the file"),
    ),
    "text in a sensor": (
        _telemetry(7, f"M1,{moment(5)},warm,20.0"),
        (f"{TELEMETRY}, row 7, column heat: 'warm' is not a number", "Mend or empty the cell"),
    ),
    "text in a sensor called otherwise": (
        _telemetry(7, f"M1,{moment(5)},60,2o.0"),
        (f"{TELEMETRY}, row 7, column flow [l/min]: '2o.0' is not a number",),
    ),
    "not a number": (
        _telemetry(3, f"M1,{moment(1)},NaN,20.0"),
        (f"{TELEMETRY}, row 3, column heat: NaN is not a finite number", "non_finite_to_missing"),
    ),
    "infinity": (
        _telemetry(3, f"M1,{moment(1)},60,-inf"),
        (f"{TELEMETRY}, row 3, column flow [l/min]: -inf is not a finite number", "Empty the cell"),
    ),
    "a word for no reading": (
        _telemetry(3, f"M1,{moment(1)},n/a,20.0"),
        (f"{TELEMETRY}, row 3, column heat: NaN is not a finite number", "Empty the cell"),
    ),
    "out of range": (
        _telemetry(4, f"M1,{moment(2)},60,999.5"),
        (
            f"{TELEMETRY}, row 4, column flow [l/min]: 999.5 l/min lies outside 0 to 50 l/min",
            "out_of_range_to_missing",
        ),
    ),
    "duplicate row": (
        lambda raw: append(raw / "telemetry.csv", f"M3,{moment(239)},61.2,24.0"),
        (
            f"{TELEMETRY}, row 722: the same row stands earlier",
            "M3 at 2026-01-10",
            "drop_duplicates",
        ),
    ),
    "same machine and time, other values": (
        lambda raw: append(raw / "telemetry.csv", f"M3,{moment(239)},61.2,24.5"),
        (f"{TELEMETRY}, row 721: M3 at 2026-01-10 23:00:00", "with other values", "keep_last"),
    ),
    "backwards time": (
        lambda raw: append(raw / "telemetry.csv", f"M2,{moment(100.5)},61.2,24.5"),
        (f"{TELEMETRY}, row 722, column at: M2 reports 2026-01-05 04:30", "in the order of time"),
    ),
    "unreadable time": (
        _telemetry(5, "M1,yesterday,60,20.0"),
        (f"{TELEMETRY}, row 5, column at: 'yesterday' is not a time", "ISO 8601"),
    ),
    "no machine": (
        _telemetry(5, f",{moment(3)},60,20.0"),
        (f"{TELEMETRY}, row 5, column asset: is empty", "Fill it in"),
    ),
    "bytes that are no text": (
        lambda raw: (raw / "telemetry.csv").write_bytes(
            (raw / "telemetry.csv").read_bytes().replace(b"\nM1,", b"\nM\xff1,", 4)
        ),
        (
            f"{TELEMETRY}, row 2, column asset: holds bytes that are not UTF-8",
            "Save the file as UTF-8",
        ),
    ),
    "too many cells": (
        _telemetry(9, f"M1,{moment(7)},60,20.0,1"),
        (f"{TELEMETRY}, row 9: has 5 cells under a header of 4", "Remove the surplus"),
    ),
    "truncated Parquet": (
        _truncated,
        ("data/raw/mill/telemetry.parquet: is not a whole Parquet file", "deliver it again"),
    ),
    "CSV and Parquet mixed": (
        _formats_mixed,
        ("data/raw/mill/logs: holds both CSV and Parquet files", "Keep one format"),
    ),
    "failure of an unknown machine": (
        lambda raw: append(raw / "failures.csv", f"M9,{moment(100)},pump"),
        (f"{FAILURES}, row 5, column asset: machine M9 has no telemetry", "drop_unknown_machines"),
    ),
    "failure after the telemetry ends": (
        lambda raw: append(raw / "failures.csv", f"M1,{moment(9000)},pump"),
        (
            f"{FAILURES}, row 5, column at: 2027-01-11",
            "after the telemetry ends",
            "drop_late_events",
        ),
    ),
    "unknown component": (
        lambda raw: append(raw / "failures.csv", f"M1,{moment(100)},gearbox"),
        (
            f"{FAILURES}, row 5, column part: gearbox is not among the components",
            "Add it to components",
        ),
    ),
    "fewer than two failures": (
        lambda raw: (raw / "failures.csv").write_text(f"asset,at,part\nM1,{moment(60)},pump\n"),
        (FAILURES, "failures of machines with telemetry: 1", "two or more", "Bring longer records"),
    ),
    "no reading before a failure": (
        lambda raw: (raw / "failures.csv").write_text(
            f"asset,at,part\nM1,{moment(-60)},pump\nM2,{moment(-9)},pump\n"
        ),
        (FAILURES, "failures with a reading in the 24h before: 0", "Check the machines' names"),
    ),
    "one class only": (
        _always_failing,
        (FAILURES, "every reading lies within the horizon", "Shorten horizon"),
    ),
    "impossible age": (
        lambda raw: edit(raw / "machines.csv", 3, "M2,K20,-1"),
        ("data/raw/mill/machines.csv, row 3, column years: an age of -1.0 years", "empty the cell"),
    ),
    "another interval": (
        lambda raw: configure(
            Layout(raw.parents[2]), telemetry={**_at("telemetry.csv"), "interval": "10m"}
        ),
        (f"{TELEMETRY}, column at: readings come every 1h", "Set telemetry.interval to 1h"),
    ),
    "unknown configuration key": (
        lambda raw: configure(Layout(raw.parents[2]), horizn="24h"),
        ("configs/plants/mill.yaml", "horizn: unknown key", "remove or mend it"),
    ),
    "wrong unit of a duration": (
        lambda raw: configure(Layout(raw.parents[2]), horizon="24x"),
        ("configs/plants/mill.yaml", "horizon: '24x' is not a duration", "for example 24h"),
    ),
    "path that leaves the plant's folder": (
        lambda raw: configure(Layout(raw.parents[2]), telemetry=_at("../other/telemetry.csv")),
        ("configs/plants/mill.yaml", "telemetry.path", "leaves data/raw/<plant>/"),
    ),
}


@pytest.fixture
def mill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    layout = make_mill(tmp_path)
    monkeypatch.chdir(tmp_path)
    return layout


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["faultcast", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("command", [("ingest", "mill"), ("plant", "check", "mill")])
def test_fault_is_named_with_its_place_and_remedy_and_nothing_is_written(
    case: str,
    command: tuple[str, ...],
    mill: Layout,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for good in (mill.canonical("mill"), mill.reports("mill") / "quality"):
        good.mkdir(parents=True)
        (good / "earlier").write_text("good")
    fault, expected = CASES[case]
    fault(mill.raw("mill"))
    before = _everything(mill.root)
    assert _run(monkeypatch, *command) == 2
    message = capsys.readouterr().err
    for part in expected:
        assert part in message
    assert "Traceback" not in message
    assert _everything(mill.root) == before


@pytest.mark.usefixtures("mill")
def test_good_files_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "ingest", "mill") == 0
    assert "720 rows of 3 machines, 3 failures; repaired: nothing" in capsys.readouterr().out


def test_every_fault_of_every_file_is_listed_at_once(
    mill: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = mill.raw("mill")
    edit(raw / "telemetry.csv", 7, f"M1,{moment(5)},warm,20.0")
    edit(raw / "telemetry.csv", 8, f"M1,{moment(6)},60,inf")
    edit(raw / "errors.csv", 2, "M1,never,E-1")
    (raw / "machines.csv").write_text("asset,type\nM1,K10\n")
    append(raw / "failures.csv", f"M9,{moment(100)},pump")
    assert _run(monkeypatch, "ingest", "mill") == 2
    message = capsys.readouterr().err
    assert "5 violations" in message
    places = (
        "row 7, column heat",
        "row 8, column flow",
        "row 2, column at",
        "column years",
        "row 5",
    )
    assert all(place in message for place in places)


def test_a_fault_in_many_rows_does_not_hide_the_others_and_all_can_be_listed(
    mill: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = mill.raw("mill")
    for row in range(2, 102):
        edit(raw / "telemetry.csv", row, f"M1,{moment(row - 2)},999,20.0")
    append(raw / "failures.csv", f"M9,{moment(100)},pump")
    assert _run(monkeypatch, "ingest", "mill") == 2
    message = capsys.readouterr().err
    assert "... and 95 more like it (faultcast plant check mill --all)" in message
    assert "machine M9 has no telemetry" in message
    assert _run(monkeypatch, "plant", "check", "mill", "--all") == 2
    listed = capsys.readouterr().out.splitlines()
    assert sum("lies outside" in line for line in listed) == 100


def _everything(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }
