"""Run the cells of a notebook, one after the other, in a kernel of its own."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import signal
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from faultcast.pipeline.document import INJECTED, Cell, Notebook, tags_of
from faultcast.pipeline.imports import lean_jupyter
from faultcast.pipeline.session import KernelSession

if TYPE_CHECKING:
    from nbclient import NotebookClient

_DESCRIBE = "__import__('faultcast.pipeline.kernel', fromlist=['kernel']).describe_failure()"
_SECONDS_TO_START = 60
_SECONDS_TO_SHOW_WHERE_IT_HANGS = 3
_SECONDS_BETWEEN_LOOKS = 0.01
_SECONDS_BETWEEN_QUESTIONS = 0.05
_QUESTIONS = 40


class Progress(Protocol):
    """Who is told how far a notebook is."""

    def started(self, cell: Cell, cells: int) -> None:
        """Take note that a cell begins; `cells` is how many there are."""

    def ended(self, cell: Cell, cells: int, seconds: float) -> None:
        """Take note that a cell ended well."""

    def printed(self, text: str) -> None:
        """Take note of what cells print, in pieces, and of what the kernel logs."""


@dataclass(frozen=True)
class Failure:
    """Why the cells did not end well.

    Args:
        cell: the one that ran; None before the first.
        text: what happened.
        line: where in the cell, from 1.
        exit_code: for the command.
        complete: whether the text is the message of an error of faultcast's own.
        stopped: whether the kernel was ended from outside.
    """

    cell: Cell | None
    text: str
    line: int | None = None
    exit_code: int = 1
    complete: bool = False
    stopped: bool = False


@dataclass
class Execution:
    """How far the cells came: seconds of each by its number, and what stopped them."""

    seconds: dict[int, float] = field(default_factory=dict)
    failure: Failure | None = None


def execute(
    notebook: Notebook, session: KernelSession, progress: Progress, timeout: float | None = None
) -> Execution:
    """Run a notebook's cells, until Ctrl-C or SIGTERM, and put their outputs into its content.

    Args:
        notebook: its content is changed: outputs and execution counts.
        session: the kernel; it was asked to end afterwards, or has ended.
        progress: is told of each cell.
        timeout: seconds that a cell may take; None for as long as it takes.
    """
    execution = asyncio.run(_Run(notebook, session, progress, timeout).run())
    progress.printed(session.logged())
    if execution.failure:
        session.kill()
        if execution.failure.stopped:
            text = f"{execution.failure.text}; {session.memory_held()}"
            execution.failure = replace(execution.failure, text=text)
    return execution


class _StopError(Exception):
    """What ends the work before its end."""

    def __init__(self, text: str, **known: Any) -> None:
        super().__init__(text)
        self.known = known


class _Run:
    def __init__(
        self, notebook: Notebook, session: KernelSession, progress: Progress, timeout: float | None
    ) -> None:
        self._notebook = notebook
        self._session = session
        self._progress = progress
        self._timeout = timeout
        self._kernel = session.client()
        self._client = _client(notebook, progress)
        self._client.kc = self._kernel
        self._cells = {cell.index: cell for cell in notebook.code_cells}
        self._current: Cell | None = None
        self._execution = Execution()

    async def run(self) -> Execution:
        work = asyncio.ensure_future(self._work())
        stopped_by = _stop_on_signals(work)
        try:
            await work
            self._kernel.shutdown()
        except _StopError as stop:
            self._execution.failure = Failure(self._current, str(stop), **stop.known)
        except asyncio.CancelledError:
            text = f"stopped by {stopped_by[0].name}"
            self._execution.failure = Failure(
                self._current, text, exit_code=128 + stopped_by[0], stopped=True
            )
        self._kernel.stop_channels()
        self._notebook.content.update(self._client.nb)
        return self._execution

    async def _work(self) -> None:
        for content in self._client.nb.cells:
            if content.cell_type == "code":
                content.outputs, content.execution_count = [], None
        await self._connect()
        for index, content in enumerate(self._client.nb.cells):
            if index in self._cells:
                await self._run_cell(self._cells[index], content)
            elif content.cell_type == "code" and INJECTED in tags_of(content):
                await self._client.async_execute_cell(content, index)

    async def _connect(self) -> None:
        while self._session.alive and not self._session.listening:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        try:
            if not self._session.alive:
                raise RuntimeError("it has ended already")
            self._kernel.start_channels()
            await self._kernel.wait_for_ready(timeout=_SECONDS_TO_START)
        except RuntimeError:
            raise _StopError(f"the kernel did not start\n{self._session.last_words()}") from None

    async def _run_cell(self, cell: Cell, content: Any) -> None:
        self._current = cell
        self._progress.started(cell, len(self._cells))
        began = monotonic()
        await self._until_done(
            asyncio.ensure_future(self._client.async_execute_cell(content, cell.index))
        )
        seconds = self._execution.seconds[cell.number] = monotonic() - began
        self._progress.ended(cell, len(self._cells), seconds)

    async def _until_done(self, task: asyncio.Task[Any]) -> None:
        from nbclient.exceptions import CellExecutionError, DeadKernelError

        try:
            await asyncio.wait([task], timeout=self._timeout)
            if not task.done():
                await self._give_up(task)
            task.result()
        except CellExecutionError:
            await self._fail()
        except DeadKernelError:
            raise _StopError(self._session.obituary()) from None
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _give_up(self, task: asyncio.Task[Any]) -> NoReturn:
        self._session.interrupt()  # the exception that this raises in the cell says where it hangs
        await asyncio.wait([task], timeout=_SECONDS_TO_SHOW_WHERE_IT_HANGS)
        line = (await self._ask(_DESCRIBE))["line"] if task.done() else None
        raise _StopError(
            f"it took longer than {self._timeout:g} s and was stopped", line=line, stopped=True
        )

    async def _fail(self) -> NoReturn:
        found = await self._ask(_DESCRIBE)
        if found["exit_code"] is None:
            raise _StopError(found["text"], line=found["line"])
        raise _StopError(
            found["message"], line=found["line"], exit_code=found["exit_code"], complete=True
        )

    async def _ask(self, expression: str) -> Any:
        """Evaluate an expression in the kernel, which refuses for a moment after a failed cell."""
        for _ in range(_QUESTIONS):
            request = self._kernel.execute(
                "", silent=True, store_history=False, user_expressions={"answer": expression}
            )
            reply = await self._client.async_wait_for_reply(request)
            if reply and reply["content"]["status"] == "ok":
                answer = reply["content"]["user_expressions"]["answer"]["data"]["text/plain"]
                return json.loads(ast.literal_eval(answer))
            await asyncio.sleep(_SECONDS_BETWEEN_QUESTIONS)
        raise _StopError("it failed, and the kernel does not say why")


def _client(notebook: Notebook, progress: Progress) -> NotebookClient:
    with lean_jupyter():
        from nbclient import NotebookClient
        from nbformat import from_dict

    content = from_dict(notebook.content)  # type: ignore[no-untyped-call]  # nbformat is untyped

    class Client(NotebookClient):
        def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
            if msg["msg_type"] == "stream":
                progress.printed(msg["content"]["text"])
            return super().output(outs, msg, display_id, cell_index)

    client = Client(content, store_widget_state=False, record_timing=False)
    client.log = logging.getLogger(__name__)  # its own repeats on the terminal what is told here
    client.log.setLevel(logging.CRITICAL)
    return client


def _stop_on_signals(work: asyncio.Future[None]) -> list[signal.Signals]:
    """Cancel the work on Ctrl-C and SIGTERM; the list then holds the signal."""
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    return received
