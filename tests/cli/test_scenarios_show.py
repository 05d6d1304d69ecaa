"""``inbox-mock scenarios show``: a scenario's file, and what a sandbox of it holds."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from inbox_mock.cli.scenarios import command
from inbox_mock.scenarios import fixtures

FILE = fixtures() / "scenarios" / "conversation-never.yaml"


def shown(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["show", *arguments])


def test_the_file_is_printed_as_it_is_written_and_then_what_it_holds() -> None:
    result = shown("conversation-never")

    text = FILE.read_text()
    assert result.exit_code == 0
    assert result.stdout.startswith(text)
    assert result.stdout.removeprefix(text).startswith(
        "\n# A sandbox of it holds: rentals 1, hosts 1, clients 2, bookings 2, conversations 1, "
    )


def test_what_is_printed_is_a_scenario_again() -> None:
    assert yaml.safe_load(shown("conversation-never").stdout) == yaml.safe_load(FILE.read_text())


def test_a_file_is_shown_by_its_path(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("# of mine\ndescription: Nothing.\n")

    assert shown(str(mine)).stdout.startswith("# of mine\ndescription: Nothing.\n")


def test_a_program_gets_it_as_json() -> None:
    found = json.loads(shown("conversation-never", "--format", "json").stdout)

    assert (found["name"], found["text"]) == ("conversation-never", FILE.read_text())
    assert (found["holds"]["bookings"], found["holds"]["faults"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "show: found 0 names; expected one"),
        (["agency", "empty"], "show: found 2 names; expected one"),
        (["conversation-neve"], "conversation-never"),
        ([""], "no scenario of this name"),
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
