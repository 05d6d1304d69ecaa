"""Advancing a sandbox's clock: in steps, for webhooks are sent between transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mock_server.domain import times
from mock_server.domain.clock import LATEST
from mock_server.domain.errors import Busy, Problem
from mock_server.services.delivering import Courier, Outcome, Parcel, settle
from mock_server.services.sandboxes import Sandbox
from mock_server.services.timeline import LONGEST, MOST_EVENTS, due_parcel, step
from mock_server.services.work import Work
from mock_server.store import timeline
from mock_server.store.timeline import Event

IDLE = "idle"
BEGAN_ANEW = "stopped: the sandbox was reset or restored meanwhile"


@dataclass(frozen=True, slots=True)
class Journey:
    """Where an advance ended and what happened on the way; ``why`` says what stopped it early."""

    now: str
    happened: list[Event]
    why: str | None = None


def advance(sandbox: Sandbox, courier: Courier, destination: Callable[[Work], datetime]) -> Journey:
    """Move a sandbox's clock forward, and return where it stands and what happened on the way.

    It ends early where receivers answer every webhook with what causes another, and time would stand still for ever.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end, life = destination(work), sandbox.life
        return _steps(sandbox, courier, life, end, "")


def advance_until(sandbox: Sandbox, courier: Courier, kind: str) -> Journey:
    """Move the clock forward until an event of a kind has happened, or, for ``idle``, until nothing is left to happen.

    It ends after 1,000 events or a year at the latest, and with nothing pending it does not move.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end, life = work.instant + LONGEST, sandbox.life
        return _steps(sandbox, courier, life, end, kind)


def deliver_due(sandbox: Sandbox, courier: Courier) -> int:
    """Send the webhooks that are due by now, one after the other, and return how many."""
    for number in range(MOST_EVENTS):
        with sandbox.work() as work:
            parcel, life = due_parcel(work), sandbox.life
        if parcel is None:
            return number
        carry(sandbox, courier, life, parcel)
    return MOST_EVENTS


def carry(sandbox: Sandbox, courier: Courier, life: int, parcel: Parcel) -> Outcome:
    """Send a webhook and write the outcome down, unless the sandbox that sent it has begun anew meanwhile: ``life`` tells."""
    outcome = courier(parcel)
    with sandbox.work() as work:
        if sandbox.life == life:
            settle(work, parcel, outcome)
    return outcome


def _steps(sandbox: Sandbox, courier: Courier, life: int, end: datetime, until: str) -> Journey:
    with sandbox.work() as work:
        known, before, echoes = timeline.newest(work.db), work.now, 0
    happened: list[Event] = []
    while True:
        with sandbox.work() as work:
            if sandbox.life != life:
                return Journey(work.now, happened, BEGAN_ANEW)
            events, parcel = step(work, end, until=until)
            now, waiting = work.now, bool(timeline.next_due(work.db, times.wire(LATEST)))
        happened += events
        if parcel is not None:
            happened[-1].about["outcome"] = carry(sandbox, courier, life, parcel).says
        if until and happened and happened[-1].kind == until:
            return Journey(now, happened)
        echoes = (echoes if now == before else 0) + sum(event.id > known for event in events)
        if until and len(happened) >= MOST_EVENTS:
            return Journey(now, happened, f"stopped after {MOST_EVENTS:,} events")
        if not until and echoes >= MOST_EVENTS:
            return Journey(now, happened, f"stopped after {MOST_EVENTS:,} events of one moment, each caused by another")
        if not events or (not until and parcel is None and len(events) < MOST_EVENTS):
            return Journey(now, happened, "stopped after a year: something is left to happen" if until and waiting else None)
        before = now


@contextmanager
def _alone(sandbox: Sandbox) -> Iterator[None]:
    if not sandbox.advancing.acquire(blocking=False):
        raise Busy(Problem("busy", "another advance of this sandbox is under way"))
    try:
        yield
    finally:
        sandbox.advancing.release()
