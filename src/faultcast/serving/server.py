"""Run the application: models from folders, one process a worker."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from faultcast.serving.app import create_app
from faultcast.serving.served import Served, ServedPlant


def serve(folders: list[Path], host: str, port: int) -> None:
    """Serve the models of some folders until interrupted."""
    served = Served(map(ServedPlant.load, folders))
    uvicorn.run(create_app(served), host=host, port=port, access_log=False, server_header=False)
