"""What becomes of a broken server or client on trial, and the table that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass


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


def table(title: str, rows: Sequence[Row]) -> str:
    """A line for each, and at the end the kill rate."""
    broken = [row for row in rows if not row.control]
    killed = sum(row.killed for row in broken)
    alarms = [row for row in rows if row.control and row.killed]
    width = max((len(row.name) for row in rows), default=0)
    by = max((len(row.killed_by) for row in rows), default=0)
    lines = [f"{_outcome(row):<12}{row.name:<{width}}  {row.killed_by:<{by}}  {row.fault}" for row in rows]
    wrong = [f"  {row.name}: {row.detail}" for row in rows if not row.right]
    rate = f"{title}: {killed} of {len(broken)} killed, {100 * killed / max(1, len(broken)):.0f} %; false alarms: {len(alarms)}"
    return "\n".join([*lines, rate, *wrong])


def _outcome(row: Row) -> str:
    if row.control:
        return "FALSE ALARM" if row.killed else "good"
    return "killed" if row.killed else "LIVES"
