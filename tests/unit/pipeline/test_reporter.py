from __future__ import annotations

from io import StringIO

from faultcast.pipeline.reporter import LineReporter, show_results
from faultcast.pipeline.scheduler import Outcome, Result


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


RESULTS = [
    Result("features@mill", Outcome.RAN, 3.21),
    Result("train@mill", Outcome.FAILED, 0.5, "faultcast: odd\nmore of it", 1),
    Result("evaluate@mill", Outcome.SKIPPED, reason="needs train@mill"),
    Result("code", Outcome.CURRENT),
]


def test_every_line_has_its_stage_in_front() -> None:
    stream = StringIO()
    reporter = LineReporter(stream)
    reporter.started("features@mill")
    reporter.line("code", "words")
    reporter.ended(RESULTS[0])
    assert stream.getvalue().splitlines() == [
        "features@mill | begins",
        "code          | words",
        "features@mill | ran in 3.2 s",
    ]


def test_a_stage_without_work_is_not_mentioned() -> None:
    stream = StringIO()
    LineReporter(stream).ended(RESULTS[3])
    assert stream.getvalue() == ""


def test_the_table_says_what_became_of_each_stage() -> None:
    stream = StringIO()
    show_results(RESULTS, 3.9, stream)
    assert stream.getvalue().splitlines() == [
        "",
        "stage          outcome    seconds",
        "features@mill  ran            3.2",
        "train@mill     failed         0.5  faultcast: odd",
        "evaluate@mill  skipped             needs train@mill",
        "code           unchanged",
        "1 ran, 1 unchanged, 1 failed, 1 skipped in 3.9 s.",
    ]


def test_a_terminal_gets_colours() -> None:
    stream = Terminal()
    show_results(RESULTS, 3.9, stream)
    assert "\x1b[31mfailed   \x1b[0m" in stream.getvalue()


def test_nothing_to_do_is_said_in_a_line() -> None:
    stream = StringIO()
    show_results([RESULTS[3]] * 3, 1.25, stream)
    assert stream.getvalue() == "Nothing to do: all 3 stages are up to date (1.2 s).\n"
