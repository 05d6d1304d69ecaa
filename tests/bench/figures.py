"""What was measured, what it should have been, and the table that shows both."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One budget: a value for each round; their median is what counts. A ratio has no ``unit``."""

    subject: str
    target: float
    rounds: Sequence[float] = field(repr=False)
    unit: str = ""
    at_least: bool = False
    note: str = ""

    @property
    def measured(self) -> float:
        return median(self.rounds)

    @property
    def met(self) -> bool:
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    @property
    def cells(self) -> tuple[str, ...]:
        spread = f"{self._shown(min(self.rounds))} - {self._shown(max(self.rounds))}" if len(self.rounds) > 1 else ""
        wanted = f"{'>=' if self.at_least else '<='} {self._shown(self.target)}"
        return self.subject, wanted, self._shown(self.measured), spread, "met" if self.met else "MISSED", self.note

    def _shown(self, value: float) -> str:
        return f"{value:.0f} {self.unit}" if self.unit == "MB" else f"{value:.2f} {self.unit}".rstrip()


HEADINGS = ("what", "target", "measured", "min - max", "", "")


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure, and at the end the names of those that missed their target."""
    rows = [HEADINGS, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    missed = [figure.subject for figure in figures if not figure.met]
    verdict = ["Missed:", *(f"  {subject}" for subject in missed)] if missed else ["Every target was met."]
    return "\n".join([*lines, "", *verdict])


def say(progress: str) -> None:
    """Tell who waits how far it is."""
    sys.stderr.write(f"{progress}\n")


def milliseconds(seconds: Iterable[float]) -> list[float]:
    return [each * 1000 for each in seconds]
