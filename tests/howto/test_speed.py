"""What the pages say of speed was written by the commands that they name, about every peer and every operation."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.growth.__main__ import PLOT
from bench.growth.operations import OPERATIONS
from bench.peers.declared import PEERS
from bench.written import README, SPEED, block

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def rows(table: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")][2:]


def test_each_peer_has_a_row() -> None:
    titles = [peer.title for peer in PEERS]

    assert [row[0] for row in rows(block(SPEED, "peers"))] == titles
    assert [row[0] for row in rows(block(README, "peers"))] == titles[:-1]


def test_each_fixture_has_a_row() -> None:
    named = [name for peer in PEERS for name in peer.fixtures]

    assert [re.findall(r"`(\w+)`", row[0])[0] for row in rows(block(SPEED, "fixtures"))] == named


def test_the_readme_says_what_the_page_says() -> None:
    whole = [[re.sub(r" \(.*?\)", "", cell) for cell in row[:-1]] for row in rows(block(SPEED, "peers"))]

    assert rows(block(README, "peers")) == whole[:-1]


def test_each_operation_has_a_row_for_messages_and_one_for_sandboxes() -> None:
    messages, sandboxes = block(SPEED, "growth").split("\n\n")

    assert [row[0] for row in rows(messages)] == [row[0] for row in rows(sandboxes)] == list(OPERATIONS)


def test_the_plot_shows_each_operation_and_says_so_in_words() -> None:
    plot = ET.parse(PLOT).getroot()  # noqa: S314 - it is the project's own
    words = {element.get("id", ""): element.text or "" for element in plot if element.get("id")}

    assert plot.get("aria-labelledby") == " ".join(words)
    assert [name for name in OPERATIONS if name not in words["description"]] == []
    assert set(OPERATIONS) <= {text.text for text in plot.iter("{http://www.w3.org/2000/svg}text")}


def test_the_commands_that_they_name_are_there() -> None:
    for page in (README, SPEED):
        for target in re.findall(r"`make ([\w-]+)", page.read_text()):
            assert re.search(rf"^{target}[ :]", MAKEFILE.read_text(), re.MULTILINE), target
    assert "`make bench-peers" in README.read_text()
    assert {"bench-peers", "growth"} <= set(re.findall(r"`make ([\w-]+)", SPEED.read_text()))
