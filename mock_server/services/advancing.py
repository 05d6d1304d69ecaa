"""Advancing a sandbox's clock: in steps, for webhooks are sent between transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from mock_server.domain.errors import Busy, Problem
from mock_server.services.delivering import Courier, settle
from mock_server.services.sandboxes import Sandbox
from mock_server.services.timeline import LONGEST, MOST_EVENTS, due_parcel, step
from mock_server.services.work import Work
from mock_server.store.timeline import Event

IDLE = "idle"


def advance(sandbox: Sandbox, courier: Courier, destination: Callable[[Work], datetime]) -> tuple[str, list[Event]]:
    """Move a sandbox's clock forward, and return where it stands and what happened on the way.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end = destination(work)
        return _steps(sandbox, courier, end, "")


def advance_until(sandbox: Sandbox, courier: Courier, kind: str) -> tuple[str, list[Event]]:
    """Move the clock forward until an event of a kind has happened, or, for ``idle``, until nothing is left to happen.

    It ends after 1,000 events or a year at the latest, and with nothing pending it does not move.

    Raises:
        Busy: another advance of the same sandbox is under way.

    """
    with _alone(sandbox):
        with sandbox.work() as work:
            end = work.instant + LONGEST
        return _steps(sandbox, courier, end, kind)


def deliver_due(sandbox: Sandbox, courier: Courier) -> int:
    """Send the webhooks that are due by now, one after the other, and return how many."""
    for number in range(MOST_EVENTS):
        with sandbox.work() as work:
            parcel = due_parcel(work)
        if parcel is None:
            return number
        outcome = courier(parcel)
        with sandbox.work() as work:
            settle(work, parcel, outcome)
    return MOST_EVENTS


def _steps(sandbox: Sandbox, courier: Courier, end: datetime, until: str) -> tuple[str, list[Event]]:
    happened: list[Event] = []
    while True:
        with sandbox.work() as work:
            events, parcel = step(work, end, until=until)
            now = work.now
        happened += events
        if parcel is not None:
            outcome = courier(parcel)
            with sandbox.work() as work:
                settle(work, parcel, outcome)
            happened[-1].about["outcome"] = outcome.says
        if not events or (until and (happened[-1].kind == until or len(happened) >= MOST_EVENTS)):
            return now, happened
        if not until and parcel is None and len(events) < MOST_EVENTS:
            return now, happened


@contextmanager
def _alone(sandbox: Sandbox) -> Iterator[None]:
    if not sandbox.advancing.acquire(blocking=False):
        raise Busy(Problem("busy", "another advance of this sandbox is under way"))
    try:
        yield
    finally:
        sandbox.advancing.release()
