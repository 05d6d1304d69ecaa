"""One fake for all worlds, and a client that does everything right."""

from collections.abc import Iterator

import pytest

from driver import Driver
from inbox_contracts.consumer.driver import Client
from inbox_contracts.consumer.harness import Harness
from mutants.clients.broken import InThisProcess


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    with Harness() as harness:
        yield harness


@pytest.fixture
def careful() -> Client:
    """The reference client, in this process."""
    return InThisProcess(Driver())
