"""Each promise is held by a test that exists, and that every run of the tests runs."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (?!promise)([^|]+) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


def run_in(path: Path) -> set[str]:
    """Return the names of a module's tests, but for those that are always skipped."""
    functions = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
    return {one.name for one in functions if one.name.startswith("test_") and "mark.skip(" not in ast.unparse(one)}


def test_every_promise_names_what_holds_it() -> None:
    unheld = [promise for promise, held in ROWS if not re.fullmatch(r"`tests/[^`]+`(, `tests/[^`]+`)*", held)]

    assert len(ROWS) >= len(re.findall("^## ", PAGE, re.MULTILINE))
    assert unheld == []


@pytest.mark.parametrize("named", NAMED)
def test_what_holds_a_promise_is_run(named: str) -> None:
    module, _, test = named.partition("::")

    assert re.fullmatch(r"tests/(\w+/)+test_\w+\.py", module)
    assert run_in(ROOT / module) >= ({test} if test else set())
    assert run_in(ROOT / module)
