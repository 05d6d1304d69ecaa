"""Advancing a sandbox's clock: in steps, for webhooks are sent between transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from inbox_mock.domain import times
from inbox_mock.domain.clock import LATEST
from inbox_mock.domain.errors import Conflict, Problem
from inbox_mock.engine.sandboxes import Sandbox
from inbox_mock.engine.timeline import LONGEST, MOST_EVENTS, due_parcel, step
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store import timeline
from inbox_mock.store.timeline import Event
from inbox_mock.webhooks.requests import DeliveryRequest, DeliveryResult, Send, settle

IDLE = "idle"
BEGAN_ANEW = "stopped: the sandbox was reset or restored meanwhile"


@dataclass(frozen=True, slots=True)
class AdvanceResult:
    """Where an advance ended and what happened on the way; ``why`` says what stopped it early."""

    now: str
    happened: list[Event]
    why: str | None = None


def advance(sandbox: Sandbox, courier: Send, destination: Callable[[UnitOfWork], datetime]) -> AdvanceResult:
    """Move a sandbox's clock forward, and return where it stands and what happened on the way.

    It ends early where receivers answer every webhook with what causes another, and time would stand still for ever.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end, generation = destination(work), sandbox.generation
        return _steps(sandbox, courier, generation, end, "")


def advance_until(sandbox: Sandbox, courier: Send, kind: str) -> AdvanceResult:
    """Move the clock forward until an event of a kind has happened, or, for ``idle``, until nothing is left to happen.

    It ends after 1,000 events or a year at the latest, and with nothing pending it does not move.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end, generation = work.instant + LONGEST, sandbox.generation
        return _steps(sandbox, courier, generation, end, kind)


def deliver_due(sandbox: Sandbox, courier: Send) -> int:
    """Send the webhooks that are due by now, one after the other, and return how many."""
    for number in range(MOST_EVENTS):
        with sandbox.work() as work:
            parcel, generation = due_parcel(work), sandbox.generation
        if parcel is None:
            return number
        carry(sandbox, courier, generation, parcel)
    return MOST_EVENTS


def carry(sandbox: Sandbox, courier: Send, generation: int, parcel: DeliveryRequest) -> DeliveryResult:
    """Send a webhook and write the outcome down, unless the sandbox that sent it has begun anew meanwhile: ``life`` tells."""
    outcome = courier(parcel)
    with sandbox.work() as work:
        if sandbox.generation == generation:
            settle(work, parcel, outcome)
    return outcome


def _steps(sandbox: Sandbox, courier: Send, generation: int, end: datetime, until: str) -> AdvanceResult:
    with sandbox.work() as work:
        known, before, echoes = timeline.newest(work.db), work.now, 0
    happened: list[Event] = []
    while True:
        with sandbox.work() as work:
            if sandbox.generation != generation:
                return AdvanceResult(work.now, happened, BEGAN_ANEW)
            events, parcel = step(work, end, until=until)
            now, waiting = work.now, bool(timeline.next_due(work.db, times.wire(LATEST)))
        happened += events
        if parcel is not None:
            happened[-1].about["outcome"] = carry(sandbox, courier, generation, parcel).says
        if until and happened and happened[-1].kind == until:
            return AdvanceResult(now, happened)
        echoes = (echoes if now == before else 0) + sum(event.id > known for event in events)
        if until and len(happened) >= MOST_EVENTS:
            return AdvanceResult(now, happened, f"stopped after {MOST_EVENTS:,} events")
        if not until and echoes >= MOST_EVENTS:
            return AdvanceResult(now, happened, f"stopped after {MOST_EVENTS:,} events of one moment, each caused by another")
        if not events or (not until and parcel is None and len(events) < MOST_EVENTS):
            return AdvanceResult(now, happened, "stopped after a year: something is left to happen" if until and waiting else None)
        before = now


@contextmanager
def _alone(sandbox: Sandbox) -> Iterator[None]:
    if not sandbox.advancing.acquire(blocking=False):
        raise Conflict(Problem("busy", "another advance of this sandbox is under way"))
    try:
        yield
    finally:
        sandbox.advancing.release()
