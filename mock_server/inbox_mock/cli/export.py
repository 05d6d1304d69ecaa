"""``inbox-mock export``: a sandbox as a file that other tools read."""

from pathlib import Path

import click

from inbox_mock.cli import on_a_server_in, write_output
from inbox_mock.client import SandboxClient
from inbox_mock.console.terminal import complain
from inbox_mock.recordings.writing import writers


@click.command("export")
@click.option("--of", type=click.Choice(["journal", "state"]), default="journal", show_default=True, help="What came, or all there is.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--private", is_flag=True, help="Replace names, texts and the like. What the fake invents needs no such care.")
@on_a_server_in("har", *(name for name in ("scenario", *writers()) if name != "har"))
def command(*, sandbox: SandboxClient, wanted: str, of: str, output: Path | None, private: bool) -> None:
    """Write what happened in a sandbox, or what it holds, for another tool to read.

    inbox-mock export --format har --output run.har

    Tokens and secrets are never in it. Names and texts are, as they are in the sandbox: pass --private if it was made of a
    recording whose names or texts were kept.
    """
    made = sandbox.export(wanted, of=of, private=private)
    if output is None:
        click.echo(made["content"], nl=False)
    else:
        write_output(output, made["content"])
    if made["told"]:
        complain(made["told"])
