"""The planner's report: what its titles find and what its tables hold."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from faultcast.config.plant import Costs
from faultcast.modeling.alarms import AlarmTerms
from faultcast.modeling.alternatives import ASSUMED, Alternatives
from faultcast.modeling.costs import Bill
from faultcast.modeling.rounds import rounds
from faultcast.modeling.sensor_rule import SensorRule
from faultcast.modeling.slices import slices
from faultcast.reporting.lead_distribution import lead_distribution
from faultcast.reporting.missed import missed_failures
from faultcast.reporting.money import cost_bars, cost_table, prices
from faultcast.reporting.planner import write_planner_metrics
from faultcast.reporting.reasons import reason_table, reasons
from faultcast.reporting.rounds import round_curves, round_table
from faultcast.reporting.slices import slice_dots, slice_table
from tests.unit.reporting.forecasts import EVALUATION, MODEL, TEST
from tests.unit.reporting.plants import PLANT, RECORDS, TABLE

COSTS = Costs(currency="EUR", unplanned_failure=1000, planned_repair=100, visit_in_vain=10)
COMPARED = Alternatives(
    COSTS,
    10.0,
    {
        "run_to_failure": Bill(10, 0),
        "fixed_interval": Bill(4, 20.5),
        "sensor_rule": Bill(7, 3, 5),
        "baseline": Bill(3, 7, 20),
        "model": Bill(2, 8, 10),
        "foresight": Bill(0, 10),
    },
    {"pump": 40, "belt": None},
    SensorRule("heat", timedelta(hours=3), above=True, limit=70.0),
)
ROUNDS = rounds(MODEL.forecast(TEST.frame), RECORDS.failures, AlarmTerms.of(PLANT))


def test_costs_compare_the_model_with_the_best_alternative() -> None:
    # 2,900 against 6,050 of fixed intervals.
    assert cost_bars(COMPARED).finding.startswith(
        "The model's alarms cost 52\u00a0% less than the best alternative, fixed"
    )
    table = cost_table(COMPARED).frame
    assert table["Cost"].to_list() == [10_000, 6_050, 7_350, 3_900, 2_900, 1_000]
    assert table["Saved"][4] == pytest.approx(0.71)


def test_model_that_costs_more_is_told_so() -> None:
    dear = replace(COMPARED, bills={**COMPARED.bills, "model": Bill(9, 0, 10)})
    finding = cost_bars(dear).finding
    assert "more than the best alternative, fixed intervals" in finding
    assert finding.endswith("the baseline's cost still less")


def test_prices_tell_how_the_alternatives_were_chosen() -> None:
    told = prices(PLANT.model_copy(update={"costs": COSTS}), COMPARED)
    assert "costs EUR\u00a01,000, a planned repair EUR\u00a0100" in told
    assert "pump after 40 days and belt never" in told
    assert "heat, the mean of 3\u00a0h, is at least 70" in told
    assert "assumed" not in told


def test_assumed_costs_are_called_so() -> None:
    assert "assumed: the plant's configuration names no `costs`" in prices(
        PLANT, replace(COMPARED, costs=ASSUMED)
    )


def test_rounds_tell_what_three_machines_a_round_catch() -> None:
    row = ROUNDS.row(2, named=True)
    finding = round_curves(PLANT, ROUNDS).finding
    assert f"catches {row['caught']} of {row['failures']} failure" in finding
    assert round_table(ROUNDS).frame["Machines a round"].to_list()[:3] == [1, 2, 3]


def test_lead_times_tell_the_share_known_by_half_the_horizon() -> None:
    picture = lead_distribution(PLANT, EVALUATION)
    leads = EVALUATION.alarms.failures["lead_hours"].fill_null(-1)
    curve = picture.figure.axes[0].lines[0]
    assert curve.get_ydata()[0] == pytest.approx(100 * (leads >= 0).mean())


def test_missed_failures_are_drawn_with_their_sensors() -> None:
    told = EVALUATION.alarms.failures.with_columns(in_time=pl.lit(value=False)).head(2)
    picture = missed_failures(PLANT, MODEL, told, TABLE, RECORDS)  # type: ignore[arg-type]
    assert picture.finding.startswith("2 failures had no alarm in time")
    titles = [place.get_title(loc="left") for place in picture.figure.axes]
    assert f"{told['machine'][0]}: " in "".join(titles)


def test_nothing_missed_is_good_news() -> None:
    told = EVALUATION.alarms.failures.with_columns(in_time=pl.lit(value=True))
    picture = missed_failures(PLANT, MODEL, told, TABLE, RECORDS)  # type: ignore[arg-type]
    assert picture.finding == "Every failure was announced in time"


def test_reasons_name_what_raises_a_forecast_most() -> None:
    explained = pl.DataFrame(
        {
            "machine": ["a", "b"],
            "probability": [0.7, 0.01],
            "background": [0.02, 0.02],
            "contribution_oil_heat": [0.5, -0.006],
            "contribution_machine": [0.18, -0.004],
        }
    )
    assert reasons(explained).finding.endswith("oil heat adds 50 points")
    told = reason_table(explained).frame["What raises it, in percentage points"].to_list()
    assert told == ["oil heat +50, machine +18", "less than 1 each"]


def judged() -> pl.DataFrame:
    return slices(PLANT, TEST.frame.select("machine", "time"), RECORDS.machines, EVALUATION.alarms)


def test_slices_with_few_failures_are_not_judged() -> None:
    few = judged().with_columns(failures=pl.lit(2))
    assert slice_dots(PLANT, few).finding.startswith("No slice holds enough failures")
    assert set(slice_table(few).frame["Share in time"]) == {"too few"}


def test_slice_that_is_clearly_weaker_is_named() -> None:
    known = {"machines": 5, "machine_months": 9.0, "false_alarms": 1, "rate": 0.1}
    known |= {"rate_low": 0.0, "rate_high": 0.5, "kind": "model"}
    found = pl.DataFrame(
        [
            {
                **known,
                "slice": "A",
                "failures": 50,
                "in_time": 45,
                "share": 0.9,
                "low": 0.8,
                "high": 1.0,
            },
            {
                **known,
                "slice": "B",
                "failures": 50,
                "in_time": 10,
                "share": 0.2,
                "low": 0.1,
                "high": 0.3,
            },
        ]
    )
    assert (
        slice_dots(PLANT, found).finding
        == "Fewer failures are announced in time for machine model: B"
    )


def test_slice_that_cries_wolf_more_often_is_named() -> None:
    known = {"kind": "age", "machines": 5, "failures": 20, "in_time": 18, "share": 0.9}
    known |= {"low": 0.7, "high": 1.0, "machine_months": 20.0}
    young = {"slice": "young", "false_alarms": 4, "rate": 0.2, "rate_low": 0.05, "rate_high": 0.51}
    old = {"slice": "old", "false_alarms": 40, "rate": 2.0, "rate_low": 1.43, "rate_high": 2.72}
    finding = slice_dots(PLANT, pl.DataFrame([known | young, known | old])).finding
    expected = "No slice is clearly behind the others of its kind; more false alarms for age: old"
    assert finding == expected


def test_metrics_hold_costs_and_rounds(tmp_path: Path) -> None:
    write_planner_metrics(tmp_path, COMPARED, ROUNDS)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text)["costs"]["model"]["total"] == 2900
    assert json.loads(text)["rounds"]["1"]["caught"] == ROUNDS["caught"][0]
