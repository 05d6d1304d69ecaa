"""What the plot of growth is drawn from."""

import pytest

from bench.growth import Curve
from bench.growth.operations import OPERATIONS
from bench.growth.worlds import World, make


def test_a_power_of_the_size_is_found() -> None:
    curve = Curve("fork", "messages", {size: [size**0.5 * other for other in (2, 3, 90)] for size in (10, 100, 1_000)})

    assert curve.ratios[1_000] == pytest.approx(10)
    assert curve.exponent == pytest.approx(0.5)


def test_the_last_step_is_that_of_the_largest_sizes() -> None:
    curve = Curve("fork", "messages", {1: [100], 10: [100], 100: [1_000]})

    assert curve.exponent == pytest.approx(0.5)
    assert curve.last_exponent == pytest.approx(1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(50, 3, tmp_path_factory.mktemp("world") / "data")


def test_a_world_holds_what_it_says(world: World) -> None:
    assert world.server.call("GET", "/api/v3/inbox/messages").headers["X-Total-Count"] == "50"
    assert world.server.call("GET", "/__admin/sandboxes").json["count"] == 3


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_takes_time_and_can_be_repeated(world: World, operation: str) -> None:
    operate, _ = OPERATIONS[operation]

    assert all(operate(world, number) > 0 for number in range(2))
