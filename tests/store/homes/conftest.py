"""Each test runs in every home."""

from collections.abc import Iterator

import pytest

from homes import HOMES, Homes, Place, a_place


@pytest.fixture(params=[*HOMES, "durable directory"])
def place(request: pytest.FixtureRequest) -> Place:
    return a_place(request)


@pytest.fixture
def homes(place: Place) -> Iterator[Homes]:
    found = Homes(place)
    yield found
    found.home.close()


@pytest.fixture
def lasting(homes: Homes) -> Homes:
    if not homes.place.lasts:
        pytest.skip("what is kept there ends with it")
    return homes
