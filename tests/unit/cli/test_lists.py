from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from faultcast.cli.lists import ListsCommand


@click.command(cls=ListsCommand)
@click.argument("data")
@click.argument("notebook")
@click.option("--plant", multiple=True)
@click.option("-p", "parameters", nargs=2, multiple=True)
@click.option("-n", "name")
@click.option("--no-run", is_flag=True)
def command(**given: object) -> None:
    click.echo([given[name] for name in sorted(given)])


@pytest.mark.parametrize(
    "words",
    [
        "x y.ipynb --plant a b -p i 1 j -2 -n s --no-run",
        "x y.ipynb --plant a --plant b -p i 1 -p j -2 -n s --no-run",
        "--no-run -n s -p i 1 --plant a x y.ipynb --plant b -p j -2",
        "--plant a x --no-run y.ipynb --plant b -n s -p i 1 j -2",
    ],
)
def test_values_follow_their_option_once_or_each(words: str) -> None:
    ended = CliRunner().invoke(command, words.split())
    assert ended.exit_code == 0, ended.output
    expected = ["x", "s", True, "y.ipynb", (("i", "1"), ("j", "-2")), ("a", "b")]
    assert ended.output == f"{expected}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("x y.ipynb z", "unexpected extra argument (z)"),
        ("x y.ipynb -n s z", "unexpected extra argument (z)"),
        ("x y.ipynb --no-run z", "unexpected extra argument (z)"),
        ("x y.ipynb -p i 1 j", "requires 2 arguments"),
        ("x y.ipynb --plants a", "No such option"),
        ("x", "Missing argument"),
    ],
)
def test_what_is_too_much_or_too_little_is_refused(words: str, message: str) -> None:
    ended = CliRunner().invoke(command, words.split())
    assert ended.exit_code == 2
    assert message in ended.output
