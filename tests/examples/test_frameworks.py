"""The examples of web frameworks and OAuth libraries, as the guides list them; those whose packages are here are run."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from frameworks import AS_IT_SHOULD, CLIENTS, EXAMPLES, RECEIVERS, USED, Example, asks, hears
from inbox_mock.client import connect
from languages import missing, skip_unless_required

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| (?P<title>[^|]+) \| (?P<told>.+) \| \[[^]]+\]\(\.\./examples/(?P<file>[^)]+)\) \|$", re.MULTILINE)
TABLES = {DOCS / "receivers.md": RECEIVERS, DOCS / "point-your-client-here.md": CLIENTS}
LANGUAGES = {".py": "python", ".mjs": "node", ".rb": "ruby", ".php": "php"}
# What is here anyway, by the library's name for those that import it.
HEARD_HERE = {"Flask": "flask", "Django": "django", "aiohttp": "aiohttp", "WSGI": "", "Node": "", "Rack": "rack", "PHP": ""}
ASKED_HERE = {"Authlib": "authlib"}


def rows(page: Path) -> list[re.Match[str]]:
    return list(ROW.finditer(page.read_text()))


def required(titles: dict[str, str], examples: tuple[Example, ...]) -> list[object]:
    """Each of some examples, with the name by which it imports what it needs."""
    return [
        pytest.param(one, titles[name], id=name)
        for one in examples
        if (name := one.title.split()[0]) in titles and " REST " not in one.title
    ]


def skip_without(example: Example, library: str) -> None:
    """Skip the example of a language or a library that is not here."""
    if reason := missing(LANGUAGES[example.kind]):
        skip_unless_required(reason)
    if example.kind == ".py" and library and find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    if (
        example.kind == ".rb"
        and subprocess.run(["ruby", f"-r{library}", "-rwebrick", "-e", ""], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"{library} or webrick is not installed")


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page.stem)
def test_each_example_is_a_row_of_the_guide_in_the_version_that_is_run(page: Path) -> None:
    assert [(row["title"], row["file"]) for row in rows(page)] == [(one.title, one.file) for one in TABLES[page]]


@pytest.mark.parametrize("example", [*RECEIVERS, *CLIENTS], ids=lambda example: example.file)
def test_each_row_has_its_example_which_asks_for_the_version_in_the_title(example: Example) -> None:
    version = example.title.split()[-1]

    assert example.path.is_file()
    assert version == "alone" or example.kind == ".rb" or any(re.search(f"[=@]{re.escape(version)}$", one) for one in example.packages)


@pytest.mark.parametrize("folder", ["receivers", "oauth"])
def test_each_example_that_is_there_is_run(folder: str) -> None:
    files = {str(file.relative_to(EXAMPLES)) for file in (EXAMPLES / folder).glob("with_*")}

    assert files <= {one.file for one in (*RECEIVERS, *CLIENTS)}


@pytest.mark.parametrize("row", rows(DOCS / "receivers.md"), ids=lambda row: row["title"])
def test_what_a_row_says_to_write_stands_in_its_example(row: re.Match[str]) -> None:
    told = row["told"].partition(" | ")[0]

    for code in re.findall("`([^`]+)`", told):
        assert code in (EXAMPLES / row["file"]).read_text()


@pytest.mark.parametrize(("example", "library"), required(HEARD_HERE, RECEIVERS))
def test_a_receiver_takes_what_is_genuine_and_refuses_all_else(example: Example, library: str, served: str) -> None:
    skip_without(example, library)

    assert hears(example, served) == AS_IT_SHOULD


@pytest.mark.parametrize(("example", "library"), required(ASKED_HERE, CLIENTS))
def test_a_client_gets_a_token_and_uses_it(example: Example, library: str, served: str) -> None:
    skip_without(example, library)
    sandbox = connect(served).create_sandbox("agency")

    printed, calls = asks(example, sandbox)

    assert calls[-1:] == USED, printed
