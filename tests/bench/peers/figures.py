"""What was measured of each peer, and the tables that show it as ratios to the fake's own."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

ONE, EIGHT, START, IDLE, LOADED = "GET on one connection", "on eight", "start to the first 200", "memory, idle", "after the load"
FIXTURE = "processor's time a test"
COLUMNS = (ONE, EIGHT, START, IDLE, LOADED)
MORE_IS_BETTER = (ONE, EIGHT)


@dataclass
class Subject:
    """A row: a value for each round, by column; ``missing`` says that it could not be measured, and why."""

    title: str
    does: str
    rounds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    missing: str = ""

    def ratios(self, column: str, ours: "Subject") -> list[float]:
        """Those of each round to the fake's."""
        return [its / mine for its, mine in zip(self.rounds[column], ours.rounds[column], strict=False)]


def cells(subject: Subject, ours: Subject, show: Callable[[Sequence[float]], str], columns: Sequence[str] = COLUMNS) -> list[str]:
    """A cell for each column; in bold, what is better than the fake's."""
    if subject is ours:
        return ["1"] * len(columns)
    if subject.missing:
        return [subject.missing, *[""] * (len(columns) - 1)]
    return [_cell(subject.ratios(column, ours), show, more_is_better=column in MORE_IS_BETTER) for column in columns]


def _cell(ratios: Sequence[float], show: Callable[[Sequence[float]], str], *, more_is_better: bool) -> str:
    if not ratios:
        return ""
    middle = median(ratios)
    return f"**{show(ratios)}**" if (middle > 1 if more_is_better else middle < 1) else show(ratios)


def ratio(values: Sequence[float]) -> str:
    """The median of some ratios."""
    return f"{median(values):.2g}" if median(values) < 10 else f"{median(values):.0f}"


def spread(values: Sequence[float]) -> str:
    """The median, and of several the least and the most."""
    return ratio(values) + (f" ({ratio([min(values)])} - {ratio([max(values)])})" if len(values) > 1 else "")


def whole(subjects: Sequence[Subject]) -> list[list[str]]:
    """The table with everything."""
    return [["", *COLUMNS, "what it does for a GET"], *([each.title, *cells(each, subjects[0], spread), each.does] for each in subjects)]


def short(subjects: Sequence[Subject]) -> list[list[str]]:
    """The same without the spread."""
    return [["", *COLUMNS], *([each.title, *cells(each, subjects[0], ratio)] for each in subjects)]


def of_fixtures(subjects: Sequence[Subject]) -> list[list[str]]:
    """The table of what a fixture costs a test."""
    rows = ([each.title, *cells(each, subjects[0], spread, [FIXTURE]), each.does] for each in subjects)
    return [["fixture", FIXTURE, "a test"], *rows]


def absolute(subjects: Sequence[Subject]) -> Iterator[str]:
    """The medians themselves, which hold for this machine alone."""
    for subject in subjects:
        values = [f"{column} {median(found):,.4g}" for column, found in subject.rounds.items() if found]
        yield f"{subject.title}: {subject.missing or ', '.join(values)}"
