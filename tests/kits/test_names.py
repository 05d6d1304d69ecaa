"""An operation of the admin API has one name: the methods of the clients that call it are made of the words of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_mock.admin.routes import OPERATIONS
from inbox_mock.client import ClockClient
from inbox_mock.testing import SandboxInProcess

ROOT = Path(__file__).parents[2]
CLIENTS = {
    "Python": (ROOT / "mock_server" / "inbox_mock" / "client" / "__init__.py", r"^    def (\w+)\("),
    "the clock in Python": (ROOT / "mock_server" / "inbox_mock" / "client" / "calls.py", r"^    def (\w+)\("),
    "Node": (ROOT / "kits" / "node" / "src" / "sandbox.ts", r"^  (?:async |get |private )*(\w+)(?:<.*?>)?\("),
    "Ruby": (ROOT / "kits" / "ruby" / "lib" / "inbox_mock" / "sandbox.rb", r"^    def (\w+)"),
}
"""Of each client: the file of its sandbox, and how a method begins."""

CALL = re.compile(r"""[(:"](GET|POST|PATCH|DELETE|get|post|patch|delete)"?, f?"(/(?!__admin)[^"?]*)""")
HELD = re.compile(r"\$?#?\{[^}]*\}|<\w+>")
"""What stands in a path for an id or a name."""

OF_ITS_OWN = {
    ("subscribe", "webhook"): "after what is made, as `book` and `fault`",
    ("open_conversation", "never_open_conversation"): "the same operation, with `never`",
    ("advance_clock", "settle"): "advances until nothing is pending",
    ("change_clock", "run"): "changes its mode",
    ("change_clock", "pause"): "changes its mode",
    ("get_clock", "now"): "is its time alone",
    ("get_report", "judge"): "raises what the report tells",
    ("get_journal", "journal_page"): "one page, as of a book",
}
"""Methods that say more than their operation, by both names, with the reason."""


def called_in(client: str) -> Iterator[tuple[str, str]]:
    """Yield the operation of each call in the source of a client, and the method that calls it."""
    path, begins = CLIENTS[client]
    operations = {(one.method, HELD.sub("*", one.rule.removeprefix("/sandboxes/<id>"))): one.name for one in OPERATIONS}
    method = ""
    for line in path.read_text().splitlines():
        if begun := re.match(begins, line):
            method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", begun[1]).lower()
        for verb, target in CALL.findall(line):
            yield operations[verb.upper(), HELD.sub("*", target)], method


@pytest.mark.parametrize("client", CLIENTS)
def test_a_method_is_named_with_the_words_of_its_operation(client: str) -> None:
    called = set(called_in(client))

    assert called
    assert [(name, method) for name, method in called - OF_ITS_OWN.keys() if not {*method.split("_")} <= {*name.split("_")}] == []


@pytest.mark.parametrize("kit", ["Node", "Ruby"])
def test_what_the_kits_call_has_the_names_of_the_python_client(kit: str) -> None:
    assert {method for _, method in called_in(kit)} <= {*dir(SandboxInProcess), *dir(ClockClient)}
