"""``inbox-mock serve``: run the fake."""

import re
import socket
import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from inbox_mock.api.cross_origin import EXPECTED, is_origin
from inbox_mock.api.proxies import public_root
from inbox_mock.app import Options
from inbox_mock.cli.completion import scenarios
from inbox_mock.cli.health import Duration
from inbox_mock.console.guard import WRONG
from inbox_mock.console.parameters import ClockKind, HostParameter, NetworkParameter, ParameterType, takes_admin_tokens
from inbox_mock.console.room import takes_room
from inbox_mock.console.stopping import STOP
from inbox_mock.console.terminal import complain, progress
from inbox_mock.domain.addresses import Network
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.domain.errors import HomeUnavailable, Refusal
from inbox_mock.domain.room import Room
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.domain.values import LARGEST
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.kept import kept
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.greeting import greet, warn
from inbox_mock.serving.listening import PortTaken
from inbox_mock.serving.port_file import PortFileError, prepare_port_file, remove_port_file, write_port_file
from inbox_mock.serving.running import Serving, run
from inbox_mock.serving.server import Server
from inbox_mock.webhooks.deliveries import RECEIVER

ROLE = re.compile(r"([A-Za-z][\w-]*)=(.*)")
MOST_PROXIES = 100
MOST_WORKERS = 100
OFF = Path("off")
OF_A_SCENARIO = ("scenario", "clock", "strict", "rate_limit", "webhook_url")


class Receiver(ParameterType):
    """The address that takes a role of the scenario's: ``http://127.0.0.1:9000/``, or ``auditor=http://127.0.0.1:9001/``."""

    name = "[ROLE=]URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return the role and the address."""
        del param, ctx
        found = ROLE.fullmatch(str(value))
        return (found[1], found[2]) if found else (RECEIVER, str(value))


class PublicUrl(ParameterType):
    """The URL of the server behind a proxy."""

    name = "URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the root with which every address begins."""
        try:
            return public_root(str(value).strip())
        except ValueError as error:
            self.fail(instead(shown(value), str(error)), param, ctx)


def _origins(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the origins, as browsers write them."""
    found = tuple(origin.lower().rstrip("/") for origin in given)
    wrong = next((origin for origin in found if not is_origin(origin)), None)
    if wrong is not None:
        raise click.BadParameter(instead(shown(wrong), EXPECTED), ctx, param)
    return found


def _without_brackets(_ctx: click.Context, _param: click.Parameter, host: str) -> str:
    """Return a host as it is bound: an address of IPv6 may be written as in a URL, in brackets."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


class Store(ParameterType):
    """The URL of a PostgreSQL database, which may hold a password: a refusal does not repeat it."""

    name = "URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the URL."""
        if not str(value).startswith(("postgresql://", "postgres://")):
            self.fail("found no URL of PostgreSQL; expected postgresql://USER@HOST/DATABASE", param, ctx)
        return str(value)


def _of_data(ctx: click.Context, param: click.Parameter, durable: bool) -> bool:  # noqa: FBT001 - as click calls it
    """Return whether what is kept is durable."""
    if durable and ctx.params.get("data") is None:
        raise click.BadParameter("it is about what is kept in a directory; expected --data DIR, too", ctx, param)
    return durable


def _of_a_home(ctx: click.Context, param: click.Parameter, workers: int | None) -> int | None:
    """Return the number of processes, which share what is kept."""
    if workers is not None and ctx.params.get("data") is None and ctx.params.get("store") is None:
        raise click.BadParameter("each process has a memory of its own; expected --data DIR or --store URL, too", ctx, param)
    if workers is not None and not hasattr(socket, "send_fds"):
        raise click.BadParameter("on this system no process can hand a connection over to another one", ctx, param)
    return workers


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, callback=_without_brackets, help="The address to listen on.")
@click.option("--port", default=8089, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on; 0 picks a free one.")
@click.option("--port-file", type=click.Path(path_type=Path), help="Where to write the port, once the server answers.")
@click.option(
    "--scenario",
    default="agency",
    show_default=True,
    shell_complete=scenarios,
    help="A shipped scenario's name, or the path of a .yaml file.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Go on from where a reproduction bundle ends. Webhooks go nowhere until an address is subscribed.",
)
@click.option(
    "--clock", type=ClockKind(), metavar="manual|real|60x", help="Stand still until advanced, run, or run faster.  [default: real]"
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST),
    help="What the dice start from, and the ids and tokens of sandboxes, which are random otherwise.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    is_eager=True,
    metavar="DIR",
    help="Where sandboxes are kept.  [default: in memory]",
)
@click.option("--durable", is_flag=True, callback=_of_data, help="With --data, let what was answered survive a power cut.")
@click.option(
    "--store",
    type=Store(),
    is_eager=True,
    metavar="URL",
    help="The PostgreSQL database where sandboxes are kept, postgresql://USER@HOST/DATABASE. Other users of this machine see a password "
    "in it in the list of processes; they do not see what the variable holds, or PGPASSWORD.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    callback=_of_a_home,
    metavar="N",
    help="With --data or --store, serve by so many processes, and start anew what ends.  [default: this process alone]",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR|off",
    help="Where to keep, for the next start, a scenario that was checked, and the image of one that ships.  "
    "[default: inbox-mock in the user's cache folder]",
)
@click.option("--strict/--lenient", default=None, help="Refuse what the guide asks clients to refrain from.")
@click.option("--rate-limit", type=click.IntRange(0, LARGEST), help="Enforce so many requests an hour for each application.")
@takes_room
@click.option(
    "--default-ttl",
    type=Duration(least=timedelta(seconds=1)),
    metavar="7d",
    help="Keep sandboxes so long that nobody uses.  [default: for good]",
)
@click.option("--webhook-url", multiple=True, type=Receiver(), metavar="[ROLE=]URL", help="The address that hears the scenario's webhooks.")
@takes_admin_tokens("Let whoever presents this token use /__admin, from anywhere.")
@click.option(
    "--allow-webhooks-to", multiple=True, type=HostParameter(), metavar="HOST", help="A host beyond this machine to which webhooks may go."
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    callback=_origins,
    help="An origin whose pages may call the API from a browser, such as http://localhost:3000; * allows every one.",
)
@click.option(
    "--allow-host",
    multiple=True,
    type=HostParameter(),
    metavar="NAME",
    help="A further host name under which /__admin may be addressed.",
)
@click.option(
    "--allow-admin-from",
    multiple=True,
    type=NetworkParameter(),
    metavar="ADDRESS",
    help="Another machine, or a network such as 172.16.0.0/12, that may use /__admin without a token.",
)
@click.option(
    "--public-url",
    type=PublicUrl(),
    metavar="URL",
    help="Where clients reach the server behind a proxy, such as https://mock.example.com/inbox: every address begins with it.",
)
@click.option(
    "--trust-proxy",
    default=0,
    show_default=True,
    type=click.IntRange(0, MOST_PROXIES),
    metavar="N",
    help="Believe the headers X-Forwarded-... and Forwarded of so many proxies, one before the other.",
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    help="Write a line to standard error for each request, each webhook, and whatever goes wrong.  [default: none]",
)
def command(
    *,
    host: str,
    port: int,
    port_file: Path | None,
    scenario: str,
    bundle: Path | None,
    clock: tuple[str, float | None] | None,
    seed: int | None,
    data: Path | None,
    durable: bool,
    store: str | None,
    workers: int | None,
    cache: Path | None,
    strict: bool | None,
    rate_limit: int | None,
    room: Room,
    default_ttl: timedelta | None,
    webhook_url: tuple[tuple[str, str], ...],
    admin_tokens: tuple[AdminToken, ...],
    allow_webhooks_to: tuple[str, ...],
    allow_origin: tuple[str, ...],
    allow_host: tuple[str, ...],
    allow_admin_from: tuple[Network, ...],
    public_url: str | None,
    trust_proxy: int,
    log_format: str | None,
) -> None:
    """Run the fake until Ctrl-C."""
    if data is not None and store is not None:
        raise click.UsageError("found --data and --store; expected one of them: sandboxes are kept in one place")
    asked = [name for name in OF_A_SCENARIO if click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT]
    if bundle is not None and asked:
        raise click.UsageError(f"found --bundle and --{asked[0].replace('_', '-')}; expected one of them: a bundle has its own")
    try:
        if port_file is not None:
            prepare_port_file(port_file)
        earlier = None if cache == OFF else kept(cache)
        found = find(scenario, earlier)
        mode, rate = clock or _own_clock(found.data.get("clock"))
        overrides = Overrides(seed=seed, mode=mode, rate=rate, strict=strict, rate_limit=rate_limit, receivers=webhook_url)
        options = Options(
            scenario=found,
            bundle=None if bundle is None else _bundle(bundle),
            overrides=overrides,
            seed=seed,
            data=data,
            durable=durable,
            store=store,
            admin_tokens=admin_tokens,
            allowed_hosts=frozenset(allow_host),
            admin_networks=frozenset(allow_admin_from),
            webhook_hosts=frozenset(allow_webhooks_to),
            allowed_origins=frozenset(allow_origin),
            room=room,
            default_ttl=default_ttl.total_seconds() if default_ttl else None,
            public_url=public_url,
            trusted_proxies=trust_proxy,
            kept=earlier,
            log_format=log_format,
        )
        server = _prepared(options, host, port, workers)
        warn(server, options, host, asked=click.get_current_context().get_parameter_source("scenario") is not ParameterSource.DEFAULT)
    except (Refusal, ScenarioError, PortFileError, PortTaken, HomeUnavailable) as refusal:
        complain(str(refusal))
        sys.exit(WRONG)
    run(server, options, partial(_serve, server, options, port_file))


def _bundle(file: Path) -> bytes:
    """Return the content of a bundle; exit if it is none."""
    from inbox_mock.bundles.bundle import content_of, read
    from inbox_mock.bundles.packing import BundleError

    try:
        content = content_of(file)
        read(content)
    except BundleError as error:
        complain(f"{file}: {error}")
        sys.exit(WRONG)
    return content


def _serve(server: Serving, options: Options, port_file: Path | None) -> int:
    """Serve, and return the exit code."""
    with ExitStack() as at_end:

        def ready() -> None:
            if port_file is not None:
                write = partial(write_port_file, port_file, server.port)
                at_end.callback(STOP.leave_behind(write, partial(remove_port_file, port_file)))

        try:
            with suppress(BrokenPipeError):  # it serves, whether or not anybody reads that it does
                greet(server, options)
            server.serve(ready)
        except OSError as error:
            complain(f"cannot write to stdout: {error.strerror}")
            return WRONG
        except PortFileError as error:
            complain(str(error))
            return WRONG
    return 0


def _prepared(options: Options, host: str, port: int, workers: int | None) -> Serving:
    """Return the server with its scenario loaded; show progress if that takes some seconds."""
    if "generate" not in options.scenario.data:
        return _prepare(options, host, port, workers)
    with progress(f"Making the scenario {Path(options.scenario.name).stem}") as told:
        return _prepare(replace(options, progress=told), host, port, workers)


def _prepare(options: Options, host: str, port: int, workers: int | None) -> Serving:
    if workers is None:
        server = Server(options, host, port)
        server.prepare()
        return server
    from inbox_mock.serving.supervisor import Supervisor

    supervisor = Supervisor(options, host, port, workers)
    supervisor.prepare()
    return supervisor


def _own_clock(given: object) -> tuple[str, float | None]:
    """Return the mode and rate of a scenario's own clock; without one, those of a running clock."""
    if isinstance(given, dict) and "mode" in given:
        return str(given["mode"]), None
    return "real", None
