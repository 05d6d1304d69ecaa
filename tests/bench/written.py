"""Tables that a command writes into the project's pages, between `<!-- NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEED = ROOT / "docs" / "speed.md"
README = ROOT / "README.md"


def block(page: Path, name: str) -> str:
    """The lines that a command has written into a page."""
    found = _block(name).search(page.read_text())
    assert found is not None, f"{page} has no block {name}"
    return found[2]


def write(page: Path, name: str, lines: Iterable[str]) -> None:
    """Write the lines in place of those that are there."""
    text = "".join(f"{line}\n" for line in lines)
    page.write_text(_block(name).sub(lambda found: found[1] + text + found[3], page.read_text()))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; the first row is its head."""
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return [head, "|---" * len(rows[0]) + "|", *others]


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
