"""Each test runs in every home."""

from collections.abc import Iterator

import pytest

from homes import HOMES, LASTING_HOMES, Homes, Place, a_place


@pytest.fixture(params=[*HOMES, "durable directory"])
def place(request: pytest.FixtureRequest) -> Place:
    return a_place(request)


@pytest.fixture
def homes(place: Place) -> Iterator[Homes]:
    yield from opened(place)


@pytest.fixture(params=[*LASTING_HOMES, "durable directory"])
def lasting(request: pytest.FixtureRequest) -> Iterator[Homes]:
    """What is kept there is there when it is opened again."""
    yield from opened(a_place(request))


def opened(place: Place) -> Iterator[Homes]:
    homes = Homes(place)
    yield homes
    homes.home.close()
