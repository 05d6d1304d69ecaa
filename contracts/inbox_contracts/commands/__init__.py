"""``inbox-mock check``: the commands that run trials, one per file."""

import sys
from importlib import import_module
from typing import NoReturn

import click

from inbox_mock.console.ending import WRONG
from inbox_mock.console.parameters import Group
from inbox_mock.console.stopping import STOP
from inbox_mock.console.terminal import complain

NAMES = ("server", "client")
"""The commands, each the ``command`` of the module of its name, which is imported when it is used."""

LONGEST = 86_400
"""Seconds that anything may be waited for."""
TIMEOUT_SECONDS = 10.0
"""How long an answer may take, unless ``--timeout`` says otherwise."""


def stop(why: str) -> NoReturn:
    """Exit without a verdict, and say why."""
    complain(why)
    sys.exit(WRONG)


class Finite(click.FloatRange):
    """A number within bounds, and not NaN."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        found = float(super().convert(value, param, ctx))  # type: ignore[arg-type]  # any text
        if found != found:  # noqa: PLR0124 - so is nothing but nan
            self.fail(f"{value!r} is no number", param, ctx)
        return found


class Checks(Group):
    """The commands of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        del ctx
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, or None."""
        del ctx
        found: click.Command | None = import_module(f"{__name__}.{cmd_name}").command if cmd_name in NAMES else None
        return found

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a stop waits for what it ends, such as drivers."""
        with STOP.waits():
            return super().invoke(ctx)


@click.group("check", cls=Checks)
def command() -> None:
    """Hold a server, or a client, to the contract."""


CHECK = command
