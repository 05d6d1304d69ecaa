"""Moving a sandbox's time: each due event in turn, at its own time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mock_server.domain import times
from mock_server.services import conversations
from mock_server.services.work import Work
from mock_server.store import clock as clock_store
from mock_server.store import timeline
from mock_server.store.timeline import Event

HAPPENINGS: dict[str, Callable[[Work, dict[str, object]], None]] = {
    "conversation_opened": conversations.open_by_channel,
}


MOST_EVENTS = 1_000
LONGEST = timedelta(days=365)


def catch_up(work: Work, end: datetime) -> list[Event]:
    """Let all happen that is due by ``end``, each event at its own time; the present is ``end`` afterwards.

    What an event causes is scheduled and met in its turn.
    """
    happened: list[Event] = []
    while (event := timeline.next_due(work.db, times.wire(end))) is not None:
        work.set_time(times.parse(event.due_at))
        HAPPENINGS[event.kind](work, event.about)
        timeline.mark_happened(work.db, event.id)
        happened.append(event)
    work.set_time(end)
    return happened


def advance(work: Work, to: datetime) -> list[Event]:
    """Move the sandbox's clock forward to ``to``, and return what happened on the way."""
    happened = catch_up(work, to)
    work.clock = work.clock.moved_to(to, work.wall)
    clock_store.write(work.db, work.clock)
    return happened


def advance_until(work: Work, kind: str) -> list[Event]:
    """Move the clock forward until an event of a kind has happened, or, for ``idle``, until nothing is left to happen.

    It ends after 1,000 events or a year at the latest, and with nothing pending it does not move.
    """
    happened: list[Event] = []
    horizon = work.instant + LONGEST
    while len(happened) < MOST_EVENTS and (event := timeline.next_due(work.db, times.wire(horizon))) is not None:
        happened += advance(work, max(work.instant, times.parse(event.due_at)))
        if any(passed.kind == kind for passed in happened):
            break
    return happened
