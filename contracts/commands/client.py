"""``inbox-mock check client``."""

import click


@click.command("client")
def command() -> None:
    """Hold a client to the contract."""


COMMAND = command
