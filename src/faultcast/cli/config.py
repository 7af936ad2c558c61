"""`faultcast config`: what configuration files may say."""

from __future__ import annotations

import click


@click.group()
def config() -> None:
    """Explain configuration files."""


@config.command()
def schema() -> None:
    """Print the JSON schema of a plant's configuration.

    \b
    Example:
      faultcast config schema > plant.schema.json
    """
    import json

    from faultcast.config.schema import plant_schema

    click.echo(json.dumps(plant_schema(), indent=2, ensure_ascii=False))
