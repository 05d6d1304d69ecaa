"""The reference clients, each behind its driver, commanded line by line as any judge would."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import a_scenario
from driven import Driven, Told, begin
from fake import Mock, OverSocket
from languages import NOT_IN_CI, missing, skip_without

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMMANDS = {
    "python": [sys.executable, str(EXAMPLES / "python_client" / "driver.py")],
    "node": ["node", str(EXAMPLES / "node_client" / "driver.mjs")],
    "ruby": ["ruby", "-w", str(EXAMPLES / "ruby_client" / "driver.rb")],
    "php": ["php", str(EXAMPLES / "php_client" / "driver.php")],
    "bookingsync-api": ["ruby", str(EXAMPLES / "gem_client" / "driver.rb")],
}
HERE = [language for language in COMMANDS if language not in NOT_IN_CI or not missing(language)]


@pytest.fixture(scope="module", params=HERE)
def driver(request: pytest.FixtureRequest) -> Iterator[Driven]:
    """A client's driver, started once, as the protocol has it."""
    command = COMMANDS[request.param]
    skip_without(request.param)
    with Driven(command) as driven:
        yield driven


@pytest.fixture
def told_of(driver: Driven, served: str) -> Callable[..., Told]:
    """Start the client in a fresh world of one's choice."""
    return lambda **changes: begin(driver, Mock(OverSocket(served)).sandbox(a_scenario(**changes)))
