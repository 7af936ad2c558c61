"""Raw files become canonical data, whatever their order, format and cut."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.canonical import Canonical
from faultcast.data.ingest import ingest
from faultcast.errors import ContractError
from tests.unit.data.mill import (
    CONFIG,
    HOURS,
    START,
    append,
    as_parquet,
    configure,
    edit,
    make_mill,
    moment,
)

INSTANT = pl.Datetime("us", "UTC")


@pytest.fixture
def mill(tmp_path: Path) -> Layout:
    return make_mill(tmp_path)


def _canonical(layout: Layout) -> Canonical:
    return ingest(load_plant(layout, "mill"), layout.raw("mill"), layout.root).canonical


def _same(left: Canonical, right: Canonical) -> bool:
    return all(
        ours.equals(theirs)
        for ours, theirs in (
            (left.telemetry, right.telemetry),
            (left.events, right.events),
            (left.machines, right.machines),
        )
    )


def test_types_order_and_uniqueness_are_the_canonical_ones(mill: Layout) -> None:
    data = _canonical(mill)
    assert data.telemetry.schema == {
        "machine": pl.String,
        "time": INSTANT,
        "heat": pl.Float64,
        "flow": pl.Float64,
    }
    assert data.telemetry.height == 3 * HOURS
    assert data.telemetry.equals(data.telemetry.unique(["machine", "time"]).sort("machine", "time"))
    assert data.events.equals(data.events.unique().sort("machine", "time", "kind", "code"))
    assert set(data.events["kind"]) == {"failure", "maintenance", "error"}


def test_ages_count_back_from_the_start_of_the_telemetry(mill: Layout) -> None:
    start = START.replace(tzinfo=UTC)
    assert _canonical(mill).machines.rows() == [
        ("M1", "K10", start - 4 * timedelta(days=365.25)),
        ("M2", "K20", start - 11 * timedelta(days=365.25)),
        ("M3", "K10", None),
    ]


def test_codes_are_named_as_everywhere_behind_ingest(mill: Layout) -> None:
    assert _canonical(mill).of_kind("error")["code"].to_list() == ["E_1", "E_2", "E_99"]


def test_parquet_gives_what_csv_gives(mill: Layout) -> None:
    expected = _canonical(mill)
    for name in ("telemetry", "failures", "orders"):
        as_parquet(mill.raw("mill") / f"{name}.csv")
    sources = {
        key: {**CONFIG[key], "path": CONFIG[key]["path"].replace(".csv", ".parquet")}
        for key in ("telemetry", "failures", "maintenance")
    }
    configure(mill, **sources)
    assert _same(_canonical(mill), expected)


def test_a_folder_of_files_gives_what_one_file_gives(mill: Layout) -> None:
    expected = _canonical(mill)
    whole = mill.raw("mill") / "telemetry.csv"
    header, *rows = whole.read_text(encoding="utf-8").splitlines()
    (mill.raw("mill") / "logs").mkdir()
    for part in range(4):
        text = "\n".join([header, *rows[part * 180 : (part + 1) * 180]])
        (mill.raw("mill") / "logs" / f"{part}.csv").write_text(text, encoding="utf-8")
    configure(mill, telemetry={**CONFIG["telemetry"], "path": "logs"})
    assert _same(_canonical(mill), expected)


def test_the_order_of_delivery_does_not_matter_once_sorting_is_allowed(mill: Layout) -> None:
    expected = _canonical(mill)
    path = mill.raw("mill") / "telemetry.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    random.Random(0).shuffle(rows)
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    configure(mill, repairs=["sort"])
    assert _same(_canonical(mill), expected)


def test_rows_that_come_hour_by_hour_need_no_repair(mill: Layout) -> None:
    expected = _canonical(mill)
    path = mill.raw("mill") / "telemetry.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    by_time = sorted(rows, key=lambda row: row.split(",")[1])
    path.write_text("\n".join([header, *by_time]), encoding="utf-8")
    assert _same(_canonical(mill), expected)


def test_readings_that_are_no_numbers_by_their_type_are_refused(mill: Layout) -> None:
    frame = as_parquet(mill.raw("mill") / "telemetry.csv").with_columns(heat=pl.col("at"))
    frame.write_parquet(mill.raw("mill") / "telemetry.parquet")
    configure(mill, telemetry={**CONFIG["telemetry"], "path": "telemetry.parquet"})
    with pytest.raises(
        ContractError, match=r"column heat: holds values of type Datetime"
    ) as broken:
        _canonical(mill)
    assert len(broken.value.violations) == 1


def test_machines_numbered_in_decimals_are_the_whole_ones(mill: Layout) -> None:
    raw = mill.raw("mill")
    for name in ("telemetry", "failures", "orders", "errors", "machines"):
        text = (raw / f"{name}.csv").read_text(encoding="utf-8").replace("\nM", "\n")
        (raw / f"{name}.csv").write_text(text, encoding="utf-8")
    frame = as_parquet(raw / "telemetry.csv").with_columns(pl.col("asset").cast(pl.Float64))
    frame.write_parquet(raw / "telemetry.parquet")
    configure(mill, telemetry={**CONFIG["telemetry"], "path": "telemetry.parquet"})
    assert _canonical(mill).machines["machine"].to_list() == ["1", "2", "3"]


def test_empty_cells_are_missing_readings_without_any_repair(mill: Layout) -> None:
    edit(mill.raw("mill") / "telemetry.csv", 2, f"M1,{moment(0)},,20.0")
    assert _canonical(mill).telemetry.row(0)[2:] == (None, 20.0)


def test_readings_never_are_nan(mill: Layout) -> None:
    edit(mill.raw("mill") / "telemetry.csv", 2, f"M1,{moment(0)},nan,NA")
    configure(mill, repairs=["non_finite_to_missing"])
    assert _canonical(mill).telemetry.row(0)[2:] == (None, None)


def test_times_are_read_in_the_plants_zone(mill: Layout) -> None:
    configure(mill, time_zone="Asia/Tokyo")
    assert _canonical(mill).telemetry["time"].min() == datetime(2025, 12, 31, 15, tzinfo=UTC)


def test_what_is_not_configured_is_not_read(mill: Layout) -> None:
    for name in ("errors", "orders", "machines"):
        (mill.raw("mill") / f"{name}.csv").unlink()
    configure(mill, errors=None, maintenance=None, machines=None)
    data = _canonical(mill)
    assert data.events["kind"].unique().to_list() == ["failure"]
    assert data.machines.rows() == [(machine, None, None) for machine in ("M1", "M2", "M3")]


def test_events_of_unknown_machines_and_late_events_are_dropped_where_allowed(mill: Layout) -> None:
    expected = _canonical(mill)
    late, unknown = f"M1,{moment(HOURS + 1)},pump", f"M9,{moment(5)},pump"
    append(mill.raw("mill") / "failures.csv", late, unknown)
    configure(mill, repairs=["drop_late_events", "drop_unknown_machines"])
    assert _same(_canonical(mill), expected)


def test_machines_without_telemetry_are_no_machines(mill: Layout) -> None:
    append(mill.raw("mill") / "machines.csv", "M9,K10,3")
    assert _canonical(mill).machines["machine"].to_list() == ["M1", "M2", "M3"]


def test_times_that_none_can_be_read_are_not_called_an_empty_file(mill: Layout) -> None:
    configure(mill, time_format="%d.%m.%Y")
    path = mill.raw("mill") / "telemetry.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("2026-01", "01/2026"), encoding="utf-8"
    )
    with pytest.raises(ContractError) as broken:
        _canonical(mill)
    assert {violation.column for violation in broken.value.violations} == {"at"}
    assert len(broken.value.violations) == 3 * HOURS


def test_a_file_without_any_time_names_every_row(mill: Layout) -> None:
    path = mill.raw("mill") / "failures.csv"
    path.write_text("asset,at,part\nM1,,pump\nM2,,belt\n", encoding="utf-8")
    with pytest.raises(ContractError) as broken:
        _canonical(mill)
    places = [(violation.row, violation.column) for violation in broken.value.violations]
    assert places == [(2, "at"), (3, "at")]


def test_telemetry_without_any_time_names_every_row(mill: Layout) -> None:
    path = mill.raw("mill") / "telemetry.csv"
    path.write_text("asset,at,heat,flow [l/min]\nM1,,60,20\nM2,,61,20\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"row 3, column at: is empty"):
        _canonical(mill)


def test_a_unit_with_braces_is_only_text(mill: Layout) -> None:
    sensors = {"heat": {"unit": "{value}", "min": 0, "max": 61}}
    configure(mill, telemetry={**CONFIG["telemetry"], "sensors": sensors})
    with pytest.raises(ContractError, match=r"{value} lies outside 0 to 61 {value}"):
        _canonical(mill)
