"""`faultcast serve`: the REST API."""

from __future__ import annotations

import click


@click.command()
@click.option("--plant", "plants", multiple=True, help="Serve this plant only; may be repeated.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
def serve(plants: tuple[str, ...], host: str, port: int) -> None:
    """Answer requests for forecasts over HTTP.

    \b
    Example:
      faultcast serve --plant bottling
    """
    from faultcast.config.layout import Layout
    from faultcast.serving.server import serve as serve_models

    home = Layout.find().root / "models"
    names = plants or sorted(path.parent.name for path in home.glob("*/manifest.json"))
    serve_models([home / name for name in names], host, port)
