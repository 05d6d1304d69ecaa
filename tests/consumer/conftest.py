"""One fake for all worlds, and a client that does everything right."""

from collections.abc import Iterator

import pytest
from driver import Driver
from mutants.clients.broken import InThisProcess

from contracts.consumer.driver import Client
from contracts.consumer.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def careful() -> Client:
    """The reference client, in this process."""
    return InThisProcess(Driver())
