"""Every command of the command line, however deep, as it is when it is run."""

from collections.abc import Iterator

import click

from inbox_mock.cli import main


def every_command(command: click.Command = main, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return each command with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            assert found is not None
            yield from every_command(found, *path, name)


COMMANDS = dict(every_command())
"""Commands by the words that lead to them; that of ``inbox-mock`` itself by none."""


def needed_by(command: click.Command) -> list[str]:
    """Return arguments of the right type for those that a command demands."""
    needed = [parameter for parameter in command.params if isinstance(parameter, click.Argument) and parameter.required]
    return [one.type.choices[0] if isinstance(one.type, click.Choice) else "1" for one in needed]
