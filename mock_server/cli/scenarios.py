"""``inbox-mock scenarios``: what a sandbox can start from."""

import json
import sys

import click

from mock_server.scenarios.loading import find, schema, shipped
from mock_server.scenarios.making import Wishes, make
from mock_server.scenarios.mistakes import Mistake

FINDINGS = 1


@click.command("scenarios")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of scenario files, for editors.")
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, files: tuple[str, ...], print_schema: bool, wanted: str) -> None:
    """List the shipped scenarios; with files, check these instead."""
    if print_schema:
        click.echo(json.dumps(schema(), indent=2))
    elif files:
        _check(files)
    elif wanted == "json":
        click.echo(json.dumps([{"name": scenario.name, "description": scenario.description} for scenario in shipped()], indent=2))
    else:
        found = list(shipped())
        width = max(len(scenario.name) for scenario in found)
        for scenario in found:
            click.echo(f"{scenario.name:<{width}}  {scenario.description}")


COMMAND = command


def _check(files: tuple[str, ...]) -> None:
    mistakes = 0
    for name in files:
        try:
            make(find(name), Wishes(mode="manual"), 0.0)
            click.echo(f"{name}: good")
        except Mistake as mistake:
            mistakes += 1
            click.echo(str(mistake), err=True)
    sys.exit(FINDINGS if mistakes else 0)
