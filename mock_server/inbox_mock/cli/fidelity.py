"""``inbox-mock fidelity``: the fidelity of each part of the imitated API."""

from dataclasses import asdict

import click

from inbox_mock.cli import print_json
from inbox_mock.console.terminal import table

LEVELS = ("documented", "recorded", "assumed")


@click.command("fidelity")
@click.option("--level", type=click.Choice(LEVELS), help="Only what is as sure as that.")
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, level: str | None, wanted: str) -> None:
    """List operations, fields, parameters and answers, each with its fidelity and source."""
    from inbox_mock.docs.fidelity_report import claims

    found = [claim for claim in claims() if level in {None, claim.level}]
    if wanted == "json":
        print_json([asdict(claim) for claim in found])
    else:
        table(("", "part", "how sure", "source"), [(claim.kind, claim.part, claim.level, claim.source) for claim in found])
