"""Each test runs in every home."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import PLACES, Homes, InPostgres, Place


@pytest.fixture(params=[*PLACES, "PostgreSQL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "PostgreSQL":
        return InPostgres(request.getfixturevalue("postgresql").empty())
    return PLACES[request.param](tmp_path)


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
