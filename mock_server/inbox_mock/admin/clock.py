"""Reading, advancing and rewinding a sandbox's clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from inbox_mock.admin.operation import ANY_OBJECT, FLAG, JSON, NUMBER, NUMBER_OR_NULL, OR_NULL, PAGED, TEXT, TIMESTAMP, AdminCall, operation
from inbox_mock.admin.sandbox_shown import CLOCK
from inbox_mock.admin.sandboxes import MODE
from inbox_mock.admin.sentences import event_sentence
from inbox_mock.api.openapi_schemas import list_of, or_null, record
from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.limits import LISTED
from inbox_mock.domain.times import LATEST
from inbox_mock.domain.values import whole_number
from inbox_mock.engine import beginnings, durations
from inbox_mock.engine.checkpoints import Checkpoints, Point
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.simulation.actions import handlers
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store import timeline
from inbox_mock.webhooks.advance import IDLE, a_year_on, advance

EXPECTED_TO = "a time such as 2030-06-02T00:00:00Z, not before the sandbox's present and at most ten years after it"
EXPECTED_PAST = "a time such as 2030-06-01T12:00:00Z, before the sandbox's present"
EXPECTED_ONE = "exactly one of point, event, request (what it is to be before) and to (a time)"
EXPECTED = {
    "point": "the id of a checkpoint of this sandbox",
    "event": "the id of an event that has happened in this history, and has a checkpoint",
    "request": "the id of an entry of the journal with a checkpoint before it, or the X-Request-Id of a request that has one of its own",
}
OF_AN_EVENT: Mapping[str, JSON] = {
    "id": NUMBER,
    "kind": TEXT,
    "about": {**ANY_OBJECT, "description": "the records that it is about, by id, and what else is known of it"},
    "says": {**TEXT, "description": "what it does, in words"},
}
HAPPENED = record({**OF_AN_EVENT, "at": TIMESTAMP}, "TimelineEvent")
DUE = record({**OF_AN_EVENT, "due_at": TIMESTAMP}, "DueEvent")
POINT = record(
    {
        "id": NUMBER,
        "branch": {**NUMBER, "description": "the history that it belongs to: each rewind begins another one"},
        "past": {**FLAG, "description": "whether it leads to the present"},
        "at": {**TIMESTAMP, "description": "the sandbox's time there"},
        "until": {**TIMESTAMP, "description": "when what comes after it happens"},
        "kind": {"enum": ["request", "event", "action"]},
        "says": {**TEXT, "description": "what comes after it, in words"},
        "entry": {**NUMBER, "description": "the id of the last journal entry before it; 0 if there is none"},
        "request": {**NUMBER_OR_NULL, "description": "the id of the request's journal entry"},
        "request_id": {**OR_NULL, "description": "its X-Request-Id"},
        "event": or_null(DUE),
    },
    "Checkpoint",
    optional=("past",),
)


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
    answer=record(
        {
            "now": TIMESTAMP,
            "happened": list_of(HAPPENED),
            "count": NUMBER,
            "why": {**TEXT, "description": "why the clock stands where it was not told to stop"},
        },
        "Advanced",
        optional=("why",),
    ),
    body=_advance_body,
)
def advance_clock(call: AdminCall) -> JSON:
    """Advance the clock, event by event; of many events, the latest are listed, and the count of all."""
    if len(call.body) != 1:
        raise Invalid(invalid("body", 'exactly one of by ("10m"), to ("2030-06-02T00:00:00Z") and until ("idle")'))
    if "until" in call.body:
        advanced = advance(call.in_sandbox, call.sender, a_year_on, str(call.body["until"]))
    else:
        advanced = advance(call.in_sandbox, call.sender, lambda work: _destination(work, call.body))
    with call.in_sandbox.read() as work:
        happened = [_event(work, event, "at") for event in advanced.happened]
    found: JSON = {"now": advanced.now, "happened": happened, "count": advanced.count}
    return found if advanced.why is None else found | {"why": advanced.why}


@operation(
    "GET",
    "/sandboxes/<id>/clock/points",
    query=PAGED,
    answer=record(
        {"points": list_of(POINT), "count": NUMBER, "branch": {**NUMBER, "description": "the present history"}},
        "Checkpoints",
    ),
)
def list_points(call: AdminCall) -> JSON:
    """List the checkpoints to which the sandbox can be rewound, of every history, in the order in which they were taken."""
    limit, skip = call.page
    with call.in_sandbox.work(marked=False) as work:
        found = call.in_sandbox.checkpoints
        end, past = max(0, len(found.points) - skip), {point.id for point in found.past}
        page = list(found.points)[max(0, end - limit) : end]
        shown = [_point(work, point) | {"past": point.id in past} for point in page]
        return {"points": shown, "count": len(found.points), "branch": found.branch}


@operation(
    "POST",
    "/sandboxes/<id>/clock/rewind",
    answer=record({**CLOCK["properties"], "branch": NUMBER, "point": POINT}, "Rewound"),
    body={
        "point": {"type": "integer", "description": "the id of a checkpoint"},
        "event": {"type": "integer", "description": "the id of a timeline event that has happened"},
        "request": {"type": ["integer", "string"], "description": "the id of a journal entry, or the X-Request-Id of a request that wrote"},
        "to": {"type": "string", "description": EXPECTED_PAST},
    },
)
def rewind_clock(call: AdminCall) -> JSON:
    """Rewind the clock; all else goes back with it, and tokens stay valid."""
    if len(call.body) != 1:
        raise Invalid(invalid("body", EXPECTED_ONE))
    ((name, given),) = call.body.items()
    point = beginnings.rewind(call.in_sandbox, lambda checkpoints, present: _chosen(name, given, checkpoints, present))
    with call.in_sandbox.work(marked=False) as work:
        return _shown(work) | {"branch": call.in_sandbox.checkpoints.branch, "point": _point(work, point)}


def _chosen(name: str, given: int | str, checkpoints: Checkpoints, present: Point) -> tuple[Point, datetime]:
    """Return the checkpoint that is meant, which may be the present, and the time to go on from."""
    if name == "to":
        return _at_time(str(given), [*checkpoints.past, present])
    entry = whole_number(str(given), 15) if name == "request" else None
    if name == "point":
        found = checkpoints.get(int(given))
    elif name == "event":
        found = next((point for point in checkpoints.past if point.event is not None and point.event.id == given), None)
    elif entry is None:
        found = next((point for point in checkpoints.points if point.request_id == given), None)
    else:
        found = next((point for point in reversed(checkpoints.past) if point.entry < entry <= present.entry), None)
    if found is None:
        raise Invalid(invalid(name, f"{EXPECTED[name]}; {_oldest([*checkpoints.past, present])}"))
    return found, found.at


def _at_time(given: str, past: list[Point]) -> tuple[Point, datetime]:
    """Return the first checkpoint after which something happens later than a time, and the time."""
    try:
        instant = times.parse(given)
    except ValueError:
        raise Invalid(invalid("to", EXPECTED_PAST)) from None
    if not past[0].at <= instant < past[-1].at:
        raise Invalid(invalid("to", f"{EXPECTED_PAST}, {times.wire(past[-1].at)}; {_oldest(past)}"))
    return next(point for point in past if point.until > instant), instant  # until then, nothing but time has passed


def _oldest(past: list[Point]) -> str:
    if len(past) == 1:
        return "there is no checkpoint yet in this history"
    return f"the oldest checkpoint of this history is {past[0].id}, at {times.wire(past[0].at)}, after journal entry {past[0].entry}"


def _point(work: UnitOfWork, point: Point) -> JSON:
    event = None if point.event is None else _event(work, point.event, "due_at")
    return {
        "id": point.id,
        "branch": point.branch,
        "at": times.wire(point.at),
        "until": times.wire(point.until),
        "kind": "event" if event else "request" if point.request else "action",
        "says": point.says if event is None else event["says"],
        "entry": point.entry,
        "request": point.request,
        "request_id": point.request_id,
        "event": event,
    }


@operation(
    "GET",
    "/sandboxes/<id>/timeline",
    query={
        "limit": f"So many of the next and of the latest, from 0 to {LISTED:d}; {LISTED:d}, if left out.",
        "skip": "Leave out so many of the next and of the latest. While the clock runs, events move from page to page: tell them by id.",
    },
    answer=record({"pending": list_of(DUE), "past": list_of(HAPPENED)}, "Timeline"),
)
def get_timeline(call: AdminCall) -> JSON:
    """Get pending and past events."""
    with call.in_sandbox.work() as work:
        pending = [_event(work, event, "due_at") for event in timeline.pending(work.db, *call.page)]
        return {"pending": pending, "past": [_event(work, event, "at") for event in timeline.past(work.db, *call.page)]}


def _event(work: UnitOfWork, event: timeline.Event, when: str) -> JSON:
    """Return an event with its time under the name ``when``: ``at`` if it has happened."""
    return {"id": event.id, when: event.due_at, "kind": event.kind, "about": event.about, "says": event_sentence(work, event)}


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
