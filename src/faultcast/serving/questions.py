"""What a request with feature rows asks, and the answers to several such requests at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from faultcast.scoring.session import Matrix
from faultcast.serving.answers import describe_model, describe_risk, records_of_rows
from faultcast.serving.body import read_json
from faultcast.serving.metrics import Metrics
from faultcast.serving.predictions import RECORDED, ForecastRecord, PredictionSink
from faultcast.serving.rows import Inputs, make_matrix, read_rows, read_times, take_inputs
from faultcast.serving.served import ServedPlant


class Question(NamedTuple):
    """A request that has been read: its rows, the model's inputs of each, and whom they are of."""

    request_id: str
    rows: Sequence[dict[str, object]]
    inputs: Sequence[Inputs]
    keys: Sequence[tuple[str | None, datetime]]
    recorded: bool


def read_question(plant: ServedPlant, body: bytes, request_id: str, most_rows: int) -> Question:
    """Read a body.

    Raises:
        ProblemError: 400, it is not JSON; 422, with what is missing, unknown or no number.
    """
    rows = read_rows(read_json(body), most_rows)
    inputs = take_inputs(plant, rows)
    keys = read_times(rows, datetime.now(UTC))
    return Question(request_id, rows, inputs, keys, RECORDED.get())


def answer_questions(
    plant: ServedPlant, questions: Sequence[Question], sink: PredictionSink, metrics: Metrics
) -> list[bytes]:
    """Return the answer to each question, from one run of the model.

    Raises:
        ProblemError: 422, a value of one of them is beyond all bounds.
    """
    features = make_matrix(plant, [row for question in questions for row in question.inputs])
    outputs: list[list[float]] = plant.model.outputs(features).tolist()
    sink.put(_records(plant, questions, features, outputs))
    metrics.forecast(plant.name, [row[plant.machine_output] for row in outputs])
    forecasts = iter(outputs)
    return [_answer(plant, question, forecasts) for question in questions]


def _records(
    plant: ServedPlant,
    questions: Sequence[Question],
    features: Matrix,
    outputs: Sequence[list[float]],
) -> Iterator[ForecastRecord]:
    now, begin = datetime.now(UTC), 0
    for question in questions:
        end = begin + len(question.rows)
        if question.recorded:
            yield from records_of_rows(
                plant,
                question.request_id,
                now,
                features[begin:end],
                outputs[begin:end],
                question.keys,
            )
        begin = end


def _answer(plant: ServedPlant, question: Question, forecasts: Iterator[list[float]]) -> bytes:
    told = [
        {key: row[key] for key in ("machine", "time") if key in row}
        | describe_risk(plant, probabilities)
        for row, probabilities in zip(question.rows, forecasts, strict=False)
    ]
    head = {"request_id": question.request_id, "model": describe_model(plant)}
    return orjson.dumps({**head, "forecasts": told})
