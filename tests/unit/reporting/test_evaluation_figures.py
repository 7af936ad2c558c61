"""The model-quality report: what its titles find and what its axes and tables hold."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from faultcast.modeling.alarms import AlarmLog, AlarmTerms
from faultcast.modeling.at_risk import machines_at_risk
from faultcast.reporting.announcements import component_table, lead_times, missed_table
from faultcast.reporting.diary import alarm_diary
from faultcast.reporting.listening import listening, losses, thinned
from faultcast.reporting.metrics import write_metrics, write_plots
from faultcast.reporting.precision_recall import precision_recall
from faultcast.reporting.reliability import reliability
from faultcast.reporting.risk import risk_table, unusual_sensors, watch_list
from faultcast.reporting.verdict import (
    comparison,
    confusion_table,
    headline,
    score_table,
    summary,
)
from faultcast.reporting.warning_price import price, price_curve, warning_price
from tests.unit.reporting.forecasts import BASELINE, EVALUATION, MODEL, TEST
from tests.unit.reporting.plants import PLANT, RECORDS, TABLE

ALARMS = EVALUATION.alarms
AT_RISK = machines_at_risk(MODEL, TABLE)  # type: ignore[arg-type]
LOG = AlarmLog(MODEL.forecast(TEST.frame), RECORDS.failures, AlarmTerms.of(PLANT))


def test_the_headline_counts_announced_failures_and_false_alarms() -> None:
    shown = repr(headline(PLANT, EVALUATION))
    assert f"failures announced: {ALARMS.announced} of {ALARMS.failures.height}" in shown
    assert "false alarms per machine-month: " in shown
    assert f"average precision: {EVALUATION.machine.model.scores.average_precision:.3f}" in shown


def test_too_many_false_alarms_are_marked() -> None:
    noisy = replace(
        ALARMS, episodes=ALARMS.episodes.with_columns(pl.lit(value=True).alias("false"))
    )
    quiet = replace(
        ALARMS, episodes=ALARMS.episodes.with_columns(pl.lit(value=False).alias("false"))
    )
    marks = [
        [
            card.label
            for card in headline(PLANT, replace(EVALUATION, alarms=alarms)).cards
            if card.warn
        ]
        for alarms in (noisy, quiet)
    ]
    assert marks == [["false alarms per machine-month"], []]


def test_the_summary_names_period_machines_and_failures() -> None:
    text = summary(PLANT, EVALUATION).replace("\u00a0", " ")
    assert text.startswith("**Small plant**, from 2026-")
    assert f"{TEST.frame.height} forecasts of the next 12 h" in text
    assert f"{EVALUATION.baseline_alarms.announced} of these failures" in comparison(EVALUATION)


def test_a_bar_is_as_long_as_its_failures_lead() -> None:
    figure = lead_times(PLANT, ALARMS.failures).figure
    bars = sorted(bar.get_width() for bar in figure.axes[0].patches)
    leads = ALARMS.failures["lead_hours"].fill_null(0).sort().to_list()
    assert bars == pytest.approx(leads)
    assert figure.axes[0].get_xlim() == (12, 0)


def test_the_title_counts_failures_in_time() -> None:
    announced, in_time = ALARMS.announced, ALARMS.in_time
    finding = lead_times(PLANT, ALARMS.failures).finding.replace("\u00a0", " ")
    assert finding.startswith(
        f"{announced} of {ALARMS.failures.height} failures were announced, {in_time} at least 4 h"
    )


def test_weeks_without_a_failure_are_told() -> None:
    assert lead_times(PLANT, ALARMS.failures.clear()).finding == "No failure falls into these weeks"


def test_failures_without_an_alarm_are_listed() -> None:
    late = ALARMS.failures.filter(~pl.col("in_time"))
    frame = missed_table(PLANT, ALARMS.failures).frame
    assert frame["Machine"].to_list() == late["machine"].to_list()
    assert set(frame["Component"]) == {"belt"}
    nothing = missed_table(PLANT, ALARMS.failures.filter("in_time"))
    assert "<p>Every failure was announced in time</p>" in nothing._repr_html_()


def test_an_alarm_that_comes_too_late_is_listed_with_its_lead() -> None:
    late = ALARMS.failures.filter("in_time").head(1)
    late = late.with_columns(lead_hours=pl.lit(1.5), in_time=pl.lit(value=False))
    frame = missed_table(PLANT, late).frame
    assert frame["Hours ahead"].to_list() == [1.5]


def test_components_add_up_to_all_failures() -> None:
    *each, total = component_table(PLANT, ALARMS.failures).frame.iter_rows(named=True)
    for column in ("Failures", "Announced", "At least 4\u00a0h ahead"):
        assert sum(row[column] for row in each) == total[column]
    assert total["Announced"] == ALARMS.announced


def test_the_diary_draws_every_alarm_and_failure() -> None:
    picture = alarm_diary(PLANT, ALARMS)
    axes = picture.figure.axes[0]
    assert len(axes.patches) == ALARMS.episodes.height
    assert sum(len(line.get_xdata()) for line in axes.lines) == ALARMS.failures.height  # type: ignore[arg-type]
    assert picture.finding.startswith(f"{ALARMS.false_alarms} of {ALARMS.episodes.height} alarm")


def test_the_legend_explains_only_what_is_drawn() -> None:
    quiet = replace(ALARMS, episodes=ALARMS.episodes.filter(~pl.col("false")))
    (legend,) = alarm_diary(PLANT, quiet).figure.legends
    assert "false alarm" not in [text.get_text() for text in legend.get_texts()]


def test_the_confusion_counts_every_row_once() -> None:
    before, others = confusion_table(ALARMS).frame.iter_rows(named=True)
    counted = sum(row[column] for row in (before, others) for column in ("Alarm", "No alarm"))
    assert counted == TEST.frame.height
    assert before["Alarm"] + before["No alarm"] == TEST.failing("machine").sum()
    assert before["Share with alarm"] > 10 * others["Share with alarm"]


def test_scores_stand_beside_baseline_and_chance() -> None:
    rows = {row["Component"]: row for row in score_table(EVALUATION).frame.to_dicts()}
    assert list(rows) == ["pump", "belt", "any component"]
    assert rows["pump"]["AP"] > 0.5
    assert rows["pump"]["AP, chance"] == pytest.approx(TEST.failing("pump").mean())


def test_the_ranking_has_a_panel_for_each_target() -> None:
    picture = precision_recall(EVALUATION)
    titles = [axes.get_title(loc="left") for axes in picture.figure.axes]
    assert titles == ["any component", "pump", "belt"]
    chance = picture.figure.axes[1].lines[0].get_ydata()
    assert np.asarray(chance)[0] == pytest.approx(100 * TEST.failing("pump").mean())
    assert picture.finding.startswith("The model's average precision is 0.")


def test_a_component_that_the_baseline_forecasts_better_is_named() -> None:
    machine = EVALUATION.targets["pump"]
    perfect = replace(machine.model.scores, average_precision=1.0)
    better = replace(machine, baseline=replace(machine.baseline, scores=perfect))
    changed = replace(EVALUATION, targets={**EVALUATION.targets, "pump": better})
    assert "for pump the baseline is better" in precision_recall(changed).finding
    assert "better" not in precision_recall(EVALUATION).finding


def test_reliability_compares_high_forecasts_with_what_happened() -> None:
    picture = reliability(EVALUATION.machine)
    curve = EVALUATION.machine.model.reliability
    drawn = picture.figure.axes[0].lines[1].get_ydata()
    assert np.asarray(drawn) == pytest.approx(100 * curve["observed"].to_numpy())
    assert picture.finding.startswith("Of the rows with a forecast above 30\u00a0%")


def test_a_model_that_is_never_sure_is_told_so() -> None:
    target = EVALUATION.machine
    unsure = target.model.reliability.with_columns(forecast=pl.lit(0.1))
    changed = replace(target, model=replace(target.model, reliability=unsure))
    assert reliability(changed).finding.startswith("No forecast is above 30\u00a0%")


def test_the_machine_at_highest_risk_stands_first() -> None:
    table = risk_table(PLANT, AT_RISK)
    first = table.frame.row(0, named=True)
    assert first["Probability of a failure"] == AT_RISK["probability_machine"].max()
    assert "at the end of the data, 2026-02-13 22:00" in table.caption


def test_the_hot_pump_is_the_unusual_sensor() -> None:
    hot = TABLE.filter(machine="m1").with_columns(
        pl.when(pl.col("time") > pl.col("time").max() - timedelta(hours=12))
        .then(90.0)
        .otherwise(pl.col("heat_mean_3h"))
        .alias("heat_mean_3h")
    )
    end = hot.select(pl.max("time")).item()
    assert unusual_sensors(PLANT, hot, end)[0] == "heat"


@pytest.mark.parametrize(
    ("threshold", "start"), [(0.0, "To be looked at first: machine"), (1.0, "No alarm")]
)
def test_the_watch_list_names_alarms_or_says_that_there_are_none(
    threshold: float, start: str
) -> None:
    forecaster = replace(MODEL, threshold=threshold)
    picture = watch_list(PLANT, forecaster, ["m1", "m10"], TABLE, RECORDS)  # type: ignore[arg-type]
    assert picture.finding.startswith(start)
    titles = [axes.get_title(loc="left") for axes in picture.figure.axes]
    assert titles[0] == "machine m1"
    assert titles[3] == "machine m10"


def test_a_lower_threshold_announces_more_and_costs_more() -> None:
    curve = price_curve(LOG, most=np.inf)
    assert curve["threshold"].is_sorted(descending=True)
    assert curve["in_time"].is_sorted()
    never, always = price(LOG, 1.01), price(LOG, 0.0)
    assert (never["false_alarms"], never["in_time"]) == (0, 0)
    assert always["in_time"] == 1


def test_an_alarm_that_comes_too_late_buys_nothing() -> None:
    terms = replace(AlarmTerms.of(PLANT), lead_time=PLANT.horizon)
    late = AlarmLog(MODEL.forecast(TEST.frame), RECORDS.failures, terms)
    assert price(late, 0.5)["in_time"] < price(LOG, 0.5)["in_time"]


def test_the_price_of_a_warning_is_that_of_the_threshold() -> None:
    forecasters = {"model": MODEL, "baseline": BASELINE}
    picture = warning_price(PLANT, forecasters, TEST.frame, RECORDS.failures)  # type: ignore[arg-type]
    assert picture.finding.startswith("Alarms from a probability of 50\u00a0% announce")
    share = price(LOG, 0.5)["in_time"]
    assert f"{100 * share:.0f}\u00a0% of the failures in time" in picture.finding


def test_a_model_loses_what_it_owes_to_a_source() -> None:
    lost = losses(MODEL, TEST)  # type: ignore[arg-type]
    of_pump = dict(lost.filter(component="pump").select("source", "lost").iter_rows())
    assert of_pump["heat"] > 0.5
    assert of_pump["flow"] == pytest.approx(0)
    assert "heat for pump" in listening(PLANT, lost).finding


def test_thinned_rows_keep_every_row_before_a_failure() -> None:
    rows = thinned(TEST)
    assert rows.failing("machine").sum() == TEST.failing("machine").sum()
    assert rows.frame.height < TEST.frame.height / 2


def test_metrics_are_sorted_json(tmp_path: Path) -> None:
    write_metrics(tmp_path, EVALUATION)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text)["alarms"]["failures"]["announced"] == ALARMS.announced


def test_the_data_of_the_plots_are_written(tmp_path: Path) -> None:
    write_plots(tmp_path, EVALUATION.plots())
    names = ("alarms", "announcements", "precision_recall", "reliability")
    assert sorted(path.stem for path in tmp_path.glob("*.csv")) == sorted(names)
    told = pl.read_csv(tmp_path / "announcements.csv")
    assert told.height == ALARMS.failures.height
    assert told["time"][0].endswith("Z")
