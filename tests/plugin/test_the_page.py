"""docs/testing-with-pytest.md: every block of code on it is a file, and they run as the page says."""

import re
import sys
from pathlib import Path

import pytest

from inbox_mock.client import ClockClient
from inbox_mock.testing import SandboxInProcess

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "testing-with-pytest.md").read_text()
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"# (\w+\.py)\n(.*)", re.DOTALL)


def files() -> dict[str, str]:
    """The page's Python, by the name of its file."""
    return {match[1]: match[2] for kind, code in BLOCK.findall(PAGE) if kind == "python" and (match := NAMED.fullmatch(code))}


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    for name, code in files().items():
        (pytester.path / name).write_text(code)
    pytester.makeini("[pytest]\naddopts = --strict-markers --import-mode=importlib\npythonpath = .\nfilterwarnings = error\n")
    return pytester


def test_every_block_is_a_file_that_runs(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("-v", "--deselect", "test_welcome.py::test_welcome")  # Django is configured once in a process

    assert len(files()) == PAGE.count("```python")
    assert ran.ret == pytest.ExitCode.OK
    tested = {line.partition("::")[0] for line in ran.stdout.lines if "::" in line and "PASSED" in line}
    assert tested == set(files()) - {"test_welcome.py"}


def test_what_breaks_a_rule_is_told_as_the_page_shows(suite: pytest.Pytester) -> None:
    (shown,) = [code for kind, code in BLOCK.findall(PAGE) if kind == "text"]

    ran = suite.runpytest("test_welcome.py")

    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines([line.replace("...", "*") for line in shown.splitlines() if line.strip(". ")])


def test_the_first_suite_has_ten_lines() -> None:
    assert len([line for line in files()["test_ten_lines.py"].splitlines() if line]) == 10


def test_the_page_lists_every_attribute_and_method_of_the_sandbox() -> None:
    (table,) = re.findall(r"the clock, the guests, the channels\.\n\n(.*?)\n\n", PAGE, re.DOTALL)
    codes = [code for row in table.splitlines()[2:] for code in re.findall(r"`(.*?)`", row.split("|")[1])]
    named = {found[1] for code in codes if (found := re.match(r"(?:clock)?\.?([a-z_]+)", code))}

    offered = {name for kind in (SandboxInProcess, ClockClient) for name in dir(kind) if not name.startswith("_")}
    assert named == (offered - {"clock"}) | {"id"}


def test_its_command_for_gevent_runs_what_the_page_shows(suite: pytest.Pytester) -> None:
    (command,) = re.findall(r"python (-m gevent.*)", PAGE)
    code = files()["test_ten_lines.py"]
    (suite.path / "test_ten_lines.py").write_text(
        f"{code}\n\ndef test_patched():\n    import socket\n    assert 'gevent' in str(socket.socket)\n"
    )

    suite.run(sys.executable, *command.split(), "test_ten_lines.py", timeout=60).assert_outcomes(passed=3)
