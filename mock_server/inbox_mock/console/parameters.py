"""What holds for the options and arguments of all commands: environment variables, blank values, the admin token, types."""

import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import wraps
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from inbox_mock.console.terminal import complain
from inbox_mock.domain.access import can_be_presented
from inbox_mock.domain.addresses import Network, is_host
from inbox_mock.domain.admin_tokens import AdminToken, tokens_in
from inbox_mock.domain.spelling import instead, one_of, shown, unknown

PREFIX = "INBOX_MOCK"
VARIABLES = f"Each option has an environment variable: {PREFIX}_ and its name, in capitals, with _ for a hyphen."
MOST_BYTES_OF_TOKENS = 2**20  # more is too many lines, or too long a token
NO_UTF8 = re.compile(r"[\udc80-\udcff]")
"""The bytes that Python could not decode in what the command line or the environment gave."""
RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)x")
NOT_BLANK = "expected a value that is not blank. To have none, leave it out."
EXPECTED = "printable characters of ASCII, without blanks around them"


def prepare(command: click.Command) -> None:
    """Give each option of a command, and of its subcommands, its environment variable, and let no parameter take a blank value.

    The help names a variable where it has another name than the option, and the rule for all others once.
    """
    if any(isinstance(parameter, click.Option) for parameter in command.params):
        command.epilog = command.epilog or VARIABLES
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            flag = max(parameter.opts, key=len).lstrip("-")
            usual = f"{PREFIX}_{flag.replace('-', '_').upper()}"
            parameter.envvar = parameter.envvar or usual
            parameter.show_envvar = parameter.envvar != usual
        _check_texts(parameter)
        _say_what_is_expected(parameter)
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            prepare(command.get_command(ctx, name) or click.Command(name))


class Group(click.Group):
    """A command with subcommands: an unknown one is refused with the closest name, or with all of them, an option with its place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the subcommand; UsageError for one of the subcommand's own says where it goes."""
        try:
            return super().parse_args(ctx, list(args))
        except click.NoSuchOption as error:
            here: click.Command = self
            option, path = error.option_name, [ctx.command_path]
            for word in args:
                if isinstance(here, click.Group) and not word.startswith("-") and (command := here.get_command(ctx, word)):
                    path, here = [*path, word], command
                    if any(option in parameter.opts for parameter in command.params):
                        ctx.fail(f"found {option} before {word!r}, whose option it is; expected it after: {' '.join(path)} {option}")
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each subcommand with the whole first sentence about it, of which click itself shows what fits into a line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(sys.maxsize)) for name, command in commands if command])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of a name; UsageError for an unknown one."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            refused = unknown(args[0], self.list_commands(ctx))
            alone = ", or none at all" if self.invoke_without_command and not refused.endswith("?") else ""
            ctx.fail(f"The command {args[0]!r} {refused}{alone}")
        return super().resolve_command(ctx, args)


def _check_texts(parameter: click.Parameter) -> None:
    """Make a parameter raise BadParameter for a value that is no text, wherever it comes from.

    A blank one is most often that of an unset variable; in a list of arguments that are no files it may mean something. Bytes that
    are no UTF-8 can be sent nowhere; they may be in the name of a file that is only opened, or in what another program is given.
    """
    if "consume_value" in vars(parameter):
        return
    consume = parameter.consume_value

    def consumed(ctx: click.Context, opts: Any) -> tuple[Any, ParameterSource]:  # noqa: ANN401 - as click has it
        value, source = consume(ctx, opts)
        # click takes a blank variable for one that is not set.
        given = value if source is ParameterSource.COMMANDLINE else os.environ.get(str(parameter.envvar))
        for one in given if isinstance(given, list | tuple) else (given,):
            if not isinstance(one, str):
                continue
            if not one.isprintable() and not isinstance(parameter.type, OF_ANY_BYTES) and NO_UTF8.search(one):
                raise click.BadParameter("found bytes that are no UTF-8; expected a text", ctx, parameter, _named(parameter, ctx))
            if not one.strip() and (parameter.nargs != -1 or isinstance(parameter.type, click.Path)):
                raise click.BadParameter(f"found {one!r}; {NOT_BLANK}", ctx, parameter, _named(parameter, ctx))
        return value, source

    parameter.consume_value = consumed  # type: ignore[method-assign] # of this parameter alone


def _named(parameter: click.Parameter, ctx: click.Context) -> str:
    """Return how an error names a parameter: with its variable, which click before 8.2 leaves out."""
    named, variable = parameter.get_error_hint(ctx), parameter.envvar
    return f"{named} (env var: '{variable}')" if variable and str(variable) not in named else named


class ParameterType(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4
    """What the types of our own parameters derive from, whatever click is installed."""


class HostParameter(ParameterType):
    """A host by name or address. One that is written with more would never match."""

    name = "HOST"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the host as it is written."""
        if not is_host(str(value)):
            self.fail(instead(shown(value), "a name or an address alone, without a scheme, a port or a path"), param, ctx)
        return str(value)


class Token(ParameterType):
    """A token that a request can present."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the token; a refusal does not repeat it."""
        if not can_be_presented(str(value)):
            self.fail(f"found what no header can hold; expected {EXPECTED}", param, ctx)
        return str(value)


def _say_what_is_expected(parameter: click.Parameter) -> None:
    """Make a number or a choice say what was found and what was expected, where it is refused: click calls it a "valid integer range"."""
    kind = copy(parameter.type)  # that of numbers is shared
    if "convert" in vars(kind) or not isinstance(kind, click.Choice | click.types.IntParamType | click.types.FloatParamType):
        return
    convert = kind.convert

    def converted(value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        try:
            return convert(value, param, ctx)
        except click.BadParameter:
            raise click.BadParameter(instead(shown(value), _expected(kind, value)), ctx, param) from None

    kind.convert = converted  # type: ignore[method-assign] # of this one alone
    kind.get_missing_message = lambda *_, **_more: None  # type: ignore[method-assign]  # it would list choices on lines of their own
    parameter.type = kind


def _expected(kind: Any, value: object) -> str:  # noqa: ANN401 - a type of click's
    if isinstance(kind, click.Choice):
        return one_of(value, map(str, kind.choices))
    bounds = [("from", getattr(kind, "min", None)), ("to", getattr(kind, "max", None))]
    number = "a whole number" if isinstance(kind, click.types.IntParamType) else "a number"
    return " ".join([number, *(f"{end} {bound:,}" for end, bound in bounds if bound is not None)])


class TokenFile(ParameterType):
    """A file that holds a token, and nothing else but the end of its line; of a server it may hold ``several``, each in its line."""

    name = "FILE"

    def __init__(self, *, several: bool = False) -> None:
        self.several = several

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[AdminToken, ...]:
        """Return the tokens; warn once of a file of the user's own that others may read. One of somebody else's is theirs to close."""
        path, holds = Path(str(value)), "tokens" if self.several else "a token"
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                self.fail(f"{str(path)!r} is no regular file; expected one that holds the token", param, ctx)
            with path.open("rb") as file:
                tokens = tokens_in(file.read(MOST_BYTES_OF_TOKENS).decode(errors="replace"))
        except OSError as error:
            self.fail(f"{str(path)!r}: {error.strerror}; expected a file that holds the token", param, ctx)
        except ValueError as error:
            self.fail(f"{str(path)!r} does not hold {holds}: {error}", param, ctx)
        if len(tokens) > 1 and not self.several:
            self.fail(f"{str(path)!r} holds {len(tokens)} tokens, as a server takes them; expected your own alone", param, ctx)
        warned = ctx.meta.setdefault(__name__, set()) if ctx else set()
        if found.st_uid == os.getuid() and path not in warned and _others_may_read(path):
            warned.add(path)
            complain(f"warning: other users of this machine may read the token in {path}: chmod 600 keeps it to you")
        return tokens


def _others_may_read(path: Path) -> bool:
    """Return whether the modes of a file and of all folders above it let its group, or everybody, read it."""
    above = [folder.stat().st_mode for folder in path.resolve().parents]
    classes = ((stat.S_IRGRP, stat.S_IXGRP | stat.S_IXOTH), (stat.S_IROTH, stat.S_IXOTH))
    return any(path.stat().st_mode & read and all(mode & enter for mode in above) for read, enter in classes)


OF_ANY_BYTES = (click.Path, TokenFile, click.types.UnprocessedParamType)
"""The types of parameters that may hold bytes that are no UTF-8."""


def takes_admin_token(says: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command that takes the admin token, given itself or by a file: it receives ``admin_token``, the text or None."""
    file = click.option("--admin-token-file", type=TokenFile(), metavar="FILE", help="A file that holds the token of --admin-token.")
    return _takes(says, file, lambda tokens: {"admin_token": tokens[0].token if tokens else None})


def takes_admin_tokens(says: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command that takes the admin tokens of a server: it receives ``admin_tokens``."""
    held = "A file that holds the token of --admin-token, or a line ROLE NAME TOKEN for each of several; the role is read, own or all."
    file = click.option("--admin-token-file", type=TokenFile(several=True), metavar="FILE", help=held)
    return _takes(says, file, lambda tokens: {"admin_tokens": tokens})


def _takes(
    says: str, file: Callable[[Callable[..., None]], Callable[..., None]], given_as: Callable[[tuple[AdminToken, ...]], dict[str, object]]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    seen = f"{says} Other users of this machine see it in the list of processes; they do not see what the variable or a file holds."

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option("--admin-token", type=Token(), help=seen)
        @file
        @wraps(command)
        def with_token(*args: object, admin_token: object, admin_token_file: object, **given: object) -> None:
            del admin_token, admin_token_file
            command(*args, **given_as(_admin_tokens()), **given)

        return with_token

    return decorate


def chosen(name: str) -> tuple[Any, bool]:
    """Return an option's value, and whether it is from the command line: a flag before the subcommand counts, the environment is last."""
    ctx = click.get_current_context()
    for one in (ctx, ctx.parent):
        if one is not None and name in one.params and one.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            return one.params[name], True
    return ctx.params[name], False


def _admin_tokens() -> tuple[AdminToken, ...]:
    """Return the tokens, from the command line rather than from the environment; UsageError if they are given twice."""
    token, told = chosen("admin_token")
    in_file, told_of_file = chosen("admin_token_file")
    if token is not None and in_file is not None and told == told_of_file:
        raise click.UsageError("found --admin-token and --admin-token-file; expected one of them")
    if token is None or (in_file is not None and told_of_file):
        return in_file or ()
    return (AdminToken(token),)


class ClockKind(ParameterType):
    """manual, real, or a rate such as 60x: sixty seconds per second."""

    name = "manual|real|60x"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float | None]:
        """Return the clock's mode and rate."""
        text = str(value)
        if text in {"manual", "real"}:
            return text, None
        rate = RATE.fullmatch(text)
        if rate is None or not 0 < float(rate[1]) <= 100_000:
            self.fail(instead(shown(text), "manual, real, or a rate such as 60x"), param, ctx)
        return "real", float(rate[1])


class NetworkParameter(ParameterType):
    """An address, or a network such as 172.16.0.0/12."""

    name = "ADDRESS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Network:
        """Return the network."""
        text, example = str(value).strip(), "172.16.0.0/12"
        try:
            return ip_network(text)
        except ValueError:
            with suppress(ValueError):
                example = str(ip_network(text, strict=False))  # 10.0.5.7/24 is an address of the network 10.0.5.0/24
            self.fail(instead(shown(value), f"an address, or a network such as {example}"), param, ctx)
