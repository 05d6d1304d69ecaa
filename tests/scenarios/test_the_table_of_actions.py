"""The reference has a row for each action of a timeline, with all that it takes."""

import re
from pathlib import Path

import pytest

from inbox_mock.simulation.actions import actions

REFERENCE = (Path(__file__).parents[2] / "docs/reference.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", REFERENCE.partition("\n### The timeline\n")[2].partition("\n### ")[0], re.MULTILINE))


def test_each_action_has_a_row() -> None:
    assert list(ROWS) == sorted(actions())


@pytest.mark.parametrize("name", [name for name, found in actions().items() if "properties" in found.schema])
def test_a_row_names_what_an_action_takes_and_marks_what_it_needs(name: str) -> None:
    schema = actions()[name].schema
    needed = schema.get("required", ())

    assert ROWS[name] == ", ".join(f"**`{key}`**" if key in needed else f"`{key}`" for key in schema["properties"])
