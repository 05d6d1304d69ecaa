"""The page about the server trial has every property and every option."""

from pathlib import Path

import pytest

from inbox_contracts.commands.server import command
from inbox_contracts.provider.properties import every
from inbox_contracts.provider.trial import Property

PAGE = (Path(__file__).parents[2] / "docs" / "check-a-server.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("described", every(), ids=lambda each: str(each.name))
def test_the_table_says_what_the_property_says(described: Property) -> None:
    how = "fake" if described.fake else "reads" if described.reads else "writes"

    assert f"| `{described.name}` | {described.claim} | {described.fidelity.level} | {how} |" in PAGE


@pytest.mark.parametrize("option", [option for parameter in command.params for option in parameter.opts if option.startswith("-")])
def test_the_options_are_described(option: str) -> None:
    assert f"`{option}" in PAGE
