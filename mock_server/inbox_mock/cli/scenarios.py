"""``inbox-mock scenarios``: list shipped scenarios, show one, and check files."""

import json
import sys

import click

from inbox_mock.cli import print_json
from inbox_mock.cli.completion import scenarios
from inbox_mock.console.ending import FINDINGS, WRONG
from inbox_mock.console.parameters import HostParameter
from inbox_mock.console.terminal import say, styled, table
from inbox_mock.domain.values import printable
from inbox_mock.scenarios.errors import ScenarioError, UnreadableScenarioError
from inbox_mock.scenarios.loading import Scenario, find, schema, shipped

SHOW = "show"
FOR_EDITORS = "# yaml-language-server: $schema=../../mock_server/inbox_mock/scenarios/scenario.schema.json\n"
"""Where an editor finds the schema of a shipped scenario in the checkout."""
HELD = ("rentals", "hosts", "clients", "bookings", "conversations", "participants", "messages", "attachments", "webhooks", "faults")
RUNS = "on a clock that runs, as under serve: give `clock` its `now`, or the `mode` manual"


@click.command("scenarios")
@click.argument("files", nargs=-1, metavar="[show NAME] | [FILE]...", shell_complete=scenarios)
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of scenario files, for editors.")
@click.option(
    "--allow-webhooks-to", multiple=True, type=HostParameter(), metavar="HOST", help="A host beyond this machine to which webhooks may go."
)
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, files: tuple[str, ...], print_schema: bool, allow_webhooks_to: tuple[str, ...], wanted: str) -> None:
    """List the shipped scenarios; with show NAME, print that one and what it holds; with names of files, check these.

    Exit code 1: one has an error, 2: one cannot be read.
    """
    if print_schema:
        click.echo(json.dumps(schema(), indent=2))
    elif files[:1] == (SHOW,):
        if len(files) != 2:
            raise click.UsageError(f"{SHOW}: found {len(files) - 1} names; expected one, of a shipped scenario, or the path of a file")
        _show(files[1], as_json=wanted == "json")
    elif files:
        _check(files, frozenset(name.lower() for name in allow_webhooks_to), as_json=wanted == "json")
    else:
        found = list(shipped())
        if wanted == "json":
            click.echo(json.dumps([{"name": scenario.name, "description": scenario.description} for scenario in found], indent=2))
        else:
            table(("scenario", "what it shows"), [(scenario.name, scenario.description) for scenario in found])
        sys.exit(FINDINGS if any(scenario.mistake for scenario in found) else 0)


def without_schema(text: str) -> str:
    """Return the text of a scenario file, of a shipped one without the schema's place, which leads nowhere beyond the checkout."""
    return text.removeprefix(FOR_EDITORS).removeprefix("#\n") if text.startswith(FOR_EDITORS) else text


def _show(name: str, *, as_json: bool) -> None:
    """Print a scenario's file as it is written, and then, in comments, what a sandbox of it holds. Exit 1 if it has an error."""
    try:
        scenario = find(name)
        held = _held(scenario)
    except ScenarioError as error:
        click.echo(printable(str(error)), err=True)
        sys.exit(WRONG if isinstance(error, UnreadableScenarioError) else FINDINGS)
    text = without_schema(scenario.text)
    if as_json:
        print_json({"name": scenario.name, "description": scenario.description, "text": text, "holds": held})
    else:
        click.echo(text.rstrip("\n"))
        counts = ", ".join(f"{noun} {count:,}" for noun, count in held.items() if count)
        click.echo(f"\n# A sandbox of it holds: {counts or 'nothing'}.")


def _held(scenario: Scenario) -> dict[str, int]:
    """Return how many records of each kind a sandbox of a scenario begins with, and how many events are to come."""
    from inbox_mock.app import Options, create_app
    from inbox_mock.scenarios.build import Overrides

    fake = create_app(Options(scenario=scenario, overrides=Overrides(mode="manual"), seed=0))
    try:
        with fake.sandboxes.get("default").work(marked=False) as work:
            counts = {noun: work.db.count(noun) for noun in HELD}
            return {**counts, "events to come": int(str(work.db.value("SELECT count(*) FROM timeline WHERE happened = 0")))}
    finally:
        fake.sandboxes.begin_anew()


def _check(files: tuple[str, ...], receivers: frozenset[str], *, as_json: bool) -> None:
    """Make the sandbox of each file; for programs, print what is wrong with each. Exit 1 if something is, 2 if one cannot be read."""
    errors: dict[str, list[str]] = {}
    code = 0
    for name in files:
        errors[name], found = _mistakes(name, receivers)
        code = max(code, found)
        if as_json:
            continue
        if errors[name]:
            click.echo("\n".join(map(printable, errors[name])), err=True)
        else:
            say(f"{name}: {styled('good', fg='green')}")
    if as_json:
        print_json([{"file": name, "mistakes": found} for name, found in errors.items()])
    sys.exit(code)


def _mistakes(name: str, receivers: frozenset[str]) -> tuple[list[str], int]:
    """Return what is wrong with a file, and its exit code. Its clock stands or runs as it says; else it must be right for both."""
    try:
        scenario = find(name)
        asked = scenario.data.get("clock", {}).get("mode")
        _make(scenario, asked or "manual", receivers)
    except ScenarioError as error:
        return str(error).splitlines(), WRONG if isinstance(error, UnreadableScenarioError) else FINDINGS
    try:
        _make(scenario, asked or "real", receivers)
    except ScenarioError as error:
        return [f"{line} ({RUNS})" for line in str(error).splitlines()], FINDINGS
    return [], 0


def _make(scenario: Scenario, mode: str, receivers: frozenset[str]) -> None:
    from inbox_mock.app import Options, create_app  # takes long, and a file that cannot be a scenario is refused without it
    from inbox_mock.scenarios.build import Overrides

    options = Options(scenario=scenario, overrides=Overrides(mode=mode), webhook_hosts=receivers)
    create_app(options).sandboxes.begin_anew()
