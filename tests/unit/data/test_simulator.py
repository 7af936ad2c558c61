"""The simulator as a whole: the raw logs that it leaves, and those that it leaves alone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.data.ingest import ingest
from faultcast.data.simulator import SimulationSummary, simulate_plant
from faultcast.errors import ConfigError, ForeignLogsError, NotSimulatedError
from tests.unit.data.small_plant import checksums, make_small_plant, stored

PROJECT = Layout(Path(__file__).parents[3])
DEMO_PLANTS = yaml.safe_load((PROJECT.root / "params.yaml").read_text("utf-8"))["simulated"]


def _simulated(root: Path, **changes: Any) -> tuple[Layout, SimulationSummary]:
    root.mkdir(exist_ok=True)
    layout = make_small_plant(root, **changes)
    return layout, simulate_plant(layout, "small")


def _read(layout: Layout, file: str) -> pl.DataFrame:
    return pl.read_csv(layout.raw("small") / file, infer_schema=False)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Layout, SimulationSummary]:
    return _simulated(tmp_path_factory.mktemp("small"))


def test_the_same_configuration_gives_the_same_bytes(
    small: tuple[Layout, SimulationSummary], tmp_path: Path
) -> None:
    again, _ = _simulated(tmp_path)
    assert checksums(again.raw("small")) == checksums(small[0].raw("small"))


def test_another_seed_gives_another_history(
    small: tuple[Layout, SimulationSummary], tmp_path: Path
) -> None:
    other, _ = _simulated(tmp_path, simulation={"seed": 6})
    assert not _read(other, "failures.csv").equals(_read(small[0], "failures.csv"))


def test_more_machines_change_none_of_the_others(
    small: tuple[Layout, SimulationSummary], tmp_path: Path
) -> None:
    more, _ = _simulated(tmp_path, simulation={"machines": 8, "silent_machines": 0})
    for file in ("telemetry.csv", "errors.csv", "maintenance.csv", "failures.csv", "pumps.csv"):
        rows = _read(small[0], file).filter(pl.col("pump") <= "P06")
        assert _read(more, file).filter(pl.col("pump") <= "P06").equals(rows)


def test_the_summary_counts_what_the_files_hold(small: tuple[Layout, SimulationSummary]) -> None:
    layout, summary = small
    telemetry = _read(layout, "telemetry.csv")
    assert summary.rows == telemetry.height
    assert summary.machines == telemetry["pump"].n_unique() == 6
    heard = _read(layout, "failures.csv").filter(pl.col("pump") != "P07")
    assert summary.failures == heard.height
    assert 0 < summary.sudden < summary.failures / 3


def test_a_failed_component_is_replaced_at_the_time_of_its_failure(
    small: tuple[Layout, SimulationSummary],
) -> None:
    failures, orders = (_read(small[0], f"{name}.csv") for name in ("failures", "maintenance"))
    assert failures.join(orders, on=failures.columns, how="anti").is_empty()
    assert orders.height > failures.height


def test_every_component_was_replaced_before_the_telemetry_starts(
    small: tuple[Layout, SimulationSummary],
) -> None:
    orders = _read(small[0], "maintenance.csv")
    before = orders.filter(pl.col("time") <= "2026-01-05 00:00:00")
    assert before.select("pump", "part").n_unique() == 7 * 2


def test_a_silent_machine_is_described_and_sends_nothing(
    small: tuple[Layout, SimulationSummary],
) -> None:
    layout, _ = small
    assert "P07" in _read(layout, "pumps.csv")["pump"].to_list()
    assert "P07" not in _read(layout, "telemetry.csv")["pump"].to_list()


def test_ingest_repairs_all_flaws_and_keeps_every_failure(
    small: tuple[Layout, SimulationSummary],
) -> None:
    layout, summary = small
    ingested = ingest(load_plant(layout, "small"), layout.raw("small"), layout.root)
    events = ingested.canonical.events
    assert events.filter(pl.col("kind") == "failure").height == summary.failures
    assert events["time"].max() <= ingested.canonical.telemetry["time"].max()


def test_each_part_of_the_split_holds_failures_of_each_component(
    small: tuple[Layout, SimulationSummary],
) -> None:
    counted = _failures_by_part(small[0], "small")
    assert min(counted.values()) >= 4


def test_monthly_files_hold_the_rows_that_arrived_in_a_local_month(tmp_path: Path) -> None:
    telemetry = stored("plant")["telemetry"] | {"path": "history"}
    layout, summary = _simulated(tmp_path, plant={"telemetry": telemetry})
    months = {file.stem: pl.read_csv(file) for file in (layout.raw("small") / "history").iterdir()}
    assert sorted(months) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    for month in ("2026-02", "2026-03"):
        assert months[month]["time"].head(6).to_list() == [f"{month}-01 00:00:00"] * 6
    assert sum(rows.height for rows in months.values()) == summary.rows
    # Berlin's clocks went forward in this time: no local time of that hour may be written.
    assert not any("2026-03-29 02" in time for time in months["2026-03"]["time"])


def test_rows_stand_in_the_order_of_their_arrival(tmp_path: Path) -> None:
    flaws = stored("simulation")["flaws"] | {"repeated_rows": 0, "corrected_rows": 0}
    late, _ = _simulated(tmp_path / "late", simulation={"flaws": flaws})
    prompt, _ = _simulated(tmp_path / "prompt", simulation={"flaws": flaws | {"late_rows": 0}})
    assert not _read(late, "telemetry.csv")["time"].is_sorted()
    rows = _read(prompt, "telemetry.csv").select("time", "pump")
    assert rows.equals(rows.sort("time", "pump"))


def test_a_machine_that_is_repaired_sends_nothing(
    small: tuple[Layout, SimulationSummary],
) -> None:
    failures, telemetry = (
        _read(small[0], f"{name}.csv").with_columns(pl.col("time").str.to_datetime())
        for name in ("failures", "telemetry")
    )
    after = telemetry.join(failures, on="pump", suffix="_failed").filter(
        pl.col("time") > pl.col("time_failed"),
        pl.col("time") <= pl.col("time_failed") + timedelta(minutes=30),
    )
    assert after.is_empty()


def test_old_machines_fail_more_often(tmp_path: Path) -> None:
    _, ageless = _simulated(tmp_path / "ageless", simulation={"aging": 0})
    _, aging = _simulated(tmp_path / "aging", simulation={"aging": 0.3})
    assert aging.failures > 1.5 * ageless.failures


def test_parquet_holds_instants_and_not_a_number(tmp_path: Path) -> None:
    telemetry = stored("plant")["telemetry"] | {"path": "telemetry.parquet"}
    layout, _ = _simulated(tmp_path, plant={"telemetry": telemetry})
    rows = pl.read_parquet(layout.raw("small") / "telemetry.parquet")
    assert rows["time"].dtype == pl.Datetime("us", "UTC")
    assert rows["time"].min() == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert rows["flow"].is_nan().any()
    assert rows["flow"].null_count() == 0


def test_columns_carry_the_names_of_the_plant(tmp_path: Path) -> None:
    telemetry = stored("plant")["telemetry"]
    telemetry["sensors"]["flow"]["column"] = "Q [m³/h]"
    layout, _ = _simulated(tmp_path, plant={"telemetry": telemetry})
    names = _read(layout, "telemetry.csv").columns
    assert names == ["pump", "time", "Q [m³/h]", "pressure", "vibration"]


def test_logs_of_its_own_are_replaced(tmp_path: Path) -> None:
    layout, _ = _simulated(tmp_path)
    before = checksums(layout.raw("small"))
    changed = stored("simulation") | {"seed": 6}
    layout.simulation_config("small").write_text(yaml.safe_dump(changed))
    simulate_plant(layout, "small")
    assert checksums(layout.raw("small")) != before


def test_logs_of_a_real_plant_are_never_replaced(tmp_path: Path) -> None:
    layout = make_small_plant(tmp_path)
    layout.raw("small").mkdir(parents=True)
    (layout.raw("small") / "telemetry.csv").write_text("pump,time,flow,pressure,vibration\n")
    before = checksums(layout.raw("small"))
    with pytest.raises(ForeignLogsError, match=r"holds 1 file .*\(telemetry\.csv\)"):
        simulate_plant(layout, "small")
    assert checksums(layout.raw("small")) == before


@pytest.mark.parametrize("receipt", ["kept", "removed", "damaged", "a list"])
def test_a_changed_file_is_not_replaced(tmp_path: Path, receipt: str) -> None:
    layout, _ = _simulated(tmp_path)
    raw = layout.raw("small")
    with (raw / "pumps.csv").open("a") as pumps:
        pumps.write("P99,A,3\n")
    if receipt != "kept":
        (raw / "simulated.json").unlink()
    if receipt in ("damaged", "a list"):
        (raw / "simulated.json").write_text("{" if receipt == "damaged" else "[]")
    before = checksums(raw)
    with pytest.raises(ForeignLogsError, match="did not write or that changed since"):
        simulate_plant(layout, "small")
    assert checksums(raw) == before


def test_a_plant_without_a_simulation_is_named_with_those_that_have_one(tmp_path: Path) -> None:
    layout = make_small_plant(tmp_path)
    with pytest.raises(NotSimulatedError, match=r"'mill' has no .* \(small\)"):
        simulate_plant(layout, "mill")


def test_configurations_that_disagree_write_nothing(tmp_path: Path) -> None:
    layout = make_small_plant(tmp_path, plant={"components": ["seal"]})
    with pytest.raises(ConfigError, match="components: bearing: only in one of"):
        simulate_plant(layout, "small")
    assert not layout.raw("small").exists()


@pytest.fixture(scope="module", params=DEMO_PLANTS)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Layout, str, SimulationSummary]:
    plant, layout = str(request.param), Layout(tmp_path_factory.mktemp("demo"))
    for path in (PROJECT.plant_config(plant), PROJECT.simulation_config(plant)):
        copy = layout.root / path.relative_to(PROJECT.root)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    return layout, plant, simulate_plant(layout, plant)


def test_a_demo_plant_can_teach_and_judge_a_model(
    demo: tuple[Layout, str, SimulationSummary],
) -> None:
    layout, plant, summary = demo
    counted = _failures_by_part(layout, plant)
    assert sum(count for (_, part), count in counted.items() if part == "test") >= 25
    assert min(counted.values()) >= 4
    assert len(counted) == 3 * len(load_plant(layout, plant).components)
    assert 0.05 < summary.sudden / summary.failures < 0.2


def test_the_reference_tells_the_size_of_a_demo_plant(
    demo: tuple[Layout, str, SimulationSummary],
) -> None:
    _, plant, summary = demo
    text = (PROJECT.root / "references" / "simulator.md").read_text("utf-8")
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    column = next(row for row in table if row[1:] == DEMO_PLANTS).index(plant)
    told = {row[0]: row[column] for row in table if len(row) == len(DEMO_PLANTS) + 1}
    assert told["rows"] == f"{summary.rows:,}"
    assert told["failures"] == str(summary.failures)
    assert told["of these without warning"] == str(summary.sudden)
    assert told["machines, days"].startswith(f"{summary.machines}")


def _failures_by_part(layout: Layout, plant: str) -> Counter[tuple[str, str]]:
    """Count each component's failures before, in and after the span between both cuts."""
    config = load_plant(layout, plant)
    ingested = ingest(config, layout.raw(plant), layout.root)
    telemetry, failures = ingested.canonical.telemetry, ingested.canonical.failures
    end = telemetry["time"].max()
    span: timedelta = end - telemetry["time"].min()
    test_start = end - span * config.split.test
    validation_start = test_start - span * config.split.validation
    part = (
        pl.when(pl.col("time") >= test_start)
        .then(pl.lit("test"))
        .when(pl.col("time") >= validation_start)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("train"))
    )
    return Counter(failures.select("component", part.alias("part")).rows())
