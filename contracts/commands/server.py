"""``inbox-mock check server``."""

import click


@click.command("server")
def command() -> None:
    """Hold a server to the contract."""


COMMAND = command
