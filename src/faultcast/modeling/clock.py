"""Which step of a long piece of work begins, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Progress = Callable[[str], None]


@dataclass
class Clock:
    """Tells which step begins and remembers how long each took, in seconds."""

    tell: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        self.tell(name)
        begin = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begin
