"""What operations cost when there are more messages, or more sandboxes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from gc import collect, freeze
from math import log
from statistics import linear_regression, median

from bench.figures import Figure, say
from bench.growth.operations import OPERATIONS
from bench.growth.worlds import World, make

BUDGETS = {"GET a page": 1.25, "GET one message": 1.25}
SIZES = (1_000, 1_000_000)


@dataclass(frozen=True)
class Curve:
    """The cost of an operation by what there is more and more of: seconds of the processor for each round, by size."""

    operation: str
    of: str
    rounds: Mapping[int, Sequence[float]]

    @property
    def ratios(self) -> dict[int, float]:
        """The cost at each size, as a ratio to that at the smallest."""
        costs = {size: median(values) for size, values in self.rounds.items()}
        return {size: cost / costs[min(costs)] for size, cost in costs.items()}

    @property
    def exponent(self) -> float:
        """That of the power of the size which is nearest to the costs."""
        return _slope(list(self.ratios.items()))

    @property
    def last_exponent(self) -> float:
        """The same from the last size but one to the last, where a part of the cost that stays the same counts less."""
        return _slope(list(self.ratios.items())[-2:])


def shown(exponent: float) -> str:
    """To two places, and zero without a sign."""
    return f"{exponent:z.2f}"


def _slope(points: Sequence[tuple[float, float]]) -> float:
    logs = [(log(size), log(ratio)) for size, ratio in points]
    return linear_regression(*zip(*logs, strict=True)).slope


def curves(of: str, worlds: Mapping[int, World], rounds: int, operations: Sequence[str]) -> list[Curve]:
    """Measure the operations in worlds by their size, which take turns; the round before the first warms up."""
    found: dict[str, dict[int, list[float]]] = {operation: {size: [] for size in worlds} for operation in operations}
    collect()
    freeze()
    for number in range(-1, rounds):
        say(f"  more {of}, round {number + 1} of {rounds}")
        for name in operations:
            operation, times = OPERATIONS[name]
            spent = [[operation(world, each) for world in worlds.values()] for each in range(times)]
            for size, values in zip(worlds, zip(*spent, strict=True), strict=True):
                if number >= 0:
                    found[name][size].append(median(values))
    return [Curve(operation, of, values) for operation, values in found.items()]


def measure(rounds: int) -> Iterator[Figure]:
    """The two that clients do most: each value is the cost at the last size over the cost at the first."""
    worlds = {}
    for size in SIZES:
        say(f"  filling a sandbox with {size:,} messages")
        worlds[size] = make(size)
    for curve in curves("messages", worlds, rounds, list(BUDGETS)):
        few, many = (curve.rounds[size] for size in SIZES)
        yield Figure(
            subject=f"{curve.operation}, cost with {SIZES[-1]:,} messages against {SIZES[0]:,}",
            target=BUDGETS[curve.operation],
            rounds=[last / first for first, last in zip(few, many, strict=True)],
            note=" / ".join(f"{median(values) * 1e6:.0f}" for values in (few, many)) + " us",
        )
