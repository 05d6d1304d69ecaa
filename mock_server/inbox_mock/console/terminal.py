"""Output on a terminal: tables, colours, progress; plain text where the output is not a terminal."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from io import TextIOWrapper
from typing import Any, TextIO, TypedDict, Unpack

import click

from inbox_mock.domain.values import printable


def open_standard_streams() -> None:
    """Open the standard streams that the caller has closed (``>&-``), on the null device.

    Python has None in their place, and the next socket would get their descriptor.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest free descriptor is opened, which in this order is the stream's own.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
        stream = getattr(sys, name)
        if name == "stdout" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a character that the terminal's encoding lacks is no error


def is_fancy(stream: TextIO) -> bool:
    """Return whether the output is a terminal with colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Style(TypedDict, total=False):
    """How a text looks in a terminal, as click has it."""

    fg: str | None
    bold: bool
    dim: bool


def say(text: str, **style: Unpack[Style]) -> None:
    """Print a line in a style, such as ``fg="green"`` or ``bold=True``."""
    click.echo(styled(text, **style), color=is_fancy(sys.stdout))


def complain(text: str) -> None:
    """Print on standard error what is wrong; its lines are kept, control characters are not."""
    click.echo(printable_lines(f"inbox-mock: {text}"), err=True)


def printable_lines(text: str) -> str:
    """Return a text without control characters, except the ends of its lines."""
    return "\n".join(map(printable, text.split("\n")))


def styled(text: str, **style: Unpack[Style]) -> str:
    """Return a text in a style, which `say` removes where the output is not a terminal."""
    return click.style(text, **style) if any(style.values()) else text


def escaped(answer: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a program's answer with no control character in any text, which could write anything anywhere on a terminal."""
    if isinstance(answer, dict):
        return {printable(name): escaped(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [escaped(value) for value in answer]
    return printable(answer) if isinstance(answer, str) else answer


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: with headings and folded cells on a terminal; elsewhere one line for each row, in aligned columns."""
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
    """Show progress on standard error: the block gets a function to call with the number of steps done and of all steps.

    What is no terminal is told once, with the first step: who made a mistake reads about nothing else.
    """
    if not is_fancy(sys.stderr):
        say_once = cache(partial(click.echo, f"{what} ...", err=True))
        yield lambda _done, _total: say_once()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
