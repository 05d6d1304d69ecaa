"""``inbox-mock``: one command per file, each exporting ``COMMAND``."""

import click

from mock_server import __version__
from mock_server.domain.discovery import discover

PREFIX = "INBOX_MOCK"


class Commands(click.Group):
    """The commands of this package; every option of one can also be set by an environment variable."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in alphabetical order."""
        del ctx
        return sorted(command.name or "" for command in discover(__name__, "COMMAND", click.Command).values())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        del ctx
        found = discover(__name__, "COMMAND", click.Command).values()
        command = next((command for command in found if command.name == cmd_name), None)
        if command is not None:
            for option in command.params:
                if isinstance(option, click.Option):
                    flag = max(option.opts, key=len).lstrip("-")
                    option.envvar, option.show_envvar = f"{PREFIX}_{flag.replace('-', '_').upper()}", True
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="inbox-mock")
def main() -> None:
    """Run a fake of the BookingSync (Smily) Inbox API, on a clock that you hold.

    Start with: inbox-mock serve
    """
