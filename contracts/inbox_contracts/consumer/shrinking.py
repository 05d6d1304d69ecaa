"""Making a failing world small, within a budget: as long as it fails for the same reason, steps are left out."""

from collections.abc import Callable, Iterator
from time import monotonic

from inbox_contracts.consumer.worlds import PASSES, World, kind_of
from inbox_mock.channels import opening

Fails = Callable[[World], bool]
Clock = Callable[[], float]


def shrink(world: World, fails: Fails, budget_seconds: float, clock: Clock = monotonic) -> tuple[World, bool]:
    """Return the smallest world that was found to fail, and whether there was time to try everything.

    ``fails`` says whether a world fails for the same reason; it is never asked once the budget is spent.
    """
    ends = clock() + budget_seconds
    smaller = True
    while smaller:
        smaller = False
        for candidate in candidates(world):
            if clock() >= ends:
                return world, False
            if fails(candidate):
                world, smaller = candidate, True
                break
    return world, True


def candidates(world: World) -> Iterator[World]:
    """Yield worlds that are a little smaller, the boldest first: fewer steps, then less to begin with, then less in a step."""
    steps = world.steps
    width = len(steps) // 2
    while width:
        for start in range(len(steps) - width, -1, -width):
            yield world.with_steps(steps[:start] + steps[start + width :])
        width //= 2
    for name in ("bookings", "conversations", "webhooks", "page_cap"):
        if name in world.scenario:
            yield World({key: part for key, part in world.scenario.items() if key != name}, steps)
    bookings = world.scenario.get("bookings", [])
    for place in range(len(bookings) if len(bookings) > 1 else 0):
        yield World({**world.scenario, "bookings": bookings[:place] + bookings[place + 1 :]}, steps)
    for place, step in enumerate(steps):
        yield from (world.with_steps((*steps[:place], simpler, *steps[place + 1 :])) for simpler in _simpler(step))


def _simpler(step: dict[str, object]) -> Iterator[dict[str, object]]:
    kind = kind_of(step)
    given = step[kind]
    if kind == PASSES or not isinstance(given, dict):
        return
    if kind == "guest_books":
        plainer = {"channel": opening()[0].name, "host_participant": False}
        for name in ("channel", "host_participant"):
            if name in given and given[name] != plainer[name]:
                yield {kind: {**given, name: plainer[name]}}
        if "client_participants" in given:
            yield {kind: {key: part for key, part in given.items() if key != "client_participants"}}
    if kind == "fault" and int(str(given.get("times", 1))) > 1:
        yield {kind: {**given, "times": 1}}
