"""The commands that the judge adds to ``inbox-mock``."""

import click


@click.group("check")
def command() -> None:
    """Hold a server, or a client, to the contract."""


CHECK = command
