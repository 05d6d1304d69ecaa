"""Advancing a sandbox's clock in steps: webhooks are sent between transactions, and none is open while a receiver answers."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import Self

from inbox_mock.domain import limits, times
from inbox_mock.domain.errors import Conflict, Problem
from inbox_mock.domain.times import LATEST
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.timeline import step, take_due
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store import commands, timeline, webhooks
from inbox_mock.store.timeline import Event
from inbox_mock.webhooks.deliveries import SENT, DeliveryRequest, DeliveryResult, request_of, resume, settle
from inbox_mock.webhooks.sender import TIMEOUT_SECONDS, WebhookSender

IDLE = "idle"
LONGEST = timedelta(days=365)
GLANCE_SECONDS = 0.02
PATIENCE_SECONDS = TIMEOUT_SECONDS + 1
BUSY = Problem("busy", "another advance of this sandbox is under way")
BEGAN_ANEW = "stopped: the sandbox was reset or restored meanwhile"


@dataclass(slots=True)
class AdvanceResult:
    """The result of an advance: the time at which it ended, the latest events on the way, how many there were, ``why`` it stopped early."""

    now: str = ""
    happened: deque[Event] = field(default_factory=lambda: deque(maxlen=int(limits.HAPPENED)))
    count: int = 0
    why: str | None = None

    def stopped(self, why: str | None) -> Self:
        """Return it with the reason for which it ended early."""
        self.why = why
        return self


def advance(sandbox: Sandbox, sender: WebhookSender, destination: Callable[[UnitOfWork], datetime], until: str = "") -> AdvanceResult:
    """Move a sandbox's clock forward, and return its time and the events on the way.

    With ``until`` the clock stops at the first event of that kind, or, for ``idle``, where no event is pending, and after 1,000
    events at the latest; with nothing pending it does not move. An advance ends early where each webhook causes another one at
    the same moment, since time would never move on.

    Raises:
        Conflict: another advance of the same sandbox is under way.
    """
    with _alone(sandbox):
        return _steps(sandbox, sender, destination, until)


def a_year_on(work: UnitOfWork) -> datetime:
    """Return the latest time to which an advance that waits for an event goes."""
    return work.instant + LONGEST


def deliver_due(sandbox: Sandbox, sender: WebhookSender, is_over: Callable[[], bool] = lambda: False) -> int:
    """Send the webhooks that are due by now, one after the other, until ``is_over``, and return how many.

    It ends if somebody else sends, or wants to advance the sandbox, which sends what is due as well.
    """
    for number in range(limits.EVENTS):
        with sandbox.storage.advancing() as alone:
            if not alone or sandbox.advancing.locked() or is_over():
                return number
            with sandbox.work() as work:
                resume(work)
                request, generation = begin_due(work), sandbox.generation
            if request is None:
                return number
            deliver(sandbox, sender, generation, request)
    return limits.EVENTS


def deliver(sandbox: Sandbox, sender: WebhookSender, generation: int, request: DeliveryRequest) -> DeliveryResult:
    """Send a webhook and record the result, unless the sandbox has been reset or restored since ``generation``.

    If this process ends in between, it is sent again: whoever receives it knows it by its name.
    """
    with sandbox.around.meanwhile(sandbox.id):
        result = sender(replace(request, name=f"{sandbox.id}-{generation}-{request.delivery_id}"))
    with sandbox.work(marked=False) as work:
        if sandbox.generation == generation:
            settle(work, request, result)
    return result


def _steps(sandbox: Sandbox, sender: WebhookSender, destination: Callable[[UnitOfWork], datetime], until: str) -> AdvanceResult:
    """Take steps until the advance is over. A step ends at a webhook, which is sent when the step's transaction is over.

    ``echoes`` is how many events of the present moment were scheduled since the advance began: without an end of them, time
    would never move on.
    """
    end, newest_at_start, generation = None, 0, 0
    earlier, echoes, waiting = "", 0, False
    result = AdvanceResult()
    while True:
        with sandbox.work() as work:
            if end is None:
                resume(work)
                end, newest_at_start = destination(work), timeline.newest(work.db)
                generation, earlier = sandbox.generation, work.now
            result.now = work.now
            if sandbox.generation != generation:
                return result.stopped(BEGAN_ANEW)
            events, request = begin_step(work, end, until)
            result.now = work.now
            if until and not events:
                waiting = timeline.next_due(work.db, times.wire(LATEST)) is not None
        result.happened += events
        result.count += len(events)
        if request is not None:
            result.happened[-1].about["outcome"] = deliver(sandbox, sender, generation, request).says
        if until in {event.kind for event in events}:
            return result
        echoes = (echoes if result.now == earlier else 0) + sum(event.id > newest_at_start for event in events)
        if until and result.count >= limits.EVENTS:
            return result.stopped(f"stopped after {limits.EVENTS:,} events")
        if not until and echoes >= limits.EVENTS:
            return result.stopped(f"stopped after {limits.EVENTS:,} events of one moment, each caused by another")
        if not events or (not until and request is None and len(events) < limits.EVENTS):
            return result.stopped("stopped after a year: something is left to happen" if waiting else None)
        earlier = result.now


def begin_step(work: UnitOfWork, end: datetime, until: str, most: float = inf) -> tuple[list[Event], DeliveryRequest | None]:
    """Move the clock as `step` does, and return the events on the way, and the webhook that is to be sent then, recorded as begun."""
    work.log(commands.STEP, end=end.isoformat(), until=until)
    events = step(work, end, until=until, most=most)
    return events, _begun(work, events[-1] if events and events[-1].kind == SENT else None)


def begin_due(work: UnitOfWork) -> DeliveryRequest | None:
    """Return the next webhook that is due by now, recorded as begun, or None."""
    event = take_due(work, SENT)
    if event is not None:
        work.log("due")
    return _begun(work, event)


def _begun(work: UnitOfWork, event: Event | None) -> DeliveryRequest | None:
    """Return the attempt that is due with an event, recorded as begun; None if there is no event, or no such delivery."""
    request = None if event is None else request_of(work, event.about["delivery_id"])
    if request is not None:
        webhooks.begin_sending(work.db, request.delivery_id)
    return request


@contextmanager
def _alone(sandbox: Sandbox) -> Iterator[None]:
    """Keep everybody else from advancing the sandbox. A webhook that is being sent, since it was due, is waited for."""
    if not sandbox.advancing.acquire(blocking=False):
        raise Conflict(BUSY)
    try:
        for _ in range(int(PATIENCE_SECONDS / GLANCE_SECONDS)):
            with sandbox.storage.advancing() as alone:
                if alone:
                    yield
                    return
            sandbox.wait(GLANCE_SECONDS)
        raise Conflict(BUSY)
    finally:
        sandbox.advancing.release()
