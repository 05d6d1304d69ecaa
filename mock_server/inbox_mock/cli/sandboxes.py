"""``inbox-mock sandboxes``: create, label, reset, snapshot, restore, fork, delete and prune sandboxes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from inbox_mock.cli import on_a_server, on_no_sandbox, print_json
from inbox_mock.cli.completion import scenarios
from inbox_mock.cli.health import DurationType
from inbox_mock.client import JSON, AdminClient, SandboxClient
from inbox_mock.console.parameters import ClockKind, Group
from inbox_mock.console.terminal import complain, say, styled, table
from inbox_mock.domain.access import told_id
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.domain.values import LARGEST
from inbox_mock.serving.parameters import Receiver


class OfASandbox(click.Command):
    """A command about the sandbox that --sandbox names; one that is named by an argument is refused with that."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; UsageError if arguments are left."""
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            ctx.fail(instead(f"the argument {shown(left[0])}", "a sandbox as --sandbox ID"))
        return left


class SandboxCommands(Group):
    """Commands about one sandbox, unless they say otherwise."""

    command_class = OfASandbox


def takes_label(prefix: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command that says something of a sandbox: its name, a note, and for how long it is kept unused."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        says = {"name": "What it is called.", "note": "What others should know of it.", "ttl": "Keep it so long unused: 7d, or never."}
        for name in reversed(says):
            command = click.option(f"--{name}", envvar=f"INBOX_MOCK_{prefix}{name.upper()}", help=says[name])(command)
        return command

    return decorate


def label(given: JSON) -> JSON:
    """Return what the options of `takes_label` say, as the admin API takes it."""
    return {name: None if (name, text) == ("ttl", "never") else text for name, text in given.items() if text is not None}


@click.group("sandboxes", cls=SandboxCommands, invoke_without_command=True)
@click.option("--named", metavar="TEXT", help="List those only whose name or id contains it.")
@on_a_server()
@click.pass_context
def command(ctx: click.Context, *, sandbox: SandboxClient, as_json: bool, named: str | None) -> None:
    """List the sandboxes of a server; create, label, reset, snapshot, restore, fork, delete and prune them.

    A subcommand affects the sandbox that --sandbox names.
    """
    if ctx.invoked_subcommand is not None:
        return
    found = sandbox.server.sandboxes(named or "")
    if as_json:
        print_json({"sandboxes": found})
        return
    if named is not None and not found:
        complain(f"no sandbox of {sandbox.server.root} has {named!r} in its name or id")
    table(("id", "scenario", "seed", "time", "clock", "", "name", "owner", "expires", "note"), list(map(_row, found)))


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
    "--cached/--uncached",
    default=True,
    envvar="INBOX_MOCK_SANDBOX_CACHED",
    help="Keep answers until a record changes, or make each anew.  [default: cached]",
)
@click.option(
    "--webhook-url",
    multiple=True,
    type=Receiver(),
    metavar="[ROLE=]URL",
    envvar="INBOX_MOCK_SANDBOX_WEBHOOK_URL",
    help="The address that hears the scenario's webhooks.",
)
@takes_label("SANDBOX_")
@on_no_sandbox(seed="--seed", scenario="--scenario", webhook_url="--webhook-url", name="--name", note="--note", ttl="--ttl")
def create(
    *,
    server: AdminClient,
    as_json: bool,
    scenario: str,
    seed: int | None,
    clock: tuple[str, float | None] | None,
    strict: bool | None,
    cached: bool,
    webhook_url: tuple[tuple[str, str], ...],
    **said: str | None,
) -> None:
    """Create a sandbox."""
    given = _scenario(scenario)
    name = None if isinstance(given, str) else Path(scenario).stem[:64]
    wanted: JSON = {"scenario": given, "name": name, "seed": seed, "strict": strict, "cached": cached}
    wanted["webhook_url"] = dict(webhook_url) or None
    if clock is not None:
        wanted["clock"] = {"mode": clock[0]} | ({} if clock[1] is None else {"rate": clock[1]})
    wanted = {name: given for name, given in wanted.items() if given is not None}
    made = server.call("POST", "/sandboxes", wanted | label(said))
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


@command.command("label")
@takes_label("LABEL_")
@on_a_server(name="--name", note="--note", ttl="--ttl")
def change_label(*, sandbox: SandboxClient, as_json: bool, **said: str | None) -> None:
    """Name a sandbox, note something about it, or keep it for another time unused."""
    _show(sandbox.label(**label(said)), as_json=as_json)


@command.command("prune", cls=click.Command)
@click.option("--dry-run", is_flag=True, help="Remove nothing: say what would be.")
@click.option("--older-than", type=DurationType(), metavar="30d", help="Remove also what nobody has used for so long.")
@on_no_sandbox(older_than="--older-than")
def prune(*, server: AdminClient, as_json: bool, dry_run: bool, older_than: timedelta | None) -> None:
    """Remove every sandbox that has expired."""
    found = server.prune(older_than, dry_run=dry_run)
    if as_json:
        print_json(found)
        return
    pruned = found["sandboxes"]
    if pruned:
        headings = ("id", "name", "owner", "note")
        table(headings, [[one[name] or "" for name in headings] for one in pruned])
    say(f"{'Would remove' if dry_run else 'Removed'} {len(pruned)} sandbox{'' if len(pruned) == 1 else 'es'}, {found['bytes']:,} bytes")


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
@click.option("--snapshot", metavar="NAME", help="Fork this snapshot.  [default: the sandbox as it is]")
@takes_label("FORK_")
@on_a_server(snapshot="--snapshot", name="--name", note="--note", ttl="--ttl")
def fork(*, sandbox: SandboxClient, as_json: bool, snapshot: str | None, **said: str | None) -> None:
    """Fork a sandbox; the fork has tokens, a name and a note of its own, and is kept unused for as long."""
    _show(sandbox.admin("POST", "/fork", ({} if snapshot is None else {"snapshot": snapshot}) | label(said)), as_json=as_json)


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


def _row(one: JSON) -> tuple[Any, ...]:
    clock, said = one["clock"], (one[name] or "" for name in ("name", "owner", "expires_at", "note"))
    return told_id(one["id"]), one["scenario"], one["seed"], clock["now"], clock["mode"], ", ".join(_unusual(one)), *said


def _unusual(one: JSON) -> list[str]:
    """Return in which ways a sandbox is not as most are."""
    told = {"strict": one["strict"], "uncached": not one.get("cached", True)}
    return [word for word, holds in told.items() if holds]


def _show(sandbox: JSON, *, as_json: bool) -> None:
    if as_json:
        print_json(sandbox)
        return
    clock = sandbox["clock"]
    world = ", ".join([sandbox["scenario"], clock["now"], clock["mode"], *_unusual(sandbox)])
    say(f"Sandbox {styled(told_id(sandbox['id']), bold=True)}: {world}")
    say(f"  API    {sandbox['api_url']}")
    for heading, name in (("Token", "token"), ("Name", "name"), ("Note", "note"), ("Owner", "owner"), ("Until", "expires_at")):
        if sandbox[name] is not None:
            say(f"  {heading:5}  {sandbox[name]}")
