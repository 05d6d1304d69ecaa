"""The reference clients, each behind its driver, commanded line by line as any judge would."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import a_scenario
from driven import Driven, Told, begin
from fake import Mock, OverSocket
from languages import missing, skip_unless_required

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMMANDS = {
    "python": [sys.executable, str(EXAMPLES / "python_client" / "driver.py")],
    "node": ["node", str(EXAMPLES / "node_client" / "driver.mjs")],
    "ruby": ["ruby", "-w", str(EXAMPLES / "ruby_client" / "driver.rb")],
    "php": ["php", str(EXAMPLES / "php_client" / "driver.php")],
}


@pytest.fixture(scope="module", params=COMMANDS)
def driver(request: pytest.FixtureRequest) -> Iterator[Driven]:
    """A client's driver, started once, as the protocol has it."""
    command = COMMANDS[request.param]
    if reason := missing(request.param):
        skip_unless_required(reason)
    with Driven(command) as driven:
        yield driven


@pytest.fixture
def told_of(driver: Driven, served: str) -> Callable[..., Told]:
    """Start the client in a fresh world of one's choice."""
    return lambda **changes: begin(driver, Mock(OverSocket(served)).sandbox(a_scenario(**changes)))
