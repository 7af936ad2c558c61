"""One run of a model for all the requests that wait for it.

A run costs almost as much for one row as for a dozen. What has arrived when the event loop comes to
the end of its round is therefore forecast together. Nobody waits for requests that are yet to come,
and each gets the answer that it would get alone, to the last bit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from faultcast.serving.questions import Question
from faultcast.serving.served import ServedPlant

# Beyond, the event loop has its turn before the rest is answered.
_MOST = 32

Waiting = list[tuple[Question, asyncio.Future[bytes]]]


@dataclass
class Together:
    """Gathers questions to each model and has them answered together.

    Args:
        answer: returns the answers to questions to a model, in their order.
    """

    answer: Callable[[ServedPlant, Sequence[Question]], list[bytes]]
    _waiting: dict[int, Waiting] = field(default_factory=dict)

    async def ask(self, plant: ServedPlant, question: Question) -> bytes:
        """Return the answer to a question; raises what `answer` raises for it alone."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._add(plant, [(question, future)])
        return await future

    def _add(self, plant: ServedPlant, questions: Waiting) -> None:
        if (waiting := self._waiting.get(id(plant))) is not None:
            waiting += questions
            return
        self._waiting[id(plant)] = questions
        asyncio.get_running_loop().call_soon(self._answer_waiting, plant, context=Context())

    def _answer_waiting(self, plant: ServedPlant) -> None:
        waiting = self._waiting.pop(id(plant))
        if len(waiting) > _MOST:
            self._add(plant, waiting[_MOST:])
        questions = [question for question, _ in waiting[:_MOST]]
        for (_, future), answer in zip(waiting, self._answers(plant, questions), strict=False):
            if future.cancelled():
                continue
            if isinstance(answer, bytes):
                future.set_result(answer)
            else:
                future.set_exception(answer)

    def _answers(
        self, plant: ServedPlant, questions: Sequence[Question]
    ) -> Iterator[bytes | Exception]:
        """Answer together; where that fails each alone, so that only the faulty one fails."""
        try:
            yield from self.answer(plant, questions)
        except Exception as failure:  # noqa: BLE001  # it is raised where the question was asked
            if len(questions) == 1:
                yield failure
                return
            for question in questions:
                yield from self._answers(plant, [question])
