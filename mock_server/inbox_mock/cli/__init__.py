"""``inbox-mock``: one command per file, the function ``command``; other packages add commands as entry points."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from inbox_mock import __version__
from inbox_mock.client import AdminError, connect
from inbox_mock.domain.discovery import DeclarationError, discover, import_declared
from inbox_mock.domain.spelling import clause, unknown
from inbox_mock.domain.values import printable
from inbox_mock.stopping import STOP
from inbox_mock.terminal import open_standard_streams

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PREFIX = "INBOX_MOCK"
COMMANDS = "inbox_mock.commands"
FINDINGS, WRONG = 1, 2


class Commands(click.Group):
    """The commands of this package; every option of one can also be set by an environment variable."""

    def __call__(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the command that this process was started for: signals end it in one way."""
        STOP.run(lambda: self.main(*args, **given))

    def main(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run a command; a module that cannot be used is told in one line, with exit code 2."""
        open_standard_streams()
        try:
            return super().main(*args, **given)
        except DeclarationError as error:
            click.echo(f"inbox-mock: {printable(str(error))}", err=True)
            sys.exit(WRONG)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in alphabetical order."""
        del ctx
        own = {command.name or "" for command in discover(__name__, "command", click.Command).values()}
        return sorted(own | set(_offered()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, which is also its module's, without importing the others.

        Raises:
            DeclarationError: the module cannot be imported, or does not export a command.
        """
        del ctx
        if cmd_name in {info.name for info in iter_modules(__path__)}:
            command = getattr(import_declared(__name__, cmd_name), "command", None)
        elif cmd_name in (offered := _offered()):
            command = offered[cmd_name].load()
        else:
            return None
        if not isinstance(command, click.Command):
            raise DeclarationError(f"{__name__}.{cmd_name} must define command: Command")
        _read_environment(command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of a name; for an unknown one, fail with the closest name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            ctx.fail(f"The command {args[0]!r} {unknown(args[0], names)}")
        return super().resolve_command(ctx, args)


def on_a_server(*formats: str, **flags: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command that calls a running fake: it receives ``sandbox``, the client, and ``as_json``.

    A command with further ``formats`` than text and json receives the chosen one as ``wanted``, in place of ``as_json``.

    ``flags`` maps fields of the admin API to options of the command. A refusal is printed as one line, with exit code 2.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--url", default="http://127.0.0.1:8089", show_default=True, help="The root of the server.")
        @click.option("--sandbox", default="default", show_default=True, metavar="ID", help="The sandbox.")
        @click.option("--admin-token", help="The token that the server was given with --admin-token.")
        @click.option("--format", "wanted", type=click.Choice(["text", "json", *formats]), default="text", show_default=True)
        @wraps(command)
        def on_server(**given: object) -> None:
            url, sandbox_id, token, wanted = (_chosen(name, given.pop(name)) for name in ("url", "sandbox", "admin_token", "wanted"))
            sandbox = connect(str(url), None if token is None else str(token)).sandbox(str(sandbox_id))
            try:
                command(sandbox=sandbox, **({"wanted": wanted} if formats else {"as_json": wanted == "json"}), **given)
            except AdminError as refusal:
                told = "; ".join(f"{flags.get(field, field)}: {clause(title)}" for field, title in refusal.fields)
                click.echo(f"inbox-mock: {printable(told or str(refusal))}", err=True)
                sys.exit(WRONG)

        return on_server

    return decorate


def said_again() -> str:
    """Return the options that the next command must repeat to address the same sandbox."""
    ctx = click.get_current_context()
    own = {name: str(ctx.params[name]) for name in ("url", "sandbox") if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    return "".join(f" --{name} {text}" for name, text in own.items())


def print_json(found: object) -> None:
    """Print a JSON document on one line."""
    click.echo(json.dumps(found))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="inbox-mock")
def main() -> None:
    """Run a fake of the BookingSync (Smily) Inbox API, on a clock that you hold.

    Start with: inbox-mock serve
    """


def _offered() -> "dict[str, EntryPoint]":
    """Return the commands of other packages, by name."""
    from importlib.metadata import entry_points

    return {offered.name: offered for offered in entry_points(group=COMMANDS)}


def _chosen(name: str, own: object) -> object:
    """Return an option's value: a flag before the subcommand counts too, and wins over the environment."""
    ctx = click.get_current_context()
    if ctx.parent is None or name not in ctx.parent.params or ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        return own
    return ctx.parent.params[name] if ctx.parent.get_parameter_source(name) is ParameterSource.COMMANDLINE else own


def _read_environment(command: click.Command) -> None:
    """Set each option's environment variable, unless it names one itself."""
    for option in command.params:
        if isinstance(option, click.Option):
            flag = max(option.opts, key=len).lstrip("-")
            option.envvar, option.show_envvar = option.envvar or f"{PREFIX}_{flag.replace('-', '_').upper()}", True
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            _read_environment(subcommand)
