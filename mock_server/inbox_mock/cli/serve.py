"""``inbox-mock serve``: run the fake."""

import socket
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from inbox_mock.app import Options
from inbox_mock.cli.completion import scenarios
from inbox_mock.cli.health import DurationType
from inbox_mock.console.ending import WRONG
from inbox_mock.console.parameters import HostParameter, NetworkParameter, takes_admin_tokens
from inbox_mock.console.stopping import STOP
from inbox_mock.console.terminal import complain
from inbox_mock.domain.addresses import Network
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.environment import SteadyClock
from inbox_mock.serving.allocator import share_arenas
from inbox_mock.serving.listening import PortFileError, prepare_port_file, remove_port_file, write_port_file
from inbox_mock.serving.parameters import PublicUrl, Store, is_given, showing_progress, starts_a_fake, telling_why_not, without_brackets
from inbox_mock.serving.running import Serving, greet, run, warn
from inbox_mock.serving.server import Server
from inbox_mock.serving.turns import take_short_turns

MOST_PROXIES = 100
MOST_WORKERS = 100


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


def _without_earlier(_ctx: click.Context, _param: click.Parameter, port_file: Path | None) -> Path | None:
    """Return where the port is to be written; a file of an earlier run is gone before anything else."""
    if port_file is not None:
        with telling_why_not():
            prepare_port_file(port_file)
    return port_file


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, callback=without_brackets, help="The address to listen on.")
@click.option("--port", default=8089, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on; 0 picks a free one.")
@click.option(
    "--port-file",
    type=click.Path(path_type=Path),
    is_eager=True,
    callback=_without_earlier,
    help="Where to write the port, once the server answers.",
)
@starts_a_fake("real", scenarios)
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
    "--default-ttl",
    type=DurationType(least=timedelta(seconds=1)),
    metavar="7d",
    help="Keep sandboxes so long that nobody uses.  [default: for good]",
)
@takes_admin_tokens("Let whoever presents this token use /__admin, from anywhere.")
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
    options: Options,
    host: str,
    port: int,
    port_file: Path | None,
    data: Path | None,
    durable: bool,
    store: str | None,
    workers: int | None,
    default_ttl: timedelta | None,
    admin_tokens: tuple[AdminToken, ...],
    allow_host: tuple[str, ...],
    allow_admin_from: tuple[Network, ...],
    public_url: str | None,
    trust_proxy: int,
    log_format: str | None,
) -> None:
    """Run the fake until Ctrl-C."""
    share_arenas()
    take_short_turns()
    if data is not None and store is not None:
        raise click.UsageError("found --data and --store; expected one of them: sandboxes are kept in one place")
    options = replace(
        options,
        data=data,
        durable=durable,
        store=store,
        admin_tokens=admin_tokens,
        allowed_hosts=frozenset(allow_host),
        admin_networks=frozenset(allow_admin_from),
        default_ttl=default_ttl.total_seconds() if default_ttl else None,
        public_url=public_url,
        trusted_proxies=trust_proxy,
        log_format=log_format,
    )
    with telling_why_not():
        with showing_progress(options) as shown:
            server = _prepared(shown, host, port, workers)
        warn(server, options, host, asked=is_given("scenario"))
    run(server, options, partial(_serve, server, options, port_file))


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
    """Return the server with its scenario loaded."""
    if workers is None:
        server = Server(options, host, port, wall=SteadyClock())
        server.prepare()
        return server
    from inbox_mock.serving.supervisor import Supervisor

    supervisor = Supervisor(options, host, port, workers)
    supervisor.prepare()
    return supervisor
