"""`faultcast config`: what configuration files may say."""

from __future__ import annotations

import click


@click.group()
def config() -> None:
    """Explain configuration files."""


@config.command()
@click.argument("kind", type=click.Choice(["plant", "case"]), default="plant")
def schema(kind: str) -> None:
    """Print the JSON schema of a plant's configuration, or of a case's.

    \b
    Example:
      faultcast config schema > plant.schema.json
    """
    import json

    from faultcast.config.schema import case_schema, plant_schema

    click.echo(
        json.dumps(
            case_schema() if kind == "case" else plant_schema(), indent=2, ensure_ascii=False
        )
    )
