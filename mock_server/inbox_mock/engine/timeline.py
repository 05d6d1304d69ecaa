"""Moving a sandbox's time within one transaction: each event that is due is handled in turn, at its own time."""

from datetime import datetime, timedelta
from math import inf

from inbox_mock.domain import limits, times
from inbox_mock.domain.times import LATEST
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store import timeline, webhooks
from inbox_mock.store.timeline import Event


def catch_up(work: UnitOfWork, end: datetime, *, marked: bool = True) -> list[Event]:
    """Handle every event that is due by ``end``, each at its own time, and make ``end`` the present.

    Events that these schedule are handled in turn; what they cause is not recorded as caused by the unit of work.
    Events that are handled outside of transactions stay pending. Each is ``marked``, unless it is within what is marked itself.
    """
    until, handled = times.wire(end), list[Event]()
    handlers = work.handlers()
    event = timeline.next_due(work.db, until, but=handlers.outside)
    if event is not None:
        of_its_own, work.reasons, work.caused, work.happened = (work.reasons, work.caused, work.happened), [], [], handled
        while event is not None:
            due = times.parse(event.due_at)
            if marked:
                work.mark(event, due, at=due)
            _handle(work, handlers, event, due)
            event = timeline.next_due(work.db, until, but=handlers.outside)
        work.reasons, work.caused, work.happened = of_its_own
    work.instant, work.now = end, until
    return handled


def step(work: UnitOfWork, end: datetime, *, until: str = "", most: float = inf) -> list[Event]:
    """Move the clock to ``end`` or to the next event that is handled outside of transactions, and return the events on the way.

    With ``until``, the clock also stops at the first event of that kind, and stays there, as it does after ``most`` events.
    """
    handled = work.happened = []
    end = min(end, max(work.instant, LATEST))
    handlers = work.handlers()
    stops = {*handlers.outside, until}
    last, passed = times.wire(end), 0
    while passed < most and (event := timeline.next_due(work.db, last)) is not None:
        before, due = len(handled), times.parse(event.due_at)
        work.mark(event, due, handled=passed)
        _handle(work, handlers, event, due)
        passed += 1
        if len(handled) >= limits.EVENTS or not stops.isdisjoint(event.kind for event in handled[before:]):
            _hold(work, work.instant)
            return handled
    _hold(work, work.instant if until or passed == most else max(end, work.instant))
    return handled


def due_at(work: UnitOfWork) -> float | None:
    """Return when, by the wall clock, something is to be done in a sandbox whose clock runs; None if nothing is pending.

    At once, if a webhook is being sent, so that it is resumed where its sender has ended.
    """
    if webhooks.under_way(work.db):
        return work.wall
    soonest = timeline.soonest(work.db)
    return None if soonest is None else work.clock.wall_at(times.parse(soonest))


def take_due(work: UnitOfWork, kind: str) -> Event | None:
    """Mark the next event of a kind that is due by now as handled, and return it, or None."""
    event = timeline.next_due(work.db, work.now, only=kind)
    if event is not None:
        work.mark(event, times.parse(event.due_at))
        timeline.mark_happened(work.db, event.id)
    return event


def pass_time(work: UnitOfWork, by: timedelta) -> None:
    """Move the clock within a unit of work, and handle every event that is due by then, except those handled outside transactions."""
    catch_up(work, min(work.instant + by, max(work.instant, LATEST)), marked=False)
    _hold(work, work.instant)


def _handle(work: UnitOfWork, handlers: Handlers, event: Event, due: datetime) -> None:
    """Handle an event at its time; one that is handled outside of transactions is marked as past."""
    if event.kind in handlers.outside:
        work.set_time(max(work.instant, due))
        timeline.mark_happened(work.db, event.id)
        work.happened.append(event)
    else:
        work.instant, work.now = due, event.due_at
        work.handle(handlers, event)


def _hold(work: UnitOfWork, instant: datetime) -> None:
    work.clock = work.clock.moved_to(instant, work.wall)
    work.instant, work.now = instant, work.clock.shown
    sandbox_store.write_clock(work.db, work.clock)
