"""``inbox-mock clock``: show, advance and rewind a sandbox's clock."""

import sys
from math import isfinite

import click
from click.shell_completion import CompletionItem

from inbox_mock.cli import on_a_server, print_json
from inbox_mock.client import JSON, SandboxClient
from inbox_mock.console.ending import FINDINGS
from inbox_mock.console.parameters import Group
from inbox_mock.console.terminal import complain, say, styled

IDLE = "idle"


def _events(_ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the kinds of events that ``--until`` takes."""
    from inbox_mock.admin.clock import until

    return [CompletionItem(kind) for kind in until() if kind.startswith(incomplete)]


@click.group("clock", cls=Group, invoke_without_command=True)
@on_a_server()
@click.pass_context
def command(ctx: click.Context, *, sandbox: SandboxClient, as_json: bool) -> None:
    """Show a sandbox's clock, advance, rewind, pause or run it."""
    if ctx.invoked_subcommand is None:
        _show(sandbox.admin("GET", "/clock"), as_json=as_json)


@command.command("advance")
@click.argument("by", required=False)
@click.option("--to", metavar="TIME", help="Advance to a time, such as 2030-06-02T00:00:00Z.")
@click.option(
    "--until",
    metavar="EVENT|idle",
    shell_complete=_events,
    help="Advance until an event such as conversation_opened, or until none is left. Exit 1 if it does not come.",
)
@on_a_server(by="BY", to="--to", until="--until")
def advance(*, sandbox: SandboxClient, as_json: bool, by: str | None, to: str | None, until: str | None) -> None:
    """Advance BY a duration such as 90s, 10m, 2h, 1d; print what happens on the way."""
    wanted = {name: text for name, text in (("by", by), ("to", to), ("until", until)) if text is not None}
    if len(wanted) != 1:
        raise click.UsageError("say one of BY (10m), --to (2030-06-02T00:00:00Z) and --until (idle)")
    answer = sandbox.admin("POST", "/clock/advance", wanted)
    came = until in {None, IDLE, *(event["kind"] for event in answer["happened"])}
    if as_json:
        print_json(answer)
    else:
        earlier = answer["count"] - len(answer["happened"])
        if earlier:
            say(f"{earlier:,} earlier events are not shown", dim=True)
        for event in answer["happened"]:
            say(f"{styled(event['at'], dim=True)}  {event['kind']}  {', '.join(_told(event['about']))}".rstrip())
        say(f"{answer['now']}  now" + ("" if answer["happened"] else "; nothing happened"), bold=True)
        if "why" in answer:
            say(answer["why"], fg="yellow")
    if not came:
        complain(f"there was no {until} to come; the clock stands at {answer['now']}")
        sys.exit(FINDINGS)


@command.command("rewind")
@click.option("--to", metavar="TIME", help="Go back to a time, such as 2030-06-01T12:00:00Z.")
@click.option("--event", type=int, metavar="ID", help="Go back to before an event of the timeline.")
@click.option("--request", metavar="ID", help="Go back to before a request: the id of its journal entry, or its X-Request-Id.")
@click.option("--point", type=int, metavar="ID", help="Go back to a checkpoint, as `clock points` lists them.")
@on_a_server(to="--to", event="--event", request="--request", point="--point")
def rewind(*, sandbox: SandboxClient, as_json: bool, to: str | None, event: int | None, request: str | None, point: int | None) -> None:
    """Go back, and act otherwise. Records, journal and timeline go back as well; tokens stay valid."""
    wanted = {"to": to, "event": event, "request": request, "point": point}
    if sum(given is not None for given in wanted.values()) != 1:
        raise click.UsageError("say one of --to (2030-06-01T12:00:00Z), --event, --request and --point (an id)")
    answer = sandbox.clock.rewind(to, event=event, request=request, point=point)
    if as_json:
        print_json(answer)
    else:
        say(f"{answer['now']}  now, before {answer['point']['says']}", bold=True)


@command.command("points")
@on_a_server()
def points(*, sandbox: SandboxClient, as_json: bool) -> None:
    """List the checkpoints, oldest first: those before requests that wrote, admin actions and events."""
    found = sandbox.clock.points()
    if as_json:
        print_json({"points": found})
    elif not found:
        say("no checkpoint yet: each request that writes, each admin action and each event makes one")
    else:
        for one in found:
            history = "" if one["past"] else f"  (history {one['branch']})"
            say(f"{one['id']:>5}  {styled(one['at'], dim=True)}  before {one['says']}{history}")


@command.command("pause")
@on_a_server()
def pause(*, sandbox: SandboxClient, as_json: bool) -> None:
    """Pause the clock until it is advanced."""
    _show(sandbox.admin("PATCH", "/clock", {"mode": "manual"}), as_json=as_json)


@command.command("run")
@click.option("--rate", type=float, help="Seconds per second: 60 is a minute each second.  [default: as before]")
@on_a_server(rate="--rate")
def run(*, sandbox: SandboxClient, as_json: bool, rate: float | None) -> None:
    """Run the clock."""
    if rate is not None and not isfinite(rate):
        raise click.BadParameter("seconds per second are a number", param_hint="--rate")
    _show(sandbox.admin("PATCH", "/clock", {"mode": "real"} | ({} if rate is None else {"rate": rate})), as_json=as_json)


def _show(clock: JSON, *, as_json: bool) -> None:
    if as_json:
        print_json(clock)
    elif clock["mode"] == "manual":
        click.echo(f"{clock['now']}  manual: it stands until you advance it")
    else:
        click.echo(f"{clock['now']}  real: it runs at {clock['rate']:g}x")


def _told(about: JSON) -> list[str]:
    """Return an event's ``about`` in words: the records that it names, and its result."""
    told = []
    for name, found in about.items():
        if name.endswith("_ids") and found:
            told.append(f"{name.removesuffix('_ids')} {' and '.join(map(str, found))}")
        elif name.endswith("_id") and found is not None:
            told.append(f"{name.removesuffix('_id')} {found}")
        elif name == "outcome":
            told.append(str(found))
        elif name == "refused":
            told.append(f"did not happen: {found}")
    return told
