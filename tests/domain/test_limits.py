"""The limits are defined once; the reference has the table of them, and a test holds each."""

import re
from pathlib import Path

import pytest

from inbox_mock.domain import limits
from inbox_mock.domain.limits import Limit

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
NAMES = [name for name, found in vars(limits).items() if isinstance(found, Limit)]
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))


def row(limit: Limit) -> str:
    """The row of a limit in the reference's table."""
    return f"| {limit.what} | {limit} | {'' if limit.option is None else f'`{limit.option}`'} | {limit.beyond} |"


def test_the_reference_has_the_table_of_all_limits() -> None:
    section = REFERENCE.partition("\n## Limits\n")[2].partition("\n## ")[0]
    header, _, *rows = [line for line in section.splitlines() if line.startswith("|")]

    assert header == "| what | limit | set by | beyond it |"
    assert rows == [row(limit) for limit in limits.all_of_them()]


@pytest.mark.parametrize("name", NAMES)
def test_each_limit_is_held_by_a_test(name: str) -> None:
    """A test of it names it, as ``limits.NAME`` or to lower it."""
    assert re.search(rf'\blimits\.{name}\b|\blower\(monkeypatch, "{name}"', TESTS)


@pytest.mark.parametrize(
    ("most", "unit", "shown"),
    [
        (64 * 1024 * 1024, "bytes", "64 MiB"),
        (512 * 1024, "bytes", "512 KiB"),
        (9_999_999, "bytes", "9,999,999 bytes"),
        (16 * 1024, "characters", "16,384 characters"),
        (100, "names", "100 names"),
    ],
)
def test_a_limit_is_shown_with_its_unit(most: int, unit: str, shown: str) -> None:
    assert str(Limit(most, unit, "what", "beyond")) == shown
