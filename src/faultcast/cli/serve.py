"""`faultcast serve` and `faultcast api-key`: the REST API and who may call it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--plant", "plants", multiple=True, help="Serve this plant; may be repeated.")
@click.option("--case", "cases", multiple=True, help="Serve this case; may be repeated.")
@click.option(
    "--artifacts",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of model folders.  [default: ARTIFACTS_HOME; else the registry's champions; else "
    "the project's models/]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes that answer."
)
@click.option("--demo", is_flag=True, help="Show the project's plants as if their data ended now.")
def serve(
    plants: tuple[str, ...],
    cases: tuple[str, ...],
    artifacts: Path | None,
    host: str,
    port: int,
    workers: int,
    demo: bool,
) -> None:
    """Answer requests for forecasts over HTTP.

    Serves the champions of the registry, or the models of a folder: all unless some are named. A
    new champion, or a model that is replaced in the folder, serves within seconds. The API
    describes itself at /docs. Beyond the loopback it needs API keys (see faultcast api-key).

    \b
    Example:
      faultcast serve --plant bottling
    """
    from contextlib import ExitStack

    from faultcast.config.layout import Layout
    from faultcast.settings import artifacts_home

    names, home = (*plants, *cases), artifacts or artifacts_home()
    root = None if home else Layout.find().root
    with ExitStack() as stack:
        if root:
            from faultcast.cli.champions import champions

            fetched = stack.enter_context(champions(root, names))
        # Loaded while the registry is asked.
        from faultcast.serving.server import Plan
        from faultcast.serving.server import serve as serve_models

        if root:
            home = fetched() or root / "models"
        assert home
        if demo and (workers > 1 or root is None):
            raise click.UsageError("--demo needs a project with its models/, and one worker")
        address = f"http://{host}:{port}"
        click.echo(f"Models: {home}; the board: {address}/; the API: {address}/docs", err=True)
        serve_models(Plan(home.absolute(), names, root, demo), host, port, workers)


@click.command("api-key")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["read", "forecast"]),
    default="forecast",
    show_default=True,
    help="read: pages and lists; forecast: forecasts too.",
)
def api_key(name: str, role: str) -> None:
    """Make an API key for NAME.

    Prints the key, which is kept nowhere, and its entry for the variable FAULTCAST_API_KEYS of
    `faultcast serve` (entries apart by commas).

    \b
    Example:
      faultcast api-key line-control --role forecast
    """
    from faultcast.serving.keys import Role, new_key

    key, entry = new_key(name, Role(role))
    click.echo(f"key    {key}")
    click.echo(f"entry  {entry}")
