"""What the board answers: files, feedback, keys, a store that is down."""

from __future__ import annotations

import csv
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from httpx import Client
from sqlalchemy import select

from faultcast.serving.app import create_app
from faultcast.serving.board.board import Board
from faultcast.serving.example import example_readings
from faultcast.serving.keys import Keys, Role, new_key
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.store.database import Database
from faultcast.serving.store.sink import StoreSink
from faultcast.serving.store.tables import FEEDBACK
from faultcast.settings import ServingLimits
from tests.unit.serving.board.conftest import ODD
from tests.unit.serving.running import running
from tests.unit.serving.store.made import wait_until

TOLD = {"plant": "mill", "machine": "M2", "mark": "repaired", "who": "Ana", "note": "new belt"}


def marks(sink: StoreSink) -> list[str]:
    with sink.database.engine.connect() as connection:
        return list(connection.execute(select(FEEDBACK.c.note)).scalars())


def test_visit_list_holds_the_machines_to_visit(board: Client) -> None:
    answer = board.get("/board/visits.csv", params={"plant": "mill"})
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["rank"], row["machine"]) for row in rows] == [("1", ODD), ("2", "M4"), ("3", "M2")]
    assert rows[1]["component"] == "belt"
    assert rows[1]["probability"] == "0.6000"


def test_calendar_has_an_entry_a_visit(board: Client) -> None:
    answer = board.get("/board/visits.ics", params={"plant": "mill"})
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3
    assert f"SUMMARY:Visit {ODD}: belt (90%)" in lines
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    assert board.get("/board/visits.ics", params={"plant": "mill"}).text == answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_form_of_another_site_is_refused(
    board: Client, sink: StoreSink, headers: dict[str, str]
) -> None:
    answer = board.post("/board/feedback", data=TOLD | {"note": "forged"}, headers=headers)
    assert answer.status_code == 403
    assert "forged" not in marks(sink)


def test_form_of_the_board_is_taken(board: Client, sink: StoreSink) -> None:
    origin = str(board.base_url).rstrip("/")
    answer = board.post("/board/feedback", data=TOLD, headers={"origin": origin})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/board/machines/mill/M2#feedback"
    assert "new belt" in marks(sink)


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"mark": "sold"}, 422, "Say what was done"),
        ({"component": "wheel"}, 422, "one of the machine"),
        ({"who": " "}, 422, "who you are"),
        ({"note": "x" * 501}, 422, "below 500"),
        ({"machine": "M9"}, 404, "no forecast of a machine"),
    ],
)
def test_faulty_feedback_is_explained_and_not_kept(
    board: Client, sink: StoreSink, change: dict[str, str], status: int, told: str
) -> None:
    before = marks(sink)
    answer = board.post("/board/feedback", data=TOLD | change)
    assert answer.status_code == status
    assert told.lower() in answer.text.lower()
    assert marks(sink) == before


def test_every_page_says_what_a_browser_may_load(board: Client) -> None:
    for path in (
        "/",
        "/board/machines/mill/M2",
        "/board/machines/mill/none",
        "/board/assets/board.js",
    ):
        headers = board.get(path).headers
        assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_name_of_a_machine_is_text_everywhere(board: Client) -> None:
    text = board.get("/").text
    assert "M/1 <b>" not in text
    assert board.get("/board/machines/mill/M%2F1%20%3Cb%3E%26").status_code == 200


def test_reader_sees_the_board_and_cannot_tell(plant: ServedPlant, sink: StoreSink) -> None:
    reader, of_reader = new_key("planner", Role.READ)
    teller, of_teller = new_key("shift", Role.FORECAST)
    served = Served.of([plant])
    router = Board(served, sink.database, ServingLimits()).router()
    keys = Keys.parse(f"{of_reader},{of_teller}")
    with running(create_app(served, routers=[router], keys=keys)) as client:
        assert client.get("/").status_code == 401
        assert "Basic" in client.get("/").headers["www-authenticate"]
        assert (
            "may read, not tell" in client.get("/board/machines/mill/M2", auth=("x", reader)).text
        )
        assert client.post("/board/feedback", data=TOLD, auth=("x", reader)).status_code == 403
        assert 'value="shift"' in client.get("/board/machines/mill/M2", auth=("x", teller)).text
        assert client.post("/board/feedback", data=TOLD, auth=("x", teller)).status_code == 303


def test_board_without_its_store_says_so(plant: ServedPlant, tmp_path: Path) -> None:
    served = Served.of([plant])
    (tmp_path / "down.db").mkdir()
    down = Database(f"sqlite:///{tmp_path / 'down.db'}")
    for database, told in ((None, "FAULTCAST_STORE"), (down, "does not answer")):
        router = Board(served, database, ServingLimits()).router()
        with running(create_app(served, routers=[router])) as client:
            for path in ("/", "/board/machines/mill/M2", "/board/visits.csv"):
                answer = client.get(path)
                assert answer.status_code == 503
                assert told in answer.text


def test_silent_store_holds_up_the_board_alone(
    plant: ServedPlant, sink: StoreSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, back = Served.of([plant]), threading.Event()
    monkeypatch.setattr(
        "faultcast.serving.board.board.machines_at_risk", lambda *_: back.wait(60) and []
    )
    router = Board(served, sink.database, ServingLimits(store_seconds=0.3)).router()
    example = example_readings(plant.manifest)
    with running(create_app(served, routers=[router])) as client, ThreadPoolExecutor(50) as many:
        waiting = list(many.map(lambda _: client.get("/"), range(50)))
        forecast = client.post("/plants/small/forecasts", json=example)
        back.set()
        assert {answer.status_code for answer in waiting} == {503}
        assert "does not answer" in waiting[0].text
        assert forecast.status_code == 200
        wait_until(lambda: client.get("/").status_code == 200)
