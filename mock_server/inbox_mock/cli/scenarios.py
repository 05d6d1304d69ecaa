"""``inbox-mock scenarios``: list shipped scenarios, and check files."""

import json
import sys

import click

from inbox_mock.cli import FINDINGS, print_json
from inbox_mock.cli.completion import scenarios
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find, schema, shipped
from inbox_mock.terminal import say, styled, table


@click.command("scenarios")
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=scenarios)
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of scenario files, for editors.")
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, files: tuple[str, ...], print_schema: bool, wanted: str) -> None:
    """List the shipped scenarios; with files, check these instead."""
    if print_schema:
        click.echo(json.dumps(schema(), indent=2))
    elif files:
        _check(files, as_json=wanted == "json")
    else:
        found = list(shipped())
        if wanted == "json":
            click.echo(json.dumps([{"name": scenario.name, "description": scenario.description} for scenario in found], indent=2))
        else:
            table(("scenario", "what it shows"), [(scenario.name, scenario.description) for scenario in found])
        sys.exit(FINDINGS if any(scenario.mistake for scenario in found) else 0)


def _check(files: tuple[str, ...], *, as_json: bool) -> None:
    """Check files; for programs, print what is wrong with each. Exit 1 if something is."""
    errors: dict[str, list[str]] = {}
    for name in files:
        try:
            build_image(find(name), Overrides(mode="manual"), 0.0)
            errors[name] = []
        except ScenarioError as error:
            errors[name] = str(error).splitlines()
        if as_json:
            continue
        if errors[name]:
            click.echo("\n".join(errors[name]), err=True)
        else:
            say(f"{name}: {styled('good', fg='green')}")
    if as_json:
        print_json([{"file": name, "mistakes": found} for name, found in errors.items()])
    sys.exit(FINDINGS if any(errors.values()) else 0)
