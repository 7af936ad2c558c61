"""Forecasts over HTTP: ours beside `mlflow models serve` and a route that returns a constant.

One model, the same rows, one worker each, on the loopback; wrk loads one server after the other
with 16 connections, in several rounds. Served are

- (a) `mlflow models serve` of the model as a registered version is (its ONNX flavour);
- (b) a FastAPI route that returns a constant, under uvicorn;
- (c) ours from ready feature rows, 1 and 100 in a request;
- (d) ours from the raw readings and events of one machine.

What is told of each is the median of the rounds, and of two the median of the rounds' ratios: what
else the computer does changes both alike. p50 and p99 are given at full load and with one
connection, which is about half of it. The processor's time for a request counts all processes of a
server. Start-up is from the command to the first good answer; memory is the largest resident set of
the server's processes together.

Needs wrk (`apt-get install wrk`) and a trained model.

Example:
    python benchmarks/serving.py models/bottling --seconds 5 --rounds 3
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from faultcast.scoring.manifest import Manifest
from faultcast.serving.example import example_readings, example_row
from faultcast.tracking.mlmodel import write_mlmodel
from faultcast.tracking.model_folder import ModelFolder

BIN = Path(sys.executable).parent
CONNECTIONS, HALF = 16, 1
COLUMNS = ["", "requests/s", "p50 ms", "p99 ms", "half load: p50 ms", "half load: p99 ms"]
COLUMNS += ["processor us", "memory MiB", "start s", "failed"]
CONSTANT = """
from fastapi import FastAPI
app = FastAPI()
@app.post("/constant")
async def constant() -> dict[str, float]:
    return {"probability": 0.5}
"""


@dataclass(frozen=True)
class Load:
    """Requests per second, latencies in ms, answers that were no 200, processor's us a request."""

    rate: float
    p50: float
    p99: float
    failed: int
    processor: float


@dataclass
class Server:
    """A running server, how long it took to answer, and what it is asked."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def memory(self) -> float:
        """Return the largest resident sets of its processes together, in MiB."""
        told = [Path(f"/proc/{pid}/status").read_text() for pid in self.family()]
        peaks = [re.search(r"VmHWM:\s+(\d+)", text) for text in told]
        return sum(int(peak[1]) for peak in peaks if peak) / 1024

    def processor(self) -> float:
        """Return the seconds that its processes have had of the processor."""
        told = [Path(f"/proc/{pid}/stat").read_text() for pid in self.family()]
        ticks = [int(tick) for text in told for tick in text.rpartition(")")[2].split()[11:13]]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")

    def family(self) -> list[int]:
        """Return the ids of its processes."""
        return [self.process.pid, *_children(self.process.pid)]

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
            before = self.processor()
            told = subprocess.run(
                [*command, "-s", script.name, address], capture_output=True, text=True, check=True
            ).stdout
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
        if not (answered := int(_found(r"(\d+) requests in", told))):
            raise SystemExit(f"{path} answered nothing within {seconds} s: give it more")
        return Load(
            float(_found(r"Requests/sec:\s+([\d.]+)", told)),
            _milliseconds(_found(r"(?m)^\s+50%\s+(\S+)", told)),
            _milliseconds(_found(r"(?m)^\s+99%\s+(\S+)", told)),
            int(failed[1]) if failed else 0,
            (self.processor() - before) / answered * 1e6,
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


@dataclass
class Subject:
    """What is measured: a request to a server, and what each round saw at full and half load."""

    name: str
    server: Server
    path: str
    body: bytes
    full: list[Load] = field(default_factory=list)
    half: list[Load] = field(default_factory=list)

    def measure(self, seconds: int) -> None:
        """Load the server twice."""
        self.full.append(self.server.load(self.path, self.body, CONNECTIONS, seconds))
        self.half.append(self.server.load(self.path, self.body, HALF, seconds))

    def row(self) -> str:
        """Return what was seen as a row of a table."""
        full, half = _medians(self.full), _medians(self.half)
        failed = sum(load.failed for load in (*self.full, *self.half))
        numbers = [f"{full.rate:.0f}", f"{full.p50:.2f}", f"{full.p99:.2f}"]
        numbers += [f"{half.p50:.2f}", f"{half.p99:.2f}", f"{full.processor:.0f}"]
        numbers += [f"{self.server.memory():.0f}", f"{self.server.seconds:.1f}", str(failed)]
        return _row([self.name, *numbers])

    def beside(self, peer: Subject) -> str:
        """Return how many times better it is than another."""
        ratio = median(
            ours.rate / other.rate for ours, other in zip(self.full, peer.full, strict=True)
        )
        ours, other = _medians(self.full), _medians(peer.full)
        return (
            f"ours {ours.rate:.0f} requests/s, peer {other.rate:.0f} requests/s, ratio {ratio:.2f}"
        )


def subjects(folder: Path, scratch: Path, running: ExitStack) -> Iterator[Subject]:
    """Start the servers, one after the other, and yield what is measured."""
    manifest = Manifest.read(folder)
    row = {name: 0 if value is None else value for name, value in example_row(manifest).items()}
    one, hundred = (json.dumps({"rows": [row] * count}).encode() for count in (1, 100))
    split = {"columns": list(row), "data": [list(row.values())]}
    raw = json.dumps(example_readings(manifest)).encode()
    (scratch / "constant.py").write_text(CONSTANT)
    shutil.copytree(folder, scratch / "model")
    write_mlmodel(ModelFolder.read(folder), scratch / "model")
    ours = [str(BIN / "faultcast"), "serve", "--artifacts", str(folder.parent)]
    ours += ["--plant", folder.name, "--port", "{port}"]
    mlflow = [str(BIN / "mlflow"), "models", "serve", "--env-manager", "local"]
    mlflow += ["--workers", "1", "-m", str(scratch / "model"), "--port", "{port}"]
    uvicorn = [str(BIN / "uvicorn"), "constant:app", "--no-access-log", "--port", "{port}"]
    body, path = json.dumps({"dataframe_split": split}).encode(), f"/plants/{manifest.plant}"
    server = running.enter_context(serving(mlflow, "/ping", scratch))
    yield Subject("(a) mlflow models serve", server, "/invocations", body)
    server = running.enter_context(serving(uvicorn, "/openapi.json", scratch))
    yield Subject("(b) constant route", server, "/constant", one)
    server = running.enter_context(serving(ours, "/health/ready", scratch))
    yield Subject("(c) ours, 1 feature row", server, f"{path}/features", one)
    yield Subject("(c) ours, 100 feature rows", server, f"{path}/features", hundred)
    yield Subject("(d) ours, raw readings", server, f"{path}/forecasts", raw)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a model's folder, such as models/bottling")
    parser.add_argument("--seconds", type=int, default=5, help="of load a measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of measurements")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        measured = list(subjects(options.folder.resolve(), Path(name), running))
        for one in measured:
            one.server.load(one.path, one.body, 1, 1)
        for _ in range(options.rounds):
            for one in measured:
                one.measure(options.seconds)
        print(
            _row(COLUMNS), _row(["---"] * len(COLUMNS)), *(one.row() for one in measured), sep="\n"
        )
    print(f"load of the computer in the last minutes: {os.getloadavg()}")
    mlflow, constant, ours, *_ = measured
    print(f"serving beside a constant: {ours.beside(constant)}")
    print(f"serving: {ours.beside(mlflow)}")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _medians(loads: list[Load]) -> Load:
    return Load(**{key: median(vars(load)[key] for load in loads) for key in vars(loads[0])})


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
