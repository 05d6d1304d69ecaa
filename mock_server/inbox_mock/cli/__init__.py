"""``inbox-mock``: one command per file, the function ``command``; other packages add commands as entry points."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from pkgutil import iter_modules
from shlex import quote
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from inbox_mock import __version__
from inbox_mock.console.ending import DEBUG, WRONG, without_traceback
from inbox_mock.console.parameters import Group, chosen, prepare, takes_admin_token
from inbox_mock.console.terminal import complain, escaped, open_standard_streams, printable_lines
from inbox_mock.console.whole_files import write_whole
from inbox_mock.domain.discovery import DeclarationError, discover, import_declared
from inbox_mock.domain.values import printable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from inbox_mock.client.calls import JSON, Send

COMMANDS = "inbox_mock.commands"
Decorator = Callable[[Callable[..., None]], Callable[..., None]]
OF_A_SANDBOX: Decorator = click.option("--sandbox", default="default", show_default=True, metavar="ID", help="The sandbox.")
CLICKS_OWN = (click.ClickException, click.exceptions.Exit, DeclarationError)


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Guard what click runs; its errors repeat what was typed, which is shown without control characters."""
    with without_traceback(*CLICKS_OWN):
        try:
            yield
        except click.ClickException as error:
            error.message = printable_lines(error.message)  # type: ignore[misc]  # final since click 8.5
            raise


class Commands(Group):
    """The commands of this package; every option of one can also be set by an environment variable."""

    def main(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run a command; a module that cannot be used is told in one line, with exit code 2."""
        open_standard_streams()
        try:
            with without_traceback(*CLICKS_OWN):
                return super().main(*args, **given)
        except DeclarationError as error:
            complain(str(error))
            sys.exit(WRONG)

    # These two errors are met inside of click, which would exit with 1 after an interrupt, or if nobody reads the output.
    def make_context(self, *args: Any, **given: Any) -> click.Context:  # noqa: ANN401 - as click has it
        """Read the options before the command."""
        with _without_traceback():
            return super().make_context(*args, **given)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _without_traceback():
            return super().invoke(ctx)

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
        prepare(command)
        return command


def on_a_server(*formats: str, **flags: str) -> Decorator:
    """Decorate a command that calls a running fake: it receives ``sandbox``, the client, and ``as_json``.

    What the server sent has no control characters, unless it is for programs.

    A command with further ``formats`` than text and json receives the chosen one as ``wanted``, in place of ``as_json``.

    ``flags`` maps fields of the admin API to options of the command. A refusal is printed as one line, with exit code 2.
    """
    return _calling(formats, flags, of_a_sandbox=True)


def on_a_server_in(usual: str, *formats: str) -> Decorator:
    """Decorate a command that calls a running fake, and whose output has one of these formats: it receives ``wanted``."""
    return _calling(formats, {"format": "--format"}, of_a_sandbox=True, usual=(usual,))


def on_no_sandbox(**flags: str) -> Decorator:
    """Decorate a command of a running fake that is about no one sandbox: it receives ``server`` in place of ``sandbox``."""
    return _calling((), flags, of_a_sandbox=False)


def _calling(
    formats: tuple[str, ...], flags: dict[str, str], *, of_a_sandbox: bool, usual: tuple[str, ...] = ("text", "json")
) -> Decorator:
    takes_sandbox: Decorator = OF_A_SANDBOX if of_a_sandbox else lambda command: command

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--url", default="http://127.0.0.1:8089", show_default=True, help="The root of the server.")
        @takes_sandbox
        @click.option("--format", "wanted", type=click.Choice([*usual, *formats]), default=usual[0], show_default=True)
        @takes_admin_token("The token that the server was given.")
        @wraps(command)
        def on_server(*, admin_token: str | None, **given: object) -> None:
            from inbox_mock.client import AdminError, connect

            url, wanted = (chosen(name)[0] for name in ("url", "wanted"))
            del given["url"], given["wanted"]
            server = connect(url, admin_token)
            if wanted != "json":
                server.send = _shown(server.send)
            given |= {"wanted": wanted} if formats else {"as_json": wanted == "json"}
            given |= {"sandbox": server.sandbox(chosen("sandbox")[0])} if of_a_sandbox else {"server": server}
            try:
                command(**given)
            except AdminError as refusal:
                complain(refusal.told(flags) or str(refusal))
                sys.exit(WRONG)
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
                if os.environ.get(DEBUG):
                    raise
                cause = f"{type(error).__name__}: {error}"
                complain(f"the answer of {server.root} is not as expected ({cause:.80}): is it an Inbox Mock of version {__version__}?")
                sys.exit(WRONG)

        return on_server

    return decorate


def said_again() -> str:
    """Return the options that the next command must repeat to address the same sandbox."""
    ctx = click.get_current_context()
    own = {
        name: quote(printable(str(ctx.params[name])))
        for name in ("url", "sandbox")
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return "".join(f" --{name} {text}" for name, text in own.items())


def write_output(output: Path, content: str | bytes, option: str = "--output") -> None:
    """Write the file that --output names, or another option or argument, as a whole.

    Raises:
        BadParameter: it cannot be written.
    """
    try:
        write_whole(output, content)
    except OSError as error:
        raise click.BadParameter(f"cannot write {str(output)!r}: {error.strerror}", param_hint=f"'{option}'") from None


def check_output(output: Path | None, files: Iterable[Path], option: str = "--output") -> None:
    """Check that a file that will be written is none of those that are read.

    Raises:
        BadParameter: it is one.
    """
    if output is not None and output.exists() and any(file.exists() and file.samefile(output) for file in files):
        raise click.BadParameter(f"found {str(output)!r}, which is read; expected another file", param_hint=f"'{option}'")


def print_json(found: object) -> None:
    """Print a JSON document on one line."""
    click.echo(json.dumps(found))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="inbox-mock")
def main() -> None:
    """Run a fake of the BookingSync (Smily) Inbox API, on a clock that you control.

    Start with: inbox-mock serve
    """


def _offered() -> "dict[str, EntryPoint]":
    """Return the commands of other packages, by name."""
    from importlib.metadata import entry_points

    return {offered.name: offered for offered in entry_points(group=COMMANDS)}


def _shown(send: "Send") -> "Send":
    """Return a function that sends calls, whose answers can be shown on a terminal."""

    @wraps(send)
    def sent(method: str, path: str, body: "JSON | None") -> "tuple[int, JSON]":
        status, answer = send(method, path, body)
        return status, escaped(answer)

    return sent
