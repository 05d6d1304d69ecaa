"""Homes for tests: each kind of them, and a directory with two sandboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import HOMES, LASTING_HOMES, ONE, TWO, Homes, InDirectory, Place, a_place, an_image
from inbox_mock.store.homes import Start


@pytest.fixture(params=[*HOMES, "durable directory"])
def place(request: pytest.FixtureRequest) -> Place:
    return a_place(request)


@pytest.fixture
def homes(place: Place) -> Iterator[Homes]:
    yield from open_in(place)


@pytest.fixture(params=[*LASTING_HOMES, "durable directory"])
def lasting(request: pytest.FixtureRequest) -> Iterator[Homes]:
    """What is kept there is there when it is opened again."""
    yield from open_in(a_place(request))


def open_in(place: Place) -> Iterator[Homes]:
    homes = Homes(place)
    yield homes
    homes.home.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory of two sandboxes, closed; the first one has a snapshot."""
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(ONE, "one", start=Start(image=an_image("start"))).keep_snapshot("a", "now", an_image("snapshot"))
    homes.add(TWO, "two", start=Start(image=an_image("other start")))
    homes.home.close()
    return tmp_path / "data"


@pytest.fixture
def opened(data: Path) -> Iterator[Homes]:
    homes = Homes(InDirectory(data))
    yield homes
    homes.home.close()
