"""What becomes of a broken server or client on trial, and the table that shows it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from inbox_contracts.consumer.worker import collect_rarely

PROCESSES = 2


@dataclass(frozen=True)
class Row:
    """``killed`` by the property, rule or hazard named in ``killed_by``; a ``control`` is a good one, and must live."""

    name: str
    fault: str
    killed_by: str
    killed: bool
    control: bool
    detail: str

    @property
    def right(self) -> bool:
        return self.killed != self.control


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Let processes judge; where the block fails, or a signal ends it, they leave what they have not begun."""
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=collect_rarely) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def judged(judge: Callable[[str, bool], Row], names: Sequence[str], noun: str, *, fast: bool) -> Iterator[Row]:
    """Judge the good one, which has no name, and the broken ones of these names, in two processes, and tell how far they are."""
    with processes() as pool:
        for number, row in enumerate(pool.map(judge, ["", *names], [fast] * (len(names) + 1))):
            sys.stderr.write(f"\r  {noun} {number} of {len(names)}: {row.name:<60}")
            sys.stderr.flush()
            yield row
    sys.stderr.write("\r" + " " * 80 + "\r")


def table(title: str, rows: Sequence[Row]) -> str:
    """A line for each, and at the end the kill rate."""
    broken = [row for row in rows if not row.control]
    killed = sum(row.killed for row in broken)
    alarms = [row for row in rows if row.control and row.killed]
    width = max((len(row.name) for row in rows), default=0)
    by = max((len(row.killed_by) for row in rows), default=0)
    lines = [f"{_outcome(row):<12}{row.name:<{width}}  {row.killed_by:<{by}}  {row.fault}" for row in rows]
    wrong = [f"  {row.name}: {row.detail}" for row in rows if not row.right]
    rate = f"{killed} of {len(broken)} killed, {100 * killed / len(broken):.0f} %; " if broken else ""
    return "\n".join([*lines, f"{title}: {rate}false alarms: {len(alarms)}", *wrong])


def _outcome(row: Row) -> str:
    if row.control:
        return "FALSE ALARM" if row.killed else "good"
    return "killed" if row.killed else "LIVES"
