from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl
import pytest

from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import RECORDED
from faultcast.serving.problems import ProblemError
from faultcast.serving.questions import Question, answer_questions, read_question
from faultcast.serving.served import Served, ServedPlant
from faultcast.serving.together import Together
from tests.unit.serving.conftest import Kept


class Asked:
    """Answers questions with the real model; notes how many came together."""

    def __init__(self, plant: ServedPlant) -> None:
        self.sink, self.together, self.runs = Kept(), Together(self.answer), list[int]()
        self._metrics = Metrics(Served.of([plant]))

    def answer(self, plant: ServedPlant, questions: Sequence[Question]) -> list[bytes]:
        self.runs.append(len(questions))
        return answer_questions(plant, questions, self.sink, self._metrics)


def question(plant: ServedPlant, name: str, row: dict[str, Any]) -> Question:
    return read_question(plant, orjson.dumps({"rows": [row]}), name, 10)


@pytest.fixture
def rows(plant: ServedPlant, test_rows: pl.DataFrame) -> list[dict[str, Any]]:
    return test_rows.select(plant.manifest.features.names).head(50).to_dicts()


async def ask_all(
    asked: Asked, plant: ServedPlant, rows: Sequence[dict[str, Any]]
) -> list[bytes | BaseException]:
    questions = [question(plant, f"r{number}", row) for number, row in enumerate(rows)]
    waiting = [asked.together.ask(plant, one) for one in questions]
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_requests_that_wait_share_a_run_and_get_what_they_would_alone(
    plant: ServedPlant, rows: list[dict[str, Any]]
) -> None:
    asked, alone = Asked(plant), Asked(plant)
    answers = asyncio.run(ask_all(asked, plant, rows))
    each = [question(plant, f"r{number}", row) for number, row in enumerate(rows)]
    assert answers == [alone.answer(plant, [one])[0] for one in each]
    assert asked.runs == [32, 18]
    assert [record.request_id for record in asked.sink.records] == [f"r{n}" for n in range(50)]
    assert [record.probabilities for record in asked.sink.records] == [
        record.probabilities for record in alone.sink.records
    ]


def test_faulty_request_fails_alone(plant: ServedPlant, rows: list[dict[str, Any]]) -> None:
    asked = Asked(plant)
    rows[2] = rows[2] | {next(iter(rows[2])): 1e30}
    answers = asyncio.run(ask_all(asked, plant, rows[:5]))
    assert [type(answer) for answer in answers] == [bytes, bytes, ProblemError, bytes, bytes]
    assert [record.request_id for record in asked.sink.records] == ["r0", "r1", "r3", "r4"]


def test_self_test_among_others_is_not_recorded(
    plant: ServedPlant, rows: list[dict[str, Any]]
) -> None:
    asked = Asked(plant)

    async def ask(name: str, row: dict[str, Any]) -> None:
        RECORDED.set(name != "r0")
        await asked.together.ask(plant, question(plant, name, row))

    async def ask_each() -> None:
        await asyncio.gather(*(ask(f"r{number}", row) for number, row in enumerate(rows[:3])))

    asyncio.run(ask_each())
    assert asked.runs == [3]
    assert [record.request_id for record in asked.sink.records] == ["r1", "r2"]


def test_caller_that_went_away_takes_no_answer_from_the_others(
    plant: ServedPlant, rows: list[dict[str, Any]]
) -> None:
    asked = Asked(plant)

    async def ask_and_leave() -> list[bytes]:
        waiting = [
            asyncio.create_task(asked.together.ask(plant, question(plant, f"r{n}", row)))
            for n, row in enumerate(rows[:3])
        ]
        await asyncio.sleep(0)
        waiting[0].cancel()
        return await asyncio.gather(*waiting[1:])

    told = [orjson.loads(answer)["request_id"] for answer in asyncio.run(ask_and_leave())]
    assert told == ["r1", "r2"]
