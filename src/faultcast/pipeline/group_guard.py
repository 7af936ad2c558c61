"""A process that ends process groups when the one that started it is gone: `python group_guard.py`.

It reads from its standard input: `+7` when group 7 begins and `-7` when it has ended. The input
ends with the process that writes to it, however that ends; then the groups still there are ended.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic, sleep

_SECONDS_TO_END = 10.0
_SECONDS_BETWEEN_LOOKS = 0.05


def main(lines: Iterable[str]) -> None:
    """Follow what begins and ends, and end what is left."""
    groups: set[int] = set()
    for line in lines:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    limit = monotonic() + _SECONDS_TO_END
    left = [group for group in groups if _send(group, signal.SIGTERM)]
    while left and monotonic() < limit:
        sleep(_SECONDS_BETWEEN_LOOKS)
        left = [group for group in left if _send(group, 0)]
    for group in left:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    """Send a signal, or 0 for none; return whether there is still someone in the group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main(sys.stdin)
