"""Ingest writes both outputs or neither, and the same bytes for the same files."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.config.plant import Repair
from faultcast.data.canonical import read_canonical
from faultcast.errors import DiskError
from faultcast.pipeline.ingest import ingest_plant
from tests.unit.data.mill import append, configure, make_mill, moment


@pytest.fixture
def mill(tmp_path: Path) -> Layout:
    return make_mill(tmp_path)


def _outputs(layout: Layout) -> dict[str, bytes]:
    folders = (layout.canonical("mill"), layout.reports("mill") / "quality")
    return {str(f): f.read_bytes() for folder in folders for f in sorted(folder.iterdir())}


@contextmanager
def _no_space_after(size: int) -> Iterator[None]:
    """Let the operating system refuse files above a size, as a full disk does."""
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, earlier[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, earlier)
        signal.signal(signal.SIGXFSZ, handler)


def test_outputs_are_the_canonical_data_and_the_report(mill: Layout) -> None:
    summary = ingest_plant(mill, "mill")
    assert (summary.rows, summary.machines, summary.failures) == (720, 3, 3)
    canonical = read_canonical(mill, "mill")
    assert canonical.telemetry.columns == ["machine", "time", "heat", "flow"]
    assert canonical.failures["component"].to_list() == ["pump", "belt", "pump"]
    assert summary.report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    numbers = json.loads((summary.report.parent / "quality.json").read_text(encoding="utf-8"))
    assert numbers["rows"] == 720
    assert numbers["unknown_codes"] == {"E_99": 1}


def test_the_same_files_give_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    first, second = (make_mill(tmp_path / name) for name in ("first", "second"))
    for layout in (first, second):
        ingest_plant(layout, "mill")
    ours, theirs = _outputs(first), _outputs(second)
    assert list(ours.values()) == list(theirs.values())
    assert not any(str(tmp_path).encode() in content for content in ours.values())


def test_repairs_are_counted_and_their_first_places_kept(mill: Layout) -> None:
    configure(mill, repairs=["drop_duplicates", "out_of_range_to_missing"])
    raw = mill.raw("mill")
    append(raw / "telemetry.csv", f"M3,{moment(239)},61.2,24.0", f"M3,{moment(240)},999,20.0")
    summary = ingest_plant(mill, "mill")
    assert summary.repaired == {Repair.DROP_DUPLICATES: 1, Repair.OUT_OF_RANGE_TO_MISSING: 1}
    numbers = json.loads((summary.report.parent / "quality.json").read_text(encoding="utf-8"))
    place = {"file": "data/raw/mill/telemetry.csv", "row": 723}
    assert numbers["repairs"][1]["examples"] == [place]
    assert numbers["sensors"]["heat"]["missing"] == 1


def test_no_disk_space_leaves_the_earlier_outputs(mill: Layout) -> None:
    ingest_plant(mill, "mill")
    before = _outputs(mill)
    append(mill.raw("mill") / "telemetry.csv", f"M3,{moment(240)},61.0,20.0")
    with _no_space_after(500), pytest.raises(DiskError, match="Free some disk space") as full:
        ingest_plant(mill, "mill")
    assert full.value.exit_code == 2
    assert _outputs(mill) == before
    assert ingest_plant(mill, "mill").rows == 721


def test_a_report_that_cannot_be_written_leaves_the_earlier_canonical_data(mill: Layout) -> None:
    ingest_plant(mill, "mill")
    before = _outputs(mill)
    append(mill.raw("mill") / "telemetry.csv", f"M3,{moment(240)},61.0,20.0")
    largest_table = max(len(b) for path, b in before.items() if path.endswith(".parquet"))
    page = max(len(content) for path, content in before.items() if path.endswith(".html"))
    assert largest_table < page - 1000
    with _no_space_after(largest_table + 1000), pytest.raises(DiskError):
        ingest_plant(mill, "mill")
    assert _outputs(mill) == before


_ENDLESS = """
import sys, time
from faultcast.config.layout import Layout
from faultcast.pipeline import ingest
whole = ingest.write_parquet
def half(frame, path):
    whole(frame, path)
    if path.name == "events.parquet":
        print("half", flush=True)
        time.sleep(60)
ingest.write_parquet = half
ingest.ingest_plant(Layout(__import__("pathlib").Path(sys.argv[1])), "mill")
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_killed_half_way_leaves_the_earlier_outputs_and_the_next_run_works(
    mill: Layout, how: signal.Signals
) -> None:
    ingest_plant(mill, "mill")
    before = _outputs(mill)
    append(mill.raw("mill") / "telemetry.csv", f"M3,{moment(240)},61.0,20.0")
    run = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS, str(mill.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert run.stdout is not None
    with run.stdout:
        assert run.stdout.readline() == b"half\n"
        os.kill(run.pid, how)
        run.wait()
    assert _outputs(mill) == before
    assert ingest_plant(mill, "mill").rows == 721
    assert pl.read_parquet(mill.canonical("mill") / "telemetry.parquet").height == 721
