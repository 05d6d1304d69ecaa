"""What the files of a deployment set is there to be set."""

import re
from pathlib import Path

import click
import pytest

from cli.walked import COMMANDS

FOLDER = Path(__file__).parents[2] / "deploy"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and "secrets" not in path.parts)
SERVE = [option for option in COMMANDS[("serve",)].params if isinstance(option, click.Option)]


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_variable_and_option_that_a_file_sets_is_one_of_serve(file: Path) -> None:
    text = file.read_text()
    variables = set(re.findall(r"\bINBOX_MOCK_[A-Z_]+", text))
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", " ".join(re.findall(r"inbox-mock serve.*", text))))

    assert variables <= {option.envvar for option in SERVE}
    assert options <= {name for option in SERVE for name in option.opts}
