"""The reports on the feature table and on the split."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from faultcast.data.canonical import Canonical
from faultcast.features.spec import FeatureSpec
from faultcast.features.split import embargo, split_by_time
from faultcast.reporting.dataset import covered, part_table, summary, timeline
from faultcast.reporting.example import clearest_failure, example
from faultcast.reporting.rows import base_rates, families, headline, source_of
from faultcast.reporting.rows import summary as row_summary
from faultcast.reporting.separation import separating_features, separations
from tests.unit.reporting.plants import PLANT, RECORDS, TABLE

PARTS = split_by_time(TABLE, PLANT.split, embargo(PLANT))
NAMES = FeatureSpec.from_plant(PLANT).names


def test_every_feature_belongs_to_one_source() -> None:
    frame = families(PLANT, TABLE).frame
    assert frame["Features"].sum() == len(NAMES)
    assert {"sensor heat", "sensor flow", "message E1", "components' age", "machine"} == {
        *frame["Source"]
    } - {"message E2"}


def test_of_two_sensors_with_the_same_beginning_the_longer_name_is_the_source() -> None:
    sensor = PLANT.telemetry.sensors["heat"]
    sensors = {"oil": sensor, "oil_pressure": sensor}
    spec = FeatureSpec.from_plant(PLANT).model_copy(update={"sensors": sensors})
    assert source_of(spec, "oil_pressure_mean_3h") == "sensor oil pressure"
    assert source_of(spec, "oil_mean_3h") == "sensor oil"


def test_a_silent_machine_leaves_features_empty() -> None:
    empty = dict(families(PLANT, TABLE).frame.select("Source", "Empty").iter_rows())
    assert empty["sensor heat"] > 0
    assert empty["message E1"] == 0


def test_base_rates_are_the_means_of_the_labels() -> None:
    rows = {row["Component"]: row for row in base_rates(PLANT, TABLE, RECORDS).frame.to_dicts()}
    assert rows["any component"]["Failures"] == 15
    assert rows["pump"]["Rows before a failure"] == 10 * 4
    assert rows["pump"]["Share of rows"] == pytest.approx(TABLE["label_pump"].mean())


def test_the_summary_says_what_a_row_knows() -> None:
    text = row_summary(PLANT).replace("\u00a0", " ")
    assert "over the last 3 h and 12 h and the readings of 6 h ago" in text
    assert "horizon of a forecast: 12\u00a0h" in repr(headline(PLANT, TABLE))


def test_the_clearest_failure_is_one_that_the_sensor_tells_of() -> None:
    chosen = clearest_failure(PLANT, TABLE, RECORDS)
    assert (chosen.component, chosen.sensor) == ("pump", "heat")


def test_a_falling_sensor_tells_as_well() -> None:
    means = pl.col("^heat_mean_.*$")
    chosen = clearest_failure(PLANT, TABLE.with_columns(-means), RECORDS)
    assert (chosen.component, chosen.sensor) == ("pump", "heat")


def test_the_example_shades_the_horizon_before_the_failure() -> None:
    picture = example(PLANT, TABLE, RECORDS)
    assert picture.finding.startswith("Heat of machine m")
    (shade,) = picture.figure.axes[0].patches
    assert shade.get_window_extent().width > 0
    assert shade.get_width() == pytest.approx(PLANT.horizon / timedelta(days=1))  # type: ignore[attr-defined]


def test_a_part_covers_the_failures_within_its_horizon() -> None:
    for name, part in PARTS.items():
        pairs = covered(PLANT, part, RECORDS)
        positive = part.filter("label_machine")
        machines = set(positive["machine"])
        assert set(pairs["machine"]) == machines, name
        joined = positive.join(pairs, on="machine", suffix="_failed")
        ahead = joined.filter(
            pl.col("time") < pl.col("time_failed"),
            pl.col("time_failed") <= pl.col("time") + PLANT.horizon,
        )
        assert ahead.select("machine", "time").unique().height == positive.height, name


@pytest.mark.parametrize(("hours", "is_covered"), [(0, False), (1, True), (12, True), (13, False)])
def test_a_failure_is_covered_from_its_horizon_to_just_before_it(
    hours: int, is_covered: bool
) -> None:
    failed = RECORDS.failures.head(1)
    row = failed.select("machine", pl.col("time") - timedelta(hours=hours))
    one = Canonical(RECORDS.telemetry, RECORDS.events.filter(kind="failure").head(1), row)
    assert (covered(PLANT, row, one).height == 1) == is_covered


def test_no_failure_is_covered_by_two_parts() -> None:
    seen = pl.concat([covered(PLANT, part, RECORDS) for _, part in PARTS.items()])
    assert seen.unique().height == seen.height


def test_the_table_counts_what_each_part_holds() -> None:
    frame = part_table(PLANT, PARTS, RECORDS).frame
    rows = {label: values for label, *values in frame.iter_rows()}
    assert rows["rows"] == [f"{part.height:,}" for _, part in PARTS.items()]
    both = [int(p) + int(b) for p, b in zip(rows["– pump"], rows["– belt"], strict=True)]
    assert [str(total) for total in both] == rows["failures"]


def test_the_timeline_shows_every_failure_and_the_three_parts() -> None:
    picture = timeline(PLANT, PARTS, RECORDS)
    axes = picture.figure.axes[0]
    assert sum(len(line.get_xdata()) for line in axes.lines) == 15  # type: ignore[arg-type]
    assert [text.get_text() for text in axes.texts] == ["train", "validation", "test"]
    seen = [covered(PLANT, part, RECORDS).height for _, part in PARTS.items()]
    assert picture.finding == (
        f"The model learns from {seen[0]} failures, is tuned on {seen[1]} later ones and tested "
        f"on {seen[2]} that nothing else has seen"
    )


def test_the_embargo_is_said() -> None:
    assert "an embargo of 24\u00a0h" in summary(PARTS)


def test_the_separating_feature_is_found() -> None:
    picture = separating_features(PLANT, PARTS.train)
    assert picture.finding.startswith("High heat ")
    assert "failing pump" in picture.finding


@given(st.integers(0, 2**32 - 1))
def test_the_area_of_a_feature_is_that_of_scikit_learn(seed: int) -> None:
    sample = TABLE.drop_nulls("label_pump").sample(200, seed=seed)
    rows = sample.filter(pl.col("heat_last").is_not_null())
    if rows["label_pump"].n_unique() < 2:
        return
    area = roc_auc_score(rows["label_pump"].to_numpy(), rows["heat_last"].to_numpy())
    found = separations(PLANT, sample).filter(component="pump", feature="heat_last").row(0)
    assert found[2] == pytest.approx(max(area, 1 - area))
    assert found[3] == (area >= 0.5)
