"""Run the application with uvicorn: one process, or several workers on one port."""

from __future__ import annotations

import ipaddress
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from faultcast.errors import NothingToServeError, OpenServerError
from faultcast.serving.app import create_app
from faultcast.serving.board.board import Board
from faultcast.serving.board.demo import Replayed
from faultcast.serving.keys import Keys, make_own_key
from faultcast.serving.predictions import PredictionSink
from faultcast.serving.served import Served
from faultcast.serving.store.sink import StoreSink, open_sink
from faultcast.serving.watch import Watch
from faultcast.settings import (
    API_KEYS,
    SERVING_PLAN,
    ServingLimits,
    api_keys,
    demo_folder,
    demo_store,
    key_file,
    prediction_store,
    serving_limits,
    serving_plan,
    spool_folder,
)

_SECONDS_TO_FINISH = 20


@dataclass(frozen=True)
class Plan:
    """What to serve: the models `names` of a folder; without names all that it holds.

    `root` is the project that the server belongs to, if any; `demo` shows that project's plants
    as if their data ended now, in a store of its own.
    """

    home: Path
    names: tuple[str, ...] = ()
    root: Path | None = None
    demo: bool = False

    def write(self) -> str:
        """Return the plan as text, for a worker's environment."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def read(cls, text: str) -> Plan:
        """Read what `write` returned."""
        content = json.loads(text)
        root = Path(content["root"]) if content["root"] else None
        return cls(Path(content["home"]), tuple(content["names"]), root, content["demo"])


def make_app() -> ASGIApp:
    """Load the models of this worker's plan and make the application.

    Raises:
        FaultcastError: a model cannot be loaded, or the environment holds a faulty setting.
    """
    if parent := multiprocessing.parent_process():
        Thread(target=_end_after, args=(parent,), daemon=True, name="lifeline").start()
    plan = Plan.read(serving_plan())
    served = Served()
    watch = Watch(plan.home, plan.names, served)
    watch.load_all()
    if not served.models:
        raise NothingToServeError(plan.home)
    limits, keys = serving_limits(), Keys.parse(api_keys())
    store = _sink(plan, limits)
    sink: PredictionSink | None = store
    if plan.demo and plan.root and store:
        sink = Replayed(store, served, plan.root / "data" / "interim")
    board = Board(served, store.database if store else None, limits)
    return create_app(served, sink, routers=[board.router()], limits=limits, keys=keys, watch=watch)


def _end_after(parent: BaseProcess) -> None:
    """End this worker in good order when the process that started it is gone, killed or not."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _sink(plan: Plan, limits: ServingLimits) -> StoreSink | None:
    if plan.demo and plan.root:
        folder = demo_folder(plan.root)
        shutil.rmtree(folder, ignore_errors=True)
        return open_sink(demo_store(plan.root), folder / "spool", limits.spool_bytes)
    url = prediction_store(plan.root)
    if not url:
        return None
    return open_sink(url, spool_folder(plan.root), limits.spool_bytes, limits.store_days)


def serve(plan: Plan, host: str, port: int, workers: int = 1) -> None:
    """Serve until interrupted; requests on their way are answered first.

    Raises:
        OpenServerError: others could reach the server, and there are no API keys.
        FaultcastError: as `make_app`.
    """
    if not is_loopback(host):
        _require_keys(host, port)
    os.environ[SERVING_PLAN] = plan.write()
    settings = {
        "host": host,
        "port": port,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _SECONDS_TO_FINISH,
    }
    app = make_app()
    if workers == 1:
        uvicorn.run(app, **settings)  # type: ignore[arg-type]
        return
    with tempfile.TemporaryDirectory() as counters:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counters
        uvicorn.run(
            "faultcast.serving.server:make_app",
            factory=True,
            workers=workers,
            **settings,  # type: ignore[arg-type]
        )


def _require_keys(host: str, port: int) -> None:
    """See that only holders of a key are answered: of one made now, where none is set."""
    given, file = api_keys(), key_file()
    if file is None:
        if not Keys.parse(given).by_hash:
            raise OpenServerError(host)
        return
    key, entry = make_own_key(file)
    os.environ[API_KEYS] = ",".join(filter(None, [given, entry]))
    if not Keys.parse(given).by_hash:
        print(
            f"The API's key, until this server ends: {key}\n"
            f"Try: curl -H 'X-API-Key: {key}' http://127.0.0.1:{port}/models\n"
            f"A browser takes it as the password of any user: http://127.0.0.1:{port}/docs\n"
            "For keys of your own: faultcast api-key NAME",
            file=sys.stderr,
            flush=True,
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
