"""A configuration guessed from files is valid, commented and fits them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from faultcast.config.layout import Layout
from faultcast.config.load import load_plant
from faultcast.config.plant import Repair
from faultcast.data.draft import write_draft
from faultcast.data.guess import guess_plant
from faultcast.data.ingest import ingest
from faultcast.data.new_plant import NewPlant, create_plant
from faultcast.data.plant_guess import PlantGuess, RawFiles
from faultcast.errors import GuessError, PlantExistsError, SameNameError
from tests.unit.data.mill import append, make_mill, moment, readings, write_csv


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return make_mill(tmp_path / "elsewhere").raw("mill")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "project")


def _files(raw: Path) -> RawFiles:
    names = ("telemetry", "failures", "errors", "orders", "machines")
    return RawFiles(*(raw / f"{name}.csv" for name in names))


def _create(layout: Layout, raw: Path, *, link: bool = False) -> NewPlant:
    return create_plant(layout, "mill", _files(raw), "UTC", link)


def test_the_guess_reads_the_files_as_a_person_would(layout: Layout, raw: Path) -> None:
    _create(layout, raw)
    plant = load_plant(layout, "mill")
    assert (plant.telemetry.machine, plant.telemetry.time) == ("asset", "at")
    heat, flow = plant.telemetry.sensors.values()
    assert (heat.unit, heat.min, heat.max) == ("", 56.5, 69.5)
    assert (flow.column, flow.unit) == ("flow [l/min]", "l/min")
    assert plant.components == ("belt", "pump")
    assert plant.errors is not None
    assert plant.errors.codes == ("E_1", "E_2", "E_99")
    assert plant.machines is not None
    assert (plant.machines.model, plant.machines.models) == ("type", ("K10", "K20"))
    assert plant.machines.age == "years"
    assert plant.repairs == ()


def test_the_guessed_plant_can_be_ingested_as_it_is(layout: Layout, raw: Path) -> None:
    telemetry = raw / "telemetry.csv"
    append(
        telemetry, f"M3,{moment(239)},61.2,24.0", f"M2,{moment(5)},-9999,nan", f"M9,{moment(1)},60,"
    )
    append(raw / "failures.csv", f"M7,{moment(5)},pump", f"M1,{moment(5000)},pump")
    made = _create(layout, raw)
    assert set(made.repairs) == set(Repair)
    ingested = ingest(load_plant(layout, "mill"), layout.raw("mill"), layout.root)
    assert ingested.canonical.machines.height == 4


def test_files_that_are_in_place_stay_as_they_are(layout: Layout, raw: Path) -> None:
    there = layout.raw("mill")
    there.parent.mkdir(parents=True)
    raw.rename(there)
    before = {file.name: file.stat().st_ino for file in there.iterdir()}
    made = _create(layout, there)
    assert not made.placed
    assert {file.name: file.stat().st_ino for file in there.iterdir()} == before
    assert load_plant(layout, "mill").components == ("belt", "pump")
    with pytest.raises(PlantExistsError):
        _create(layout, there)


def test_guesses_are_marked(layout: Layout, raw: Path) -> None:
    made = create_plant(layout, "mill", _files(raw), None, link=False)
    text = made.config.read_text(encoding="utf-8")
    assert "time_zone: UTC # guessed" in text
    assert "# unit unknown: fill it in" in text
    assert "# unit from the column's name" in text
    assert "horizon: 24h # guessed" in text


def test_repairs_that_the_files_need_say_how_often(layout: Layout, raw: Path) -> None:
    append(raw / "telemetry.csv", f"M3,{moment(239)},61.2,24.0")
    made = _create(layout, raw)
    assert made.repairs == {Repair.DROP_DUPLICATES: 1}
    assert "- drop_duplicates # 1 rows" in made.config.read_text(encoding="utf-8")


def test_without_failures_the_plant_says_what_to_fill_in(layout: Layout, raw: Path) -> None:
    create_plant(layout, "mill", RawFiles(raw / "telemetry.csv"), "UTC", link=False)
    text = layout.plant_config("mill").read_text(encoding="utf-8")
    assert "components: [component] # unknown: no failures were given" in text
    assert load_plant(layout, "mill").failures.path == "failures.csv"


def test_links_point_to_the_files(layout: Layout, raw: Path) -> None:
    _create(layout, raw, link=True)
    link = layout.raw("mill") / "telemetry.csv"
    assert link.is_symlink()
    assert Path(os.path.realpath(link)) == raw / "telemetry.csv"
    assert ingest(load_plant(layout, "mill"), layout.raw("mill"), layout.root)


def test_folders_and_parquet_are_taken_as_they_are(layout: Layout, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    header, rows = ["unit", "stamp", "heat"], [row[:3] for row in readings()]
    write_csv(logs / "1.csv", header, rows[:300])
    write_csv(logs / "2.csv", header, rows[300:])
    failures = pl.DataFrame(
        {"when": [moment(60), moment(99)], "what": ["a", "b"], "who": ["M1", "M2"]}
    )
    failures.write_parquet(tmp_path / "stops.parquet")
    files = RawFiles(logs, tmp_path / "stops.parquet")
    create_plant(layout, "mill", files, "UTC", link=False)
    plant = load_plant(layout, "mill")
    assert (plant.telemetry.path, plant.telemetry.machine) == ("logs", "unit")
    assert (plant.failures.machine, plant.failures.component) == ("who", "what")
    assert ingest(plant, layout.raw("mill"), layout.root).canonical.telemetry.height == 720


def test_a_plant_that_is_there_is_not_overwritten(layout: Layout, raw: Path) -> None:
    _create(layout, raw)
    before = layout.plant_config("mill").read_bytes()
    with pytest.raises(PlantExistsError, match=r"configs/plants/mill\.yaml is already there"):
        _create(layout, raw)
    layout.plant_config("mill").unlink()
    with pytest.raises(PlantExistsError, match="data/raw/mill is already there"):
        _create(layout, raw)
    assert not layout.plant_config("mill").exists()
    assert before


def test_files_of_one_name_cannot_stand_side_by_side(layout: Layout, raw: Path) -> None:
    other = raw / "more" / "telemetry.csv"
    other.parent.mkdir()
    other.write_bytes((raw / "failures.csv").read_bytes())
    with pytest.raises(SameNameError, match=r"called telemetry\.csv"):
        create_plant(layout, "mill", RawFiles(raw / "telemetry.csv", other), "UTC", link=False)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (["asset", "at", "part"], "readings"),
        (["asset", "word", "heat"], "times"),
        (["heat", "at", "flow"], "machines"),
    ],
)
def test_what_cannot_be_guessed_is_said_and_nothing_is_written(
    layout: Layout, tmp_path: Path, header: list[str], what: str
) -> None:
    cells = {"asset": "M1", "part": "pump", "word": "x"}
    rows = [
        [
            {"at": moment(n), "heat": f"{n}.5", "flow": f"{n}.25"}.get(c, cells.get(c, ""))
            for c in header
        ]
        for n in range(50)
    ]
    write_csv(tmp_path / "log.csv", header, rows)
    with pytest.raises(GuessError, match=f"no column looks like {what}"):
        create_plant(layout, "mill", RawFiles(tmp_path / "log.csv"), "UTC", link=False)
    assert not layout.root.exists()


def test_columns_that_are_no_sensors_are_named(layout: Layout, tmp_path: Path) -> None:
    rows = [[str(n), *row, "ok", "7"] for n, row in enumerate(readings())]
    header = ["id", "machine", "time", "heat", "flow", "state", "constant"]
    write_csv(tmp_path / "log.csv", header, rows)
    made = create_plant(layout, "mill", RawFiles(tmp_path / "log.csv"), "UTC", link=False)
    assert [sensor.name for sensor in made.guess.sensors] == ["heat", "flow"]
    text = made.config.read_text(encoding="utf-8")
    assert "# Not taken for sensors: id, state, constant" in text


def test_a_sensor_called_like_a_component_gets_another_name(layout: Layout, raw: Path) -> None:
    text = (raw / "telemetry.csv").read_text(encoding="utf-8")
    (raw / "telemetry.csv").write_text(text.replace("heat", "pump", 1), encoding="utf-8")
    _create(layout, raw)
    sensors = load_plant(layout, "mill").telemetry.sensors
    assert sensors["pump_reading"].column == "pump"


@pytest.fixture(scope="module")
def guess(tmp_path_factory: pytest.TempPathFactory) -> PlantGuess:
    file = tmp_path_factory.mktemp("guess") / "log.csv"
    write_csv(file, ["asset", "at", "heat"], [row[:3] for row in readings()])
    return guess_plant("mill", RawFiles(file), "UTC")


_awkward = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)


@given(column=_awkward, path=_awkward)
def test_any_name_survives_the_trip_through_yaml(guess: PlantGuess, column: str, path: str) -> None:
    sensors = (replace(guess.sensors[0], column=column),)
    odd = replace(guess, path=path, machine=column, sensors=sensors)
    telemetry = yaml.safe_load(write_draft(odd, True, {}))["telemetry"]
    assert (telemetry["path"], telemetry["machine"]) == (path, column)
    assert telemetry["sensors"]["heat"].get("column", "heat") == column


@pytest.mark.parametrize(
    "word", ["no", "null", "1e3", "2026-01-01", "%", "- x", "a: b", "#", "y,z"]
)
def test_words_that_mean_something_in_yaml_are_quoted(guess: PlantGuess, word: str) -> None:
    text = write_draft(replace(guess, machine=word), True, {})
    assert yaml.safe_load(text)["telemetry"]["machine"] == word
