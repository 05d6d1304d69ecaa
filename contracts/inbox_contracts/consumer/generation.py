"""Inventing worlds with Hypothesis: each hazard in its quota of worlds, others beside it, and noise between."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from inbox_contracts.consumer.hazards import Hazard, Numbers, Sketch, hazards
from inbox_contracts.consumer.initial_states import SETTLED, beginning
from inbox_contracts.consumer.worlds import World

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

JSON = dict[str, Any]
Pick = Callable[[Sequence[object]], object]

MOST_BESIDE = 2
MOST_NOISE = 3
ROUNDS = 20


def invent(count: int, seed: int, only: str | None = None) -> list[World]:
    """Return so many worlds, the same ones for the same seed. Hazards take turns, so that each has its quota early on."""
    names = [only] if only else list(hazards())
    quotas = [count // len(names) + (place < count % len(names)) for place in range(len(names))]
    invented = [_of(name, quota, seed) for name, quota in zip(names, quotas, strict=True)]
    return [world for turn in zip_longest(*invented) for world in turn if world is not None]


def compatible(chosen: Sequence[str], name: str) -> bool:
    """Whether a careful client can win a world with all of these hazards."""
    known = hazards()
    return all(name != other and name not in known[other].excludes and other not in known[name].excludes for other in chosen)


def compose(must: str, pick: Pick) -> World:
    """Return a world with a hazard in it; ``pick`` decides everything else."""
    chosen = [must]
    for _ in range(int(str(pick(range(MOST_BESIDE + 1))))):
        rest = [name for name in hazards() if compatible(chosen, name)]
        chosen.append(str(pick(rest)))
    numbers = Numbers()
    threads = [_thread(hazards()[name], pick, numbers) for name in chosen]
    needs = set().union(*(thread.needs for thread in threads))
    needs |= {part for part in ("settled", "webhooks") if pick((False, True))}
    if "settled" in needs:
        threads.append(_noise(pick, numbers))
    return World(beginning(needs), tuple(_interleaved([thread.steps for thread in threads], pick)))


def _thread(hazard: Hazard, pick: Pick, numbers: Numbers) -> Sketch:
    sketch = Sketch(pick, numbers)
    hazard.weave(sketch)
    return sketch


def _noise(pick: Pick, numbers: Numbers) -> Sketch:
    """Return things that happen every day, around a booking that was there from the start."""
    sketch = Sketch(pick, numbers)
    everyday: Sequence[Callable[[], object]] = (
        sketch.sync,
        lambda: sketch.passes("1m"),
        lambda: sketch.guest_writes(SETTLED),
        lambda: sketch.staff_write(SETTLED),
        lambda: sketch.reply(SETTLED),
        lambda: sketch.book(channel="direct"),
    )
    for _ in range(int(str(pick(range(MOST_NOISE + 1))))):
        pick(everyday)()  # type: ignore[operator]
    return sketch


def _interleaved(threads: Sequence[Sequence[Sequence[JSON]]], pick: Pick) -> Iterator[JSON]:
    """Yield the steps of all threads: within a thread in their order, and otherwise in any."""
    rest = [list(thread) for thread in threads if thread]
    while rest:
        chosen = rest[0] if len(rest) == 1 else rest[int(str(pick(range(len(rest)))))]
        yield from chosen.pop(0)
        rest = [thread for thread in rest if thread]


def _of(must: str, quota: int, seed: int) -> list[World]:
    """Return so many different worlds with a hazard; where there are not so many, some come twice."""
    found: dict[str, World] = {}
    for turn in range(ROUNDS):
        for world in _draw(must, 2 * quota, seed + turn):
            found.setdefault(repr(world), world)
        if len(found) >= quota:
            break
    worlds = list(found.values())
    # What Hypothesis tries first is the simplest; some of the simple ones and some of the others are wanted.
    spread = worlds[: quota // 3] + worlds[len(worlds) - (quota - quota // 3) :] if len(worlds) >= quota else worlds
    return [spread[place % len(spread)] for place in range(quota)]


def _draw(must: str, count: int, seed: int) -> list[World]:
    """Let Hypothesis draw worlds."""
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

    @st.composite
    def worlds(draw: st.DrawFn) -> World:
        return compose(must, lambda choices: draw(st.sampled_from(choices)))

    return worlds()
