"""Generating worlds, each hazard in its quota of them, and making a failing world smaller."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count as numbers
from operator import itemgetter
from random import Random
from time import monotonic
from typing import Any

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.hazards import Counters, StepBuilder, hazards
from inbox_contracts.consumer.worlds import PASSES, SETTLED, World, initial_state, kind_of
from inbox_mock.channels import opening

Pick = Callable[[Sequence[Any]], Any]
Fails = Callable[[World], bool]
Clock = Callable[[], float]

MOST_FURTHER_HAZARDS = 2
MOST_NOISE = 3
SIMPLEST = 2
"""In which turn a hazard is alone in its world."""
ROUNDS = 20
"""How often another world is drawn in place of one that was drawn before."""


class Deck:
    """Deals what hazards choose from: at each place where a hazard chooses, everything comes once before anything comes again."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left: dict[tuple[str, int, int], list[int]] = {}

    def of(self, hazard: str) -> Pick:
        """Return what chooses for a hazard in one world."""
        places = numbers()

        def pick(choices: Sequence[Any]) -> object:
            left = self._left.setdefault((hazard, next(places), len(choices)), [])
            if not left:
                left += self._random.sample(range(len(choices)), len(choices))
            return choices[left.pop()]

        return pick


def generate(count: int, seed: int, only: str | None = None) -> list[World]:
    """Return the first ``count`` worlds of those that a seed stands for. Hazards alternate, so that each occurs early.

    They are different ones, unless a hazard has too few. The third world of a hazard is its simplest one, with nothing else in it.
    """
    random, names = Random(seed), [only] if only else list(hazards())  # noqa: S311 - nobody is to be kept from guessing
    deck, found = Deck(random), list[World]()
    for number in range(count):
        turn, place = divmod(number, len(names))
        found.append(compose(names[place], itemgetter(0)) if turn == SIMPLEST else _another(names[place], random, deck, found))
    return found


def _another(must: str, random: Random, deck: Deck, known: Sequence[World]) -> World:
    """Return a world with a hazard that is not known yet; if none is found, one that is."""
    for _ in range(ROUNDS):
        world = compose(must, random.choice, deck.of)
        if world not in known:
            break
    return world


def compatible(chosen: Sequence[str], name: str) -> bool:
    """Return whether a hazard can be in one world with the chosen ones."""
    known = hazards()
    return all(name != other and name not in known[other].excludes and other not in known[name].excludes for other in chosen)


def compose(must: str, pick: Pick, pick_of: Callable[[str], Pick] | None = None) -> World:
    """Return a world with a hazard in it; ``pick`` chooses everything else, but what a hazard chooses by itself: that ``pick_of`` does."""
    chosen = [must]
    for _ in range(pick(range(MOST_FURTHER_HAZARDS + 1))):
        rest = [name for name in hazards() if compatible(chosen, name)]
        chosen.append(pick(rest))
    counters = Counters()
    builders = [StepBuilder(pick_of(name) if pick_of else pick, counters) for name in chosen]
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
