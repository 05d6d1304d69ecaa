"""What a person reads on a terminal: tables, colours, progress. Where a program reads, it is plain text."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

import click

from inbox_mock.domain.values import printable


def is_fancy(stream: TextIO) -> bool:
    """Whether a person reads it who wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str, **style: object) -> None:
    """Print a line in a style of click's, such as ``fg="green"`` or ``bold=True``."""
    click.echo(styled(text, **style), color=is_fancy(sys.stdout))


def styled(text: str, **style: object) -> str:
    """Return a text in a style; printed by `say`, it loses it where nobody looks."""
    return click.style(text, **style) if any(style.values()) else text  # type: ignore[arg-type]


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: with headings and folded cells on a terminal; elsewhere a line for each row, its columns below each other."""
    written = [[printable(str(cell)) for cell in row] for row in rows]
    if is_fancy(sys.stdout):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        shown = Table(*headings, box=None, pad_edge=False, header_style="bold")
        for row in written:
            shown.add_row(*map(Text, row))
        Console(file=sys.stdout).print(shown)
        return
    widths = [max(map(len, column)) for column in zip(*written, strict=True)]
    for row in written:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Tell on standard error how far something is: the block gets what to call with how many of how many steps are done."""
    if not is_fancy(sys.stderr):
        click.echo(f"{what} ...", err=True)
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
