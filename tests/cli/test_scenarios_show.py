"""``inbox-mock scenarios show``: a scenario's file, and what a sandbox of it holds."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from inbox_mock.cli.scenarios import command, without_schema
from inbox_mock.scenarios import fixtures
from inbox_mock.scenarios.loading import find, shipped
from processes import SEPARATE

FILE = fixtures() / "scenarios" / "conversation-never.yaml"
TEXT = FILE.read_text().partition("\n")[2]
"""All but what says where an editor finds the schema in the checkout."""


def shown(*arguments: str) -> Result:
    return CliRunner(**SEPARATE).invoke(command, ["show", *arguments])


def test_the_file_is_printed_as_it_is_written_and_then_what_it_holds() -> None:
    result = shown("conversation-never")

    assert result.exit_code == 0
    assert result.stdout.startswith(TEXT)
    assert result.stdout.removeprefix(TEXT).startswith(
        "\n# A sandbox of it holds: rentals 1, hosts 1, clients 2, bookings 2, conversations 1, "
    )


@pytest.mark.parametrize("name", [scenario.name for scenario in shipped()])
def test_no_shipped_scenario_is_printed_with_the_place_of_the_schema_in_the_checkout(name: str) -> None:
    text = without_schema(find(name).text)

    assert "$schema" not in text
    assert not text.startswith("#\n")


def test_what_is_printed_is_a_scenario_again() -> None:
    assert yaml.safe_load(shown("conversation-never").stdout) == yaml.safe_load(FILE.read_text())


def test_a_file_is_shown_by_its_path(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    text = "# yaml-language-server: $schema=mine.json\ndescription: Nothing.\n"
    mine.write_text(text)

    assert shown(str(mine)).stdout.startswith(text)


def test_a_program_gets_it_as_json() -> None:
    found = json.loads(shown("conversation-never", "--format", "json").stdout)

    assert (found["name"], found["text"]) == ("conversation-never", TEXT)
    assert (found["holds"]["bookings"], found["holds"]["faults"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "show: found 0 names; expected one"),
        (["agency", "empty"], "show: found 2 names; expected one"),
        (["conversation-neve"], "conversation-never"),
        ([""], "'': found no scenario of this name"),
        (["  "], "'  ': found no scenario of this name"),
    ],
)
def test_what_cannot_be_shown_is_told(arguments: list[str], told: str) -> None:
    result = shown(*arguments)

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_with_an_error_is_one_finding(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("rentls: []\n")

    result = shown(str(wrong))

    assert result.exit_code == 1
    assert "rentls" in result.stderr
