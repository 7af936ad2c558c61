from faultcast.config.plant import Repair
from faultcast.data.findings import Example, Mended
from faultcast.reporting.quality_repairs import group_repairs


def _mended(repair: Repair, kind: str, column: str | None, count: int, *rows: int) -> Mended:
    examples = tuple(Example("log.csv", row) for row in rows)
    return Mended(repair, kind, column, column, count, examples)


def test_columns_of_one_repair_share_a_line_and_their_first_places() -> None:
    range_, sort = Repair.OUT_OF_RANGE_TO_MISSING, Repair.SORT
    lines = group_repairs(
        [
            _mended(range_, "telemetry", "heat", 4, 9, 12, 30),
            _mended(range_, "telemetry", "flow", 2, 5, 40),
            _mended(sort, "telemetry", None, 7, 3),
        ]
    )
    assert [(line.repair, line.count, line.columns) for line in lines] == [
        (sort, 7, ()),
        (range_, 6, (("heat", 4), ("flow", 2))),
    ]
    assert [example.row for example in lines[1].examples] == [5, 9, 12]


def test_kinds_of_records_stay_apart() -> None:
    repair = Repair.DROP_UNKNOWN_MACHINES
    lines = group_repairs(
        [_mended(repair, "error", None, 1, 2), _mended(repair, "failure", None, 3, 4)]
    )
    assert [(line.kind, line.count) for line in lines] == [("error", 1), ("failure", 3)]
