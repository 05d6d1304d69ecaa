"""A module of a plug-in package that cannot be used is told in one line: its file, the line, and the cause."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from inbox_mock import channels
from inbox_mock.cli import main
from inbox_mock.domain.discovery import DeclarationError
from plugged import plugged

CHANNEL = "from inbox_mock.channels import ChannelPolicy\n\n"


@pytest.mark.parametrize(
    ("source", "line", "cause"),
    [
        ("POLICY = (\n", 1, "SyntaxError: .* was never closed"),
        ("import pigeons\n", 1, "ModuleNotFoundError: No module named 'pigeons'"),
        (f"{CHANNEL}POLICY = ChannelPolicy(name='dove')\n", 3, "TypeError: .*'title'"),
        (f"{CHANNEL}POLICY = ChannelPolicy(name='dove', title='Dove', origin='dove')\n", 3, "ValueError: channel 'dove': origin is 'dove'"),
    ],
    ids=["syntax", "import", "argument", "value"],
)
def test_what_cannot_be_imported_is_named_with_its_file_and_line(source: str, line: int, cause: str, tmp_path: Path) -> None:
    with plugged(channels, "dove", source, tmp_path), pytest.raises(DeclarationError, match=rf"/dove\.py:{line}: {cause}") as raised:
        channels.policies()

    assert raised.value.__cause__ is not None
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["scenarios"]])
def test_the_command_line_tells_it_in_one_line(arguments: list[str], tmp_path: Path) -> None:
    with plugged(channels, "dove", '"""No policy."""\n', tmp_path):
        ran = CliRunner().invoke(main, arguments)

    assert (ran.exit_code, ran.stderr) == (2, "inbox-mock: inbox_mock.channels.dove must define POLICY: ChannelPolicy\n")
