"""`faultcast ask`: see that a running server answers well."""

from __future__ import annotations

import json
from typing import TextIO

import click


@click.command()
@click.argument("url", default="http://127.0.0.1:8080")
@click.option(
    "--known",
    type=click.File(encoding="utf-8"),
    help="JSON of cases' rows with the predictions that must come back (- reads it from stdin).",
)
def ask(url: str, known: TextIO | None) -> None:
    """Ask the server at URL for a forecast of every model that it serves, and check the answers.

    Each model is asked the example of its own description. An API key is taken from the variable
    FAULTCAST_API_KEY.

    \b
    Example:
      faultcast ask http://127.0.0.1:8080
    """
    from faultcast.serving.ask import ask_examples, ask_known
    from faultcast.settings import own_api_key

    key = own_api_key()
    for path, version, count in ask_examples(url, key):
        click.echo(f"{path}: version {version} gives {count} probabilities")
    if known:
        for path, version, count in ask_known(url, json.load(known), key):
            click.echo(f"{path}: version {version} gives the {count} known answers")
