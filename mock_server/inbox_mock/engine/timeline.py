"""Moving a sandbox's time: each due event in turn, at its own time."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from inbox_mock.domain import times
from inbox_mock.domain.clock import LATEST
from inbox_mock.domain.errors import Refusal
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import conversations, relay
from inbox_mock.simulation import actions
from inbox_mock.store import clock as clock_store
from inbox_mock.store import timeline
from inbox_mock.store.database import Row
from inbox_mock.store.timeline import Event
from inbox_mock.webhooks.event_types import SENT
from inbox_mock.webhooks.requests import DeliveryRequest, parcel

HAPPENINGS: dict[str, Callable[[UnitOfWork, Row], None]] = {
    "conversation_opened": conversations.open_by_channel,
    relay.RELAYED: relay.arrive,
    **actions.ACTIONS,
}
MOST_EVENTS = 1_000
LONGEST = timedelta(days=365)
LOG = logging.getLogger("inbox_mock")


def catch_up(work: UnitOfWork, end: datetime) -> list[Event]:
    """Let all happen that is due by ``end``, each event at its own time; the present is ``end`` afterwards.

    What an event causes is scheduled and met in its turn, and none of it counts as caused by the unit of work.
    Webhooks are left alone: they are not sent within a transaction.
    """
    happened: list[Event] = []
    of_its_own, work.why, work.caused = (work.why, work.caused), [], []
    while (event := timeline.next_due(work.db, times.wire(end), but=SENT)) is not None:
        happened.append(_let_happen(work, event))
    work.why, work.caused = of_its_own
    work.set_time(end)
    return happened


def step(work: UnitOfWork, end: datetime, *, until: str = "") -> tuple[list[Event], DeliveryRequest | None]:
    """Move the clock up to ``end``, or to the next webhook on the way, which is returned to be sent.

    With ``until``, it also stops at the first event of that kind, and leaves the clock there.
    """
    happened: list[Event] = []
    end = min(end, max(work.instant, LATEST))
    while (event := timeline.next_due(work.db, times.wire(end))) is not None:
        happened.append(_let_happen(work, event))
        if event.kind in {SENT, until} or len(happened) >= MOST_EVENTS:
            _hold(work, work.instant)
            return happened, parcel(work, event.about["delivery_id"]) if event.kind == SENT else None
    _hold(work, work.instant if until else max(end, work.instant))
    return happened, None


def due_parcel(work: UnitOfWork) -> DeliveryRequest | None:
    """Take the next webhook that is due by now; it is nobody else's from then on."""
    event = timeline.next_due(work.db, work.now, only=SENT)
    if event is None:
        return None
    timeline.mark_happened(work.db, event.id)
    return parcel(work, event.about["delivery_id"])


def _let_happen(work: UnitOfWork, event: Event) -> Event:
    """Let an event happen at its time. One that cannot happen any more, or fails, says why, and time goes on."""
    work.set_time(max(work.instant, times.parse(event.due_at)) if event.kind == SENT else times.parse(event.due_at))
    about = dict(event.about)
    if event.kind != SENT:
        try:
            with work.attempt():
                HAPPENINGS[event.kind](work, about)
        except Refusal as refusal:
            about["refused"] = str(refusal)
        except Exception as error:  # a bug must not come back with every call, for the clock would never get past it
            LOG.exception("what was to happen failed: %s", event.kind)
            about["failed"] = repr(error)
    timeline.mark_happened(work.db, event.id, about)
    return Event(event.id, event.due_at, event.kind, about)


def pass_time(work: UnitOfWork, by: timedelta) -> None:
    """Let time pass within a unit of work, and all happen that is due by then, webhooks aside."""
    catch_up(work, min(work.instant + by, max(work.instant, LATEST)))
    _hold(work, work.instant)


def _hold(work: UnitOfWork, instant: datetime) -> None:
    work.set_time(instant)
    work.clock = work.clock.moved_to(instant, work.wall)
    clock_store.write(work.db, work.clock)
