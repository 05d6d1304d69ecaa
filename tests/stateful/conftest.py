"""What lasts is in every home what a model says."""

from collections.abc import Iterator

import pytest

from homes import HOMES, a_place
from stateful.interrupted import Interruptible


@pytest.fixture(params=HOMES)
def server(request: pytest.FixtureRequest) -> Iterator[Interruptible]:
    """A fake in each home."""
    server = Interruptible(a_place(request))
    yield server
    server.close()
