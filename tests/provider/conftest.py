"""The command, run in this process."""

import pytest
from click.testing import CliRunner

from fake import Mock, OverSocket, Sandbox
from inbox_mock.cli import main
from provider.hostile import Check


@pytest.fixture
def check() -> Check:
    """Run ``inbox-mock check server`` with these words."""
    return lambda *words: CliRunner().invoke(main, ["check", "server", *words], catch_exceptions=False)


@pytest.fixture
def sandbox(served: str) -> Sandbox:
    """An agency's sandbox on a port: to who has its token, a server like any other."""
    return Mock(OverSocket(served)).sandbox("agency")
