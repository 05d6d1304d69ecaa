"""The command, run in this process."""

import pytest

from fake import Mock, OverSocket, Sandbox
from processes import run
from provider.hostile import Check


@pytest.fixture
def check() -> Check:
    """Run ``inbox-mock check server`` with these words."""
    return lambda *words: run("check", "server", *words)


@pytest.fixture
def sandbox(served: str) -> Sandbox:
    """An agency's sandbox on a port: to who has its token, a server like any other."""
    return Mock(OverSocket(served)).sandbox("agency")
