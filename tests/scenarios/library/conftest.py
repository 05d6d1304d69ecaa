"""The receiver of shipped scenarios."""

from collections.abc import Iterator

import pytest

from receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
