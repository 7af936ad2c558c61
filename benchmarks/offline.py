"""What a training waits for a tracking server that is dead or silent: ours beside MLflow's client.

Each way keeps one run (parameters, metrics, a model file) in a process of its own, against a port
where nobody listens and one where somebody accepts and never answers:

- plain: MLflow's client with its defaults, ended after `--limit` seconds;
- ours: the run is written to disk, then delivered by `faultcast sync --within 3`.

Imports are not counted. The last line is about the silent server.

Example:
    python benchmarks/offline.py --limit 60
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

METRICS = {f"metric{number}": number / 10 for number in range(20)}
PARAMETERS = {f"parameter{number}": number for number in range(10)}


def ours(folder: Path) -> float:
    """Keep a run and try to deliver it; return the seconds."""
    import mlflow  # noqa: F401  as for the peer, its import is not counted

    from faultcast.config.layout import Layout
    from faultcast.tracking.record import pending, record_run
    from faultcast.tracking.sync import BoundedSync

    layout = Layout(folder)
    began = perf_counter()
    record_run(
        *(layout, "mill", "04_train", datetime.now(UTC), PARAMETERS, METRICS),
        {"model": folder / "model.onnx"},
    )
    job = BoundedSync(layout, 3)
    job.run()
    seconds = perf_counter() - began
    assert len(pending(layout)) == 1, "the run is not on disk"
    return seconds


def plain(folder: Path) -> float:
    """Track a run as MLflow's own examples do; return the seconds."""
    import mlflow

    began = perf_counter()
    try:
        mlflow.set_experiment("mill")
        with mlflow.start_run():
            mlflow.log_params(PARAMETERS)
            mlflow.log_metrics(METRICS)
            mlflow.log_artifact(str(folder / "model.onnx"))
    except mlflow.exceptions.MlflowException as failure:
        print(f"plain: {str(failure)[:100]} ...", file=sys.stderr)
    return perf_counter() - began


def measure(way: str, uri: str, limit: float) -> float | None:
    """Return the seconds of a way in a process of its own; None where it took longer."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.onnx").write_bytes(bytes(1_000_000))
        environment = {name: value for name, value in os.environ.items() if "MLFLOW" not in name}
        try:
            done = subprocess.run(
                [sys.executable, __file__, "--way", way, "--folder", folder],
                env=environment | {"MLFLOW_TRACKING_URI": uri},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            return None
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for the plain client")
    parser.add_argument("--way", choices=["ours", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(json.dumps((ours if asked.way == "ours" else plain)(asked.folder)))
        return
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = {
            "dead": "http://127.0.0.1:9",
            "silent": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        for name, uri in servers.items():
            mine, peer = measure("ours", uri, asked.limit), measure("plain", uri, asked.limit)
            assert mine is not None, "ours took longer than the limit"
            more = "more than " if peer is None else ""
            peer = peer or asked.limit
            print(f"{name} server: ours {mine:.2f} s, plain MLflow client {more}{peer:.1f} s")
    print(f"offline: ours {mine:.2f} s, peer {more}{peer:.1f} s, ratio {peer / mine:.0f}")


if __name__ == "__main__":
    main()
