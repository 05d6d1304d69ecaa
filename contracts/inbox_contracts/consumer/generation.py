"""Generating worlds with Hypothesis, each hazard in its quota of them, and making a failing world smaller."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from time import monotonic
from typing import TYPE_CHECKING, Any

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.hazards import Counters, StepBuilder, hazards
from inbox_contracts.consumer.worlds import PASSES, SETTLED, World, initial_state, kind_of
from inbox_mock.channels import opening

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Pick = Callable[[Sequence[Any]], Any]
Fails = Callable[[World], bool]
Clock = Callable[[], float]

MOST_FURTHER_HAZARDS = 2
MOST_NOISE = 3
ROUNDS = 20
MOST_KEPT = 512
"""So many hazards' shares of worlds are kept for the next trial of this process."""


def generate(count: int, seed: int, only: str | None = None) -> list[World]:
    """Return ``count`` worlds, the same ones for the same seed. Hazards alternate, so that each occurs early."""
    names = [only] if only else list(hazards())
    quotas = [count // len(names) + (place < count % len(names)) for place in range(len(names))]
    generated = [_of(name, quota, seed) for name, quota in zip(names, quotas, strict=True)]
    return [world for turn in zip_longest(*generated) for world in turn if world is not None]


def compatible(chosen: Sequence[str], name: str) -> bool:
    """Return whether a hazard can be in one world with the chosen ones."""
    known = hazards()
    return all(name != other and name not in known[other].excludes and other not in known[name].excludes for other in chosen)


def compose(must: str, pick: Pick) -> World:
    """Return a world with a hazard in it; ``pick`` chooses everything else."""
    chosen = [must]
    for _ in range(pick(range(MOST_FURTHER_HAZARDS + 1))):
        rest = [name for name in hazards() if compatible(chosen, name)]
        chosen.append(pick(rest))
    counters = Counters()
    builders = [StepBuilder(pick, counters) for _ in chosen]
    for name, builder in zip(chosen, builders, strict=True):
        hazards()[name].add_steps(builder)
    needs = set().union(*(builder.needs for builder in builders))
    needs |= {part for part in ("settled", "webhooks") if pick((False, True))}
    if "settled" in needs:
        builders.append(_noise(pick, counters))
    return World(initial_state(needs), tuple(_interleaved([builder.groups for builder in builders], pick)))


def _noise(pick: Pick, counters: Counters) -> StepBuilder:
    """Return everyday steps, about a booking of the initial state."""
    steps = StepBuilder(pick, counters)
    everyday: Sequence[Callable[[], object]] = (
        steps.sync,
        lambda: steps.passes("1m"),
        lambda: steps.guest_writes(SETTLED),
        lambda: steps.staff_write(SETTLED),
        lambda: steps.reply(SETTLED),
        lambda: steps.book(channel="direct"),
    )
    for _ in range(pick(range(MOST_NOISE + 1))):
        pick(everyday)()
    return steps


def _interleaved(sequences: Sequence[Sequence[Sequence[JSON]]], pick: Pick) -> Iterator[JSON]:
    """Yield the steps of all hazards: those of one hazard in their order, interleaved with the others at random."""
    rest = [list(groups) for groups in sequences if groups]
    while rest:
        chosen = rest[0] if len(rest) == 1 else rest[pick(range(len(rest)))]
        yield from chosen.pop(0)
        rest = [groups for groups in rest if groups]


@lru_cache(maxsize=MOST_KEPT)
def _of(must: str, quota: int, seed: int) -> tuple[World, ...]:
    """Return a quota of different worlds with a hazard; if there are fewer, some are repeated."""
    found: dict[str, World] = {}
    for turn in range(ROUNDS):
        for world in _draw(must, 2 * quota, seed + turn):
            found.setdefault(repr(world), world)
        if len(found) >= quota:
            break
    worlds = list(found.values())
    # Hypothesis tries the simplest examples first; the quota takes some of these and some of the others.
    spread = worlds[: quota // 3] + worlds[len(worlds) - (quota - quota // 3) :] if len(worlds) >= quota else worlds
    return tuple(spread[place % len(spread)] for place in range(quota))


def _draw(must: str, count: int, seed: int) -> list[World]:
    import hypothesis
    from hypothesis import HealthCheck, Phase, given, settings

    drawn: list[World] = []
    quiet = settings(
        max_examples=max(count, 1), database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )

    @hypothesis.seed(f"{seed}/{must}")
    @quiet
    @given(_worlds(must))
    def collect(world: World) -> None:
        drawn.append(world)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    return drawn


def _worlds(must: str) -> "SearchStrategy[World]":
    from hypothesis import strategies as st

    @lru_cache(typed=True)  # to make a strategy takes longer than to draw from it
    def one_of(numbers: range | None, *choices: object) -> "SearchStrategy[Any]":
        return st.sampled_from(choices if numbers is None else numbers)

    def strategy(choices: Sequence[Any]) -> "SearchStrategy[Any]":
        try:
            return one_of(choices if isinstance(choices, range) else None, *choices)
        except TypeError:  # one of them is no key
            return st.sampled_from(choices)

    @st.composite
    def worlds(draw: st.DrawFn) -> World:
        return compose(must, lambda choices: draw(strategy(choices)))

    return worlds()


def shrink(world: World, fails: Fails, budget_seconds: float, clock: Clock = monotonic) -> tuple[World, bool]:
    """Return the smallest failing world that was found, and whether there was time to try every candidate.

    ``fails`` says whether a world fails for the same reason; it is not called once the budget is spent.
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
    """Yield smaller worlds, the largest reduction first: fewer steps, then a smaller initial state, then simpler steps."""
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
        yield from (world.with_steps((*steps[:place], simpler, *steps[place + 1 :])) for simpler in _simplified(step))


def _simplified(step: dict[str, object]) -> Iterator[dict[str, object]]:
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
