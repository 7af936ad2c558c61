"""Forecasts over HTTP: ours beside `mlflow models serve` and a route that returns a constant.

One model, the same rows, one worker each, on the loopback, one server at a time; wrk loads each
with 16 connections. Served are

- (a) `mlflow models serve` of the model as a registered version is (its ONNX flavour);
- (b) a FastAPI route that returns a constant, under uvicorn;
- (c) ours from ready feature rows, 1 and 100 in a request;
- (d) ours from the raw readings and events of one machine.

p50 and p99 are given at full load and with one connection, which is about half of it. Start-up is
from the command to the first good answer; memory is the largest resident set of the server's
processes together.

Needs wrk (`apt-get install wrk`) and a trained model.

Example:
    python benchmarks/serving.py models/bottling --seconds 10
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faultcast.scoring.manifest import Manifest
from faultcast.serving.example import example_readings, example_row
from faultcast.tracking.mlmodel import write_mlmodel
from faultcast.tracking.model_folder import ModelFolder

BIN = Path(sys.executable).parent
CONNECTIONS, HALF = 16, 1
CONSTANT = """
from fastapi import FastAPI
app = FastAPI()
@app.post("/constant")
async def constant() -> dict[str, float]:
    return {"probability": 0.5}
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests per second, latencies in milliseconds, answers that were no 200."""

    rate: float
    p50: float
    p99: float
    failed: int


@dataclass
class Server:
    """A running server, how long it took to answer, and what it is asked."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def memory(self) -> float:
        """Return the largest resident sets of its processes together, in MiB."""
        family = [self.process.pid, *_children(self.process.pid)]
        peaks = [
            re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in family
        ]
        return sum(int(peak[1]) for peak in peaks if peak) / 1024

    def load(self, path: str, body: bytes, connections: int, seconds: int) -> Load:
        """Load a path with requests of one body."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(
                'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                f"wrk.body = [==[{body.decode()}]==]\n"
            )
            script.flush()
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency"]
            address = f"http://127.0.0.1:{self.port}{path}"
            told = subprocess.run(
                [*command, "-s", script.name, address], capture_output=True, text=True, check=True
            ).stdout
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        return Load(
            float(_found(r"Requests/sec:\s+([\d.]+)", told)),
            _milliseconds(_found(r"(?m)^\s+50%\s+(\S+)", told)),
            _milliseconds(_found(r"(?m)^\s+99%\s+(\S+)", told)),
            int(failed[1]) if failed else 0,
        )


@contextmanager
def serving(command: list[str], ready: str, scratch: Path) -> Iterator[Server]:
    """Run a server until the block ends; `{port}` in its command is a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    environment |= {"MLFLOW_TRACKING_URI": f"sqlite:///{scratch / 'mlflow.db'}"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        cwd=scratch,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}{ready}", process)
        yield Server(process, port, time.perf_counter() - begin)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def measure(name: str, server: Server, path: str, body: bytes, seconds: int) -> Load:
    """Load a server twice and print what it did."""
    server.load(path, body, 1, 1)
    full = server.load(path, body, CONNECTIONS, seconds)
    half = server.load(path, body, HALF, seconds)
    print(
        f"{name:38} {full.rate:8.0f} requests/s  p50 {full.p50:7.2f} ms  p99 {full.p99:7.2f} ms"
        f"  | {HALF} connection: {half.rate:6.0f} requests/s  p50 {half.p50:6.2f} ms"
        f"  p99 {half.p99:6.2f} ms  | failed {full.failed + half.failed}"
        f"  | {server.memory():4.0f} MiB  start {server.seconds:4.1f} s",
        flush=True,
    )
    return full


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a model's folder, such as models/bottling")
    parser.add_argument("--seconds", type=int, default=10, help="of load a measurement")
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    manifest = Manifest.read(folder)
    row = {name: 0 if value is None else value for name, value in example_row(manifest).items()}
    one, hundred = (json.dumps({"rows": [row] * count}).encode() for count in (1, 100))
    split = {"columns": list(row), "data": [list(row.values())]}
    raw = json.dumps(example_readings(manifest)).encode()
    ours = [str(BIN / "faultcast"), "serve", "--artifacts", str(folder.parent)]
    ours += ["--plant", folder.name, "--port", "{port}"]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "constant.py").write_text(CONSTANT)
        shutil.copytree(folder, scratch / "model")
        write_mlmodel(ModelFolder.read(folder), scratch / "model")
        mlflow = [str(BIN / "mlflow"), "models", "serve", "--env-manager", "local"]
        mlflow += ["--workers", "1", "-m", str(scratch / "model"), "--port", "{port}"]
        uvicorn = [str(BIN / "uvicorn"), "constant:app", "--no-access-log", "--port", "{port}"]
        body = json.dumps({"dataframe_split": split}).encode()
        with serving(mlflow, "/ping", scratch) as server:
            a = measure("(a) mlflow models serve", server, "/invocations", body, options.seconds)
        with serving(uvicorn, "/openapi.json", scratch) as server:
            b = measure("(b) constant route", server, "/constant", one, options.seconds)
        with serving(ours, "/health/ready", scratch) as server:
            path = f"/plants/{manifest.plant}"
            c = measure("(c) ours, 1 feature row", server, f"{path}/features", one, options.seconds)
            measure(
                "(c) ours, 100 feature rows", server, f"{path}/features", hundred, options.seconds
            )
            measure("(d) ours, raw readings", server, f"{path}/forecasts", raw, options.seconds)
    print(
        f"serving beside a constant: ours {c.rate:.0f} requests/s, peer {b.rate:.0f} requests/s, "
        f"ratio {c.rate / b.rate:.2f}"
    )
    print(
        f"serving: ours {c.rate:.0f} requests/s, peer {a.rate:.0f} requests/s, "
        f"ratio {c.rate / a.rate:.1f}"
    )


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise SystemExit(f"{address} did not answer")


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [member for child in map(int, told) for member in (child, *_children(child))]


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise SystemExit(f"wrk said nothing of {pattern!r}:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


if __name__ == "__main__":
    main()
