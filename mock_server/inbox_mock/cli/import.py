"""``inbox-mock import``: recorded traffic to a scenario."""
# ruff: noqa: N999 - a command's module has its name

from pathlib import Path
from shlex import quote

import click

from inbox_mock.cli import check_output, print_json, write_output
from inbox_mock.console.ending import WRONG
from inbox_mock.console.terminal import complain, progress
from inbox_mock.domain.values import printable
from inbox_mock.resources.privacy import NAMES, TEXTS

HEADING = """\
Made of recorded traffic by inbox-mock import. Every time is an offset from the start of the recording.
{private}
"""
REPLACED = "What is private was replaced by something of its shape{but}."


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the scenario there.")
@click.option("--keep", multiple=True, type=click.Choice([TEXTS, NAMES]), help="What is not to be replaced; repeat it for both.")
@click.option(
    "--seed",
    metavar="TEXT",
    envvar="INBOX_MOCK_IMPORT_SEED",
    help="Replace the same by the same in each run with this text, a secret one.  [default: drawn anew]",
)
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True, help="That of the report.")
def command(*, files: tuple[Path, ...], output: Path | None, keep: tuple[str, ...], seed: str | None, wanted: str) -> None:
    """Make a scenario of recorded traffic: HAR files, cassettes, folders of mappings.

    inbox-mock import traffic.har --output scenario.yaml

    Names, texts, addresses and the like are replaced by invented ones of the same shape; tokens, secrets and cookies are never
    taken over. The report says what was found, and what had to be made up. Exit code 2: nothing could be made of it.
    """
    from inbox_mock.importing import NothingToImportError, import_exchanges, report
    from inbox_mock.recordings import RecordingError
    from inbox_mock.recordings.reading import read
    from inbox_mock.scenarios.errors import ScenarioError
    from inbox_mock.scenarios.loading import from_object
    from inbox_mock.scenarios.yaml12 import write

    check_output(output, files)
    others: list[str] = []
    try:
        with progress("Reading") as told:
            found = import_exchanges(read(files, told, others), keep=frozenset(keep), seed=seed)
        from_object(found.scenario)
    except (RecordingError, NothingToImportError, ScenarioError) as error:
        complain(str(error))
        raise click.exceptions.Exit(WRONG) from None
    but = f", but for {' and '.join(sorted(keep))}" if keep else ""
    text = write(found.scenario, HEADING.format(private=REPLACED.format(but=but)))
    if output is not None:
        write_output(output, text)
    elif wanted == "text":
        click.echo(text, nl=False)
    if wanted == "json":
        print_json(report.as_json(found) | ({} if output is not None else {"scenario": found.scenario}))
        return
    click.echo("\n".join(map(printable, report.lines(found))), err=True)
    if others:
        click.echo(f"Passed over, since they hold no exchange: {len(others)}, such as {printable(others[0])}", err=True)
    if output is not None:
        named = " ".join(quote(printable(str(file))) for file in files)
        click.echo(f"\nNext: inbox-mock serve --scenario {quote(printable(str(output)))}, inbox-mock compare {named}", err=True)
