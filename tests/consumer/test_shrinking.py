"""Making a failing world small."""

from collections.abc import Callable

from inbox_contracts.consumer.generation import shrink
from inbox_contracts.consumer.worlds import World, kind_of

SCENARIO = {"seed": 7, "page_cap": 2, "bookings": [{"id": 70}, {"id": 80}], "webhooks": [{"url": "http://127.0.0.1:9000/"}]}


def steps(*contents: str) -> tuple[dict[str, object], ...]:
    return tuple({"guest_writes": {"booking": 80, "content": content}} for content in contents)


def fails_with(*needed: str) -> Callable[[World], bool]:
    def fails(world: World) -> bool:
        said = [step["guest_writes"]["content"] for step in world.steps]
        return [content for content in said if content in needed] == list(needed)

    return fails


def test_only_what_it_takes_to_fail_is_left() -> None:
    smallest, whole = shrink(World(SCENARIO, steps(*"abcdefgh")), fails_with("b", "g"), 30, clock=lambda: 0)
    assert smallest.steps == steps("b", "g")
    assert smallest.scenario == {"seed": 7}
    assert whole


def test_a_world_that_cannot_be_smaller_stays() -> None:
    world = World({"seed": 7}, steps("a"))
    assert shrink(world, fails_with("a"), 30, clock=lambda: 0) == (world, True)


def test_no_world_is_played_once_the_time_is_up() -> None:
    now, played = [0.0], []

    def fails(world: World) -> bool:
        played.append(now[0])
        now[0] += 4
        return fails_with("b", "g")(world)

    smallest, whole = shrink(World(SCENARIO, steps(*"abcdefgh")), fails, 10, clock=lambda: now[0])
    assert played == [0, 4, 8]
    assert not whole
    assert fails_with("b", "g")(smallest)


def test_without_any_time_nothing_is_tried() -> None:
    world = World(SCENARIO, steps("a"))
    assert shrink(world, lambda _: True, 0, clock=lambda: 0) == (world, False)


def test_a_booking_becomes_a_plain_one() -> None:
    booked = {"guest_books": {"id": 101, "channel": "booking-com", "host_participant": 3, "client_participants": 2, "rental": 16}}
    smallest, _ = shrink(World({}, (booked,)), lambda world: [kind_of(s) for s in world.steps] == ["guest_books"], 30, clock=lambda: 0)
    assert smallest.steps == ({"guest_books": {"id": 101, "channel": "airbnb", "host_participant": False, "rental": 16}},)
