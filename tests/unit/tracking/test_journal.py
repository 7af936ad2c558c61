"""The journal: a line a run, appended once, put together by git's own merge."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faultcast.config.layout import Layout
from faultcast.tracking import journal, tags
from faultcast.tracking.record import Record

BEGAN = datetime(2026, 11, 22, 8, tzinfo=UTC)
ATTRIBUTES = Path(__file__).parents[3] / ".gitattributes"


def record(number: int, **changes: object) -> Record:
    began = BEGAN + timedelta(minutes=number)
    return Record(
        id=f"{number:032x}",
        plant="mill",
        stage="04_train",
        commit="c" * 40,
        dirty=False,
        started=began,
        ended=began + timedelta(seconds=90),
        parameters={"dataset.md5": "d.dir"},
        metrics={"train.rows": 10.0, "validation.machine.average_precision": 0.75},
        tags={tags.MODEL: "random_forest"},
    ).model_copy(update=changes)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def test_a_line_tells_what_was_made_of_what_and_how_good_it_is(layout: Layout) -> None:
    journal.add(layout, record(1))
    (row,) = journal.read(layout)
    assert (row.plant, row.stage, row.model) == ("mill", "04_train", "random_forest")
    assert (row.seconds, row.train_rows, row.validation_average_precision) == (90.0, 10, 0.75)
    assert (row.dataset, row.commit, row.test_rows) == ("d.dir", "c" * 40, None)
    assert row.started == BEGAN + timedelta(minutes=1)


def test_a_case_has_its_accuracy(layout: Layout) -> None:
    scores = {"cross_validated.accuracy": 0.82, "test.accuracy": 0.8}
    journal.add(layout, record(1, metrics=scores))
    (row,) = journal.read(layout)
    assert (row.cross_validated_accuracy, row.test_accuracy) == (0.82, 0.8)


def test_a_run_is_appended_once_and_old_lines_keep_their_bytes(layout: Layout) -> None:
    journal.add(layout, record(2))
    before = journal.path_of(layout).read_bytes()
    journal.add(layout, record(1))
    journal.add(layout, record(2))
    after = journal.path_of(layout).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 3
    assert [row.started.minute for row in journal.read(layout)] == [1, 2]


def test_a_text_with_line_breaks_and_commas_stays_on_its_line(layout: Layout) -> None:
    journal.add(layout, record(1, description="first, tried\nagain"))
    assert len(journal.path_of(layout).read_text().splitlines()) == 2
    assert journal.read(layout)[0].description == "first, tried again"


def test_a_torn_line_is_passed_over_and_the_next_begins_anew(layout: Layout) -> None:
    journal.add(layout, record(1))
    with journal.path_of(layout).open("a") as file:
        file.write("2026-11-2")
    journal.add(layout, record(2))
    assert [row.started.minute for row in journal.read(layout)] == [1, 2]


def test_a_journal_of_another_version_keeps_its_columns(layout: Layout) -> None:
    path = journal.path_of(layout)
    path.parent.mkdir()
    path.write_text("record,started,plant,stage,mood\na,2026-11-22T07:00:00Z,mill,04_train,good\n")
    journal.add(layout, record(1))
    assert path.read_text().splitlines()[2] == f"{1:032x},2026-11-22T08:01:00.000Z,mill,04_train,"
    assert len(journal.read(layout)) == 2


def test_git_merges_the_lines_of_two_branches(layout: Layout) -> None:
    def git(*words: str) -> None:
        names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *names, *words], cwd=layout.root, check=True, capture_output=True)

    def commit(*numbers: int) -> None:
        for number in numbers:
            journal.add(layout, record(number))
        git("add", "-A")
        git("commit", "-qm", "Runs")

    git("init", "-q")
    (layout.root / ".gitattributes").write_text(ATTRIBUTES.read_text())
    commit(1)
    git("switch", "-qc", "other")
    commit(2, 4)
    git("switch", "-q", "main")
    commit(3, 4)
    git("merge", "-q", "other", "-m", "Both")
    assert [row.started.minute for row in journal.read(layout)] == [1, 2, 3, 4]
    journal.add(layout, record(2))
    assert "<<<<" not in journal.path_of(layout).read_text()


def test_the_journal_is_for_git_and_no_output_of_a_stage() -> None:
    root = ATTRIBUTES.parent
    ignored = subprocess.run(
        ["git", "check-ignore", "reports/experiments.csv"], cwd=root, check=False
    )
    assert ignored.returncode == 1
    assert "experiments.csv" not in (root / "dvc.yaml").read_text()
