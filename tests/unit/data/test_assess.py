"""The quality report counts what was put into the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.assess import assess
from faultcast.data.ingest import ingest
from faultcast.data.quality import Quality
from tests.unit.data.mill import CONFIG, append, configure, edit, make_mill, moment

ALL = [
    "sort",
    "drop_duplicates",
    "keep_last",
    "non_finite_to_missing",
    "out_of_range_to_missing",
    "drop_unknown_machines",
    "drop_late_events",
]


@pytest.fixture
def mill(tmp_path: Path) -> Layout:
    return make_mill(tmp_path, repairs=ALL)


def _quality(layout: Layout) -> Quality:
    plant = load_plant(layout, "mill")
    return assess(plant, ingest(plant, layout.raw("mill"), layout.root))


def test_flawless_files_have_no_flaw(mill: Layout) -> None:
    quality = _quality(mill)
    assert (quality.rows_delivered, quality.rows, quality.machines) == (720, 720, 3)
    assert (quality.missing_readings, quality.gap_count, quality.stuck_count) == (0, 0, 0)
    assert quality.repairs == ()
    assert quality.events["failure"] == {"belt": 1, "pump": 2}


def test_each_flaw_is_counted_where_it_is(mill: Layout) -> None:
    telemetry = mill.raw("mill") / "telemetry.csv"
    edit(telemetry, 2, f"M1,{moment(0)},,20.0")
    edit(telemetry, 3, f"M1,{moment(1)},inf,20.0")
    edit(telemetry, 4, f"M1,{moment(2)},-999,20.0")
    for row in range(400, 415):
        edit(telemetry, row, f"M2,{moment(row - 242)},66.6,{row}e-2")
    edit(telemetry, 700, None)
    append(telemetry, f"M3,{moment(239)},61.2,24.0", f"M3,{moment(100)},1.5,2.5")
    quality = _quality(mill)
    heat = quality.sensors["heat"]
    assert (heat.missing, heat.non_finite, heat.out_of_range) == (3, 1, 1)
    assert (heat.stuck_runs, heat.stuck_readings, heat.lowest) == (1, 15, 1.5)
    assert quality.sensors["flow"].missing == 0
    assert (quality.duplicate_rows, quality.conflicting_rows) == (1, 1)
    assert (quality.gap_count, quality.gap_hours) == (1, 2.0)
    assert (quality.order.late_rows, quality.order.first_row) == (1, 722)
    assert quality.stuck[0].value == 66.6


def test_histograms_count_every_reading(mill: Layout) -> None:
    for sensor in _quality(mill).sensors.values():
        assert sum(sensor.histogram) == sensor.readings == 720


def test_strangers_are_named(mill: Layout) -> None:
    raw = mill.raw("mill")
    append(raw / "machines.csv", "M8,K30,2")
    append(raw / "errors.csv", f"M9,{moment(3)},E-1")
    edit(raw / "machines.csv", 2, "M1,X-7,4")
    edit(raw / "machines.csv", 4, None)
    quality = _quality(mill)
    assert quality.machines_without_telemetry == ("M8", "M9")
    assert quality.machines_without_description == ("M3",)
    assert quality.unknown_models == {"X_7": 1}
    assert quality.unknown_codes == {"E_99": 1}


def test_failures_that_no_reading_could_announce_are_counted(mill: Layout) -> None:
    append(mill.raw("mill") / "failures.csv", f"M2,{moment(-30)},pump")
    assert _quality(mill).unheralded_failures == 1


def test_a_sensor_without_readings_is_told_as_such(mill: Layout) -> None:
    raw = mill.raw("mill")
    lines = (raw / "telemetry.csv").read_text(encoding="utf-8").splitlines()
    dead = [lines[0], *(",".join([*line.split(",")[:3], ""]) for line in lines[1:])]
    (raw / "telemetry.csv").write_text("\n".join(dead), encoding="utf-8")
    flow = _quality(mill).sensors["flow"]
    assert (flow.readings, flow.missing, flow.median, flow.histogram) == (0, 720, None, ())


def test_the_report_is_plain_sorted_json_with_times_in_utc(mill: Layout) -> None:
    configure(mill, telemetry={**CONFIG["telemetry"]}, time_zone="Asia/Tokyo")
    text = _quality(mill).as_json()
    content: dict[str, Any] = json.loads(text)
    assert content["start"] == "2025-12-31T15:00:00Z"
    assert list(content) == sorted(content)
    assert str(mill.root) not in text
