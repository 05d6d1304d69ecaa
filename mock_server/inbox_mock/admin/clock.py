"""Reading and advancing a sandbox's clock."""

from dataclasses import replace
from datetime import datetime

from inbox_mock.admin.operation import JSON, AdminCall, operation
from inbox_mock.admin.sandbox_shown import CLOCK, TEXT
from inbox_mock.admin.sandboxes import MODE
from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.limits import LISTED
from inbox_mock.domain.times import LATEST
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.simulation.actions import actions, handlers, sentence
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store import timeline
from inbox_mock.webhooks.advance import IDLE, a_year_on, advance

EXPECTED_TO = "a time such as 2030-06-02T00:00:00Z, not before the sandbox's present and at most ten years after it"
EVENT: JSON = {"type": "object", "properties": {"id": {"type": "integer"}, "kind": TEXT, "says": TEXT, "about": {"type": "object"}}}


def until() -> tuple[str, ...]:
    """Return every kind of event until which a clock can be advanced, and ``idle``."""
    return IDLE, *handlers().kinds


def _advance_body() -> JSON:
    kinds = until()
    return {
        "by": {**durations.SCHEMA, "description": f"{durations.EXPECTED}, at most ten years"},
        "to": {"type": "string", "description": EXPECTED_TO},
        "until": {"enum": list(kinds), "description": f"one of {', '.join(kinds)}"},
    }


@operation("GET", "/sandboxes/<id>/clock", refusals=(404,), answer=CLOCK)
def get_clock(call: AdminCall) -> JSON:
    """Get the clock."""
    with call.in_sandbox.work() as work:
        return _shown(work)


@operation(
    "PATCH",
    "/sandboxes/<id>/clock",
    answer=CLOCK,
    body={
        "now": {"type": "string", "description": EXPECTED_TO},
        "mode": MODE,
        "rate": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 100_000,
            "description": "seconds per second, above 0 and up to 100000",
        },
    },
)
def change_clock(call: AdminCall) -> JSON:
    """Pause or run the clock, or move it forward."""
    if "now" in call.body:
        advance(call.in_sandbox, call.sender, lambda work: _instant(work, str(call.body["now"]), "now"))
        call = replace(call, body={name: given for name, given in call.body.items() if name != "now"})  # each step is logged by itself
    with call.work() as work:
        mode = str(call.body.get("mode", work.clock.mode))
        rate = float(str(call.body.get("rate", work.clock.rate)))
        work.clock = replace(work.clock.moved_to(work.instant, work.wall), mode=mode, rate=rate)
        sandbox_store.write_clock(work.db, work.clock)
        return _shown(work)


@operation(
    "POST",
    "/sandboxes/<id>/clock/advance",
    refusals=(404, 409, 422),
    answer={
        "type": "object",
        "properties": {"now": TEXT, "happened": {"type": "array", "items": EVENT}, "count": {"type": "integer"}, "why": TEXT},
    },
    body=_advance_body,
)
def advance_clock(call: AdminCall) -> JSON:
    """Advance the clock, event by event; of many events, the latest are told, and the count of all."""
    if len(call.body) != 1:
        raise Invalid(invalid("body", 'exactly one of by ("10m"), to ("2030-06-02T00:00:00Z") and until ("idle")'))
    if "until" in call.body:
        journey = advance(call.in_sandbox, call.sender, a_year_on, str(call.body["until"]))
    else:
        journey = advance(call.in_sandbox, call.sender, lambda work: _destination(work, call.body))
    found: JSON = {"now": journey.now, "happened": [_event(event, "at") for event in journey.happened], "count": journey.count}
    return found if journey.why is None else found | {"why": journey.why}


@operation(
    "GET",
    "/sandboxes/<id>/timeline",
    query={
        "limit": f"So many of the next and of the latest, from 0 to {LISTED:d}; {LISTED:d}, if left out.",
        "skip": "Leave out so many of the next and of the latest. While the clock runs, events move from page to page: tell them by id.",
    },
    answer={"type": "object", "properties": {"pending": {"type": "array", "items": EVENT}, "past": {"type": "array", "items": EVENT}}},
)
def get_timeline(call: AdminCall) -> JSON:
    """Get pending and past events."""
    with call.in_sandbox.work() as work:
        pending = [_event(event, "due_at") for event in timeline.pending(work.db, *call.page)]
        return {"pending": pending, "past": [_event(event, "at") for event in timeline.past(work.db, *call.page)]}


def _event(event: timeline.Event, when: str) -> JSON:
    """Return an event with its time under the name ``when``, and, of an action, what it ``says``."""
    shown: JSON = {"id": event.id, when: event.due_at, "kind": event.kind, "about": event.about}
    return shown | {"says": sentence(event.kind, event.about)} if event.kind in actions() else shown


def _destination(work: UnitOfWork, body: JSON) -> datetime:
    if "to" in body:
        return _instant(work, str(body["to"]), "to")
    try:
        destination = work.instant + durations.parse(body["by"])
    except ValueError:
        raise Invalid(invalid("by", f"{durations.EXPECTED}, at most ten years")) from None
    if destination > LATEST:
        raise Invalid(invalid("by", f"a duration that ends by {times.wire(LATEST)}"))
    return destination


def _instant(work: UnitOfWork, text: str, field: str) -> datetime:
    try:
        instant = times.parse(text)
    except ValueError:
        raise Invalid(invalid(field, EXPECTED_TO)) from None
    if not work.instant <= instant <= work.instant + durations.LONGEST:
        raise Invalid(invalid(field, f"{EXPECTED_TO}; it is {work.now} there"))
    if instant > LATEST:
        raise Invalid(invalid(field, f"a time up to {times.wire(LATEST)}"))
    return instant


def _shown(work: UnitOfWork) -> JSON:
    return {"now": work.now, "mode": work.clock.mode, "rate": work.clock.rate}
