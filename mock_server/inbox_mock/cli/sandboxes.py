"""``inbox-mock sandboxes``: create, reset, snapshot, restore, fork and delete sandboxes."""

from pathlib import Path
from urllib.parse import quote

import click

from inbox_mock.cli import on_a_server, print_json
from inbox_mock.cli.completion import scenarios
from inbox_mock.cli.serve import ClockKind, Receiver
from inbox_mock.client import JSON, SandboxClient
from inbox_mock.console.terminal import say, styled, table
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.domain.values import LARGEST


class OfASandbox(click.Command):
    """A command about the sandbox that --sandbox names; one that is named by an argument is refused with that."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; UsageError if arguments are left."""
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            ctx.fail(instead(f"the argument {shown(left[0])}", "a sandbox as --sandbox ID"))
        return left


class Sandboxes(click.Group):
    """Commands about one sandbox, unless they say otherwise."""

    command_class = OfASandbox


@click.group("sandboxes", cls=Sandboxes, invoke_without_command=True)
@on_a_server()
@click.pass_context
def command(ctx: click.Context, *, sandbox: SandboxClient, as_json: bool) -> None:
    """List the sandboxes of a server; create, reset, snapshot, restore, fork and delete them.

    A subcommand affects the sandbox that --sandbox names.
    """
    if ctx.invoked_subcommand is not None:
        return
    found = sandbox.server.sandboxes()
    if as_json:
        print_json({"sandboxes": found})
        return
    rows = [
        (one["id"], one["scenario"], one["seed"], one["clock"]["now"], one["clock"]["mode"], "strict" if one["strict"] else "")
        for one in found
    ]
    table(("id", "scenario", "seed", "time", "clock", ""), rows)


# Their environment variables differ from those of serve: options of a server do not apply to every sandbox created on it.
@command.command("create", cls=click.Command)
@click.option(
    "--scenario",
    default="agency",
    show_default=True,
    envvar="INBOX_MOCK_SANDBOX_SCENARIO",
    shell_complete=scenarios,
    help="A shipped scenario, or a .yaml file.",
)
@click.option("--seed", type=click.IntRange(0, LARGEST), envvar="INBOX_MOCK_SANDBOX_SEED", help="What its dice start from.")
@click.option(
    "--clock", type=ClockKind(), metavar="manual|real|60x", envvar="INBOX_MOCK_SANDBOX_CLOCK", help="How its time goes.  [default: manual]"
)
@click.option(
    "--strict/--lenient", default=None, envvar="INBOX_MOCK_SANDBOX_STRICT", help="Refuse what the guide asks clients to refrain from."
)
@click.option(
    "--webhook-url",
    multiple=True,
    type=Receiver(),
    metavar="[ROLE=]URL",
    envvar="INBOX_MOCK_SANDBOX_WEBHOOK_URL",
    help="The address that hears the scenario's webhooks.",
)
@on_a_server(seed="--seed", scenario="--scenario", webhook_url="--webhook-url")
def create(
    *,
    sandbox: SandboxClient,
    as_json: bool,
    scenario: str,
    seed: int | None,
    clock: tuple[str, float | None] | None,
    strict: bool | None,
    webhook_url: tuple[tuple[str, str], ...],
) -> None:
    """Create a sandbox."""
    given = _scenario(scenario)
    name = None if isinstance(given, str) else Path(scenario).stem[:64]
    wanted: JSON = {"scenario": given, "name": name, "seed": seed, "strict": strict, "webhook_url": dict(webhook_url) or None}
    if clock is not None:
        wanted["clock"] = {"mode": clock[0]} | ({} if clock[1] is None else {"rate": clock[1]})
    made = sandbox.server.call("POST", "/sandboxes", {name: given for name, given in wanted.items() if given is not None})
    _show(made, as_json=as_json)


@command.command("show")
@on_a_server()
def show(*, sandbox: SandboxClient, as_json: bool) -> None:
    """Show a sandbox: address, token, clock."""
    _show(sandbox.admin("GET"), as_json=as_json)


@command.command("reset")
@on_a_server()
def reset(*, sandbox: SandboxClient, as_json: bool) -> None:
    """Reset to the scenario's start; tokens stay valid."""
    _show(sandbox.admin("POST", "/reset", {}), as_json=as_json)


@command.command("delete")
@on_a_server(id="--sandbox")
def delete(*, sandbox: SandboxClient, as_json: bool) -> None:
    """Delete a sandbox."""
    sandbox.admin("DELETE")
    if as_json:
        print_json({"id": sandbox.id})
    else:
        say(f"Sandbox {sandbox.id} is gone")


@command.command("snapshot")
@click.argument("name", required=False)
@on_a_server(name="NAME")
def snapshot(*, sandbox: SandboxClient, as_json: bool, name: str | None) -> None:
    """Take a snapshot under NAME; without a name, list the snapshots."""
    answer = sandbox.admin("GET", "/snapshots") if name is None else sandbox.admin("POST", "/snapshots", {"name": name})
    if as_json:
        print_json(answer)
    elif name is not None:
        say(f"Snapshot {answer['name']}: {answer['at']}, {answer['bytes']:,} bytes")
    elif answer["snapshots"]:
        table(("name", "time", "bytes"), [(kept["name"], kept["at"], f"{kept['bytes']:,}") for kept in answer["snapshots"]])
    else:
        say("no snapshots")


@command.command("forget")
@click.argument("name")
@on_a_server()
def forget(*, sandbox: SandboxClient, as_json: bool, name: str) -> None:
    """Delete the snapshot NAME."""
    sandbox.admin("DELETE", f"/snapshots/{quote(name, safe='')}")
    if as_json:
        print_json({"name": name})
    else:
        say(f"Snapshot {name} is gone")


@command.command("restore")
@click.argument("name")
@on_a_server()
def restore(*, sandbox: SandboxClient, as_json: bool, name: str) -> None:
    """Restore the snapshot NAME, its time and journal included; tokens stay valid."""
    _show(sandbox.admin("POST", f"/snapshots/{quote(name, safe='')}/restore", {}), as_json=as_json)


@command.command("fork")
@click.option("--snapshot", "name", metavar="NAME", help="Fork this snapshot.  [default: the sandbox as it is]")
@on_a_server(snapshot="--snapshot")
def fork(*, sandbox: SandboxClient, as_json: bool, name: str | None) -> None:
    """Fork a sandbox; the fork has tokens of its own."""
    _show(sandbox.admin("POST", "/fork", {} if name is None else {"snapshot": name}), as_json=as_json)


def _scenario(wanted: str) -> object:
    """Return a scenario as the admin API takes it: by name, or, if it is a file, as an object; UsageError if that holds none."""
    from inbox_mock.scenarios.errors import ScenarioError
    from inbox_mock.scenarios.loading import SUFFIXES, from_file

    path = Path(wanted)
    if path.suffix not in SUFFIXES and "/" not in wanted:
        return wanted
    try:
        return dict(from_file(path, wanted).data)
    except ScenarioError as error:
        raise click.UsageError(str(error)) from None


def _show(sandbox: JSON, *, as_json: bool) -> None:
    if as_json:
        print_json(sandbox)
        return
    clock = sandbox["clock"]
    say(f"Sandbox {styled(sandbox['id'], bold=True)}: {sandbox['scenario']}, {clock['now']}, {clock['mode']}")
    say(f"  API    {sandbox['api_url']}")
    say(f"  Token  {sandbox['token']}")
