"""The same requests to `mlflow models serve` and to our server: same status, same numbers."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest

from faultcast.config.layout import Layout
from faultcast.serving.app import create_app
from faultcast.serving.served import Served, load_model
from tests.unit.serving.pumps import PLANT, make_project
from tests.unit.serving.running import running

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return make_project(tmp_path_factory.mktemp("pumps"))


@pytest.fixture(scope="module")
def rows(layout: Layout) -> list[dict[str, Any]]:
    names = load_model(layout.model(PLANT)).manifest.features.names  # type: ignore[union-attr]
    part = pl.read_parquet(layout.dataset(PLANT) / "test.parquet").select(names)
    return part.drop_nulls().gather_every(40).to_dicts()


@pytest.fixture(scope="module")
def ours(layout: Layout) -> Iterator[httpx.Client]:
    with running(create_app(Served.of([load_model(layout.model(PLANT))]))) as client:
        yield client


@pytest.fixture(scope="module")
def mlflow(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, Schema

    scratch = tmp_path_factory.mktemp("mlflow")
    manifest = load_model(layout.model(PLANT)).manifest
    signature = ModelSignature(Schema([ColSpec("float", one.name) for one in manifest.inputs]))
    shutil.copytree(layout.model(PLANT), scratch / "model" / "data")
    described = Model(signature=signature)
    loader = "tests.integration.serving.plant_function"
    described.add_flavor("python_function", loader_module=loader, data="data", env={})
    described.save(str(scratch / "model" / "MLmodel"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("mlflow")
    command = [program, "models", "serve", "--env-manager", "local", "--workers", "1"]
    server = subprocess.Popen(
        [*command, "--model-uri", scratch / "model", "--port", str(port)],
        cwd=scratch,
        env={
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "MLFLOW_TRACKING_URI": f"sqlite:///{scratch / 'mlflow.db'}",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait_for(client, server)
            yield client
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _wait_for(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None
        try:
            if client.get("/ping").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("mlflow models serve did not start")


def test_both_servers_answer_alike(
    ours: httpx.Client, mlflow: httpx.Client, rows: list[dict[str, Any]]
) -> None:
    names = list(rows[0])
    values = [list(row.values()) for row in rows]
    gap = [{**rows[0], names[3]: None}]
    csv = ",".join(names) + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in values)
    good: list[tuple[str, object]] = [
        ("json", {"dataframe_split": {"columns": names, "data": values}}),
        ("json", {"dataframe_split": {"columns": names[::-1], "data": [r[::-1] for r in values]}}),
        ("json", {"dataframe_records": rows}),
        ("json", {"dataframe_records": [{**rows[0], "more": 1}]}),
        ("json", {"dataframe_records": gap}),
        ("json", {"instances": rows}),
        ("json", {"inputs": {name: [row[name] for row in rows] for name in names}}),
        ("csv", csv),
    ]
    for kind, body in good:
        first, second = (_ask(client, kind, body) for client in (mlflow, ours))
        assert (first.status_code, second.status_code) == (200, 200), (
            body,
            first.text,
            second.text,
        )
        assert _numbers(second) == pytest.approx(_numbers(first), abs=1e-6)
        assert list(second.json()["predictions"][0]) == list(first.json()["predictions"][0])
    bad: list[tuple[str, object]] = [
        ("json", {}),
        ("json", []),
        ("json", "{"),
        ("json", {"dataframe_records": rows, "inputs": []}),
        ("json", {"dataframe_records": {"a": 1}}),
        ("json", {"dataframe_records": [{names[0]: 1}]}),
        ("json", {"dataframe_records": [{**rows[0], names[0]: "high"}]}),
        ("json", {"dataframe_split": {"columns": names}}),
        ("json", {"dataframe_split": {"columns": names, "data": [[1]]}}),
        ("xml", "<a/>"),
        ("json; charset=latin-1", {"dataframe_records": rows}),
    ]
    for kind, body in bad:
        first, second = (_ask(client, kind, body) for client in (mlflow, ours))
        assert first.status_code == second.status_code, (body, first.text, second.text)
        if first.status_code == 400:
            assert {"error_code", "message"} <= second.json().keys()
    for path in ("/ping", "/health", "/version"):
        first, second = (client.get(path) for client in (mlflow, ours))
        assert (first.status_code, first.headers["content-type"]) == (
            second.status_code,
            second.headers["content-type"],
        )


def _ask(client: httpx.Client, kind: str, body: object) -> httpx.Response:
    media = "text/csv" if kind == "csv" else f"application/{kind}"
    if isinstance(body, str):
        return client.post("/invocations", content=body, headers={"content-type": media})
    return client.post("/invocations", json=body, headers={"content-type": media})


def _numbers(response: httpx.Response) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([list(row.values()) for row in response.json()["predictions"]])
