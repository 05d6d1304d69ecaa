"""What a scenario lets happen after its start: who is told by webhook, what goes wrong, and what people and channels do when."""

from collections.abc import Mapping
from datetime import timedelta

from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid
from inbox_mock.faults import active
from inbox_mock.scenarios import bookings
from inbox_mock.scenarios.builder import Builder, Location, seconds_of
from inbox_mock.scenarios.setup import account_of
from inbox_mock.store import timeline, webhooks
from inbox_mock.store.access import client_application
from inbox_mock.store.database import Row
from inbox_mock.store.rows import RentalRow
from inbox_mock.webhooks.deliveries import is_address
from inbox_mock.webhooks.event_types import event_types

BOOKS = "guest_books"
PAST_ONLY = ("created_at", "canceled_at", "cancelation_reason")
REFERENCES = {"host": "hosts", "client": "clients"}
PLAIN = ("content", "internal", "channel", "closed", "marked_as_spam", "fails")
IN_CONVERSATION = frozenset({"guest_writes", "staff_writes", "staff_changes", "host_writes_on_channel", "channel_adds_host", "relay_fails"})
ADDRESS = "an http address, such as http://127.0.0.1:9000/webhooks"
AT = "a duration after the start, such as 15m"


def plan(builder: Builder) -> None:
    """Subscribe the webhooks, set the faults, and put everything else on the sandbox's timeline. The present is the start.

    Raises:
        ScenarioError: something referred to does not exist by then, or a time is none.

    """
    for location, record in builder.records("webhooks"):
        _subscribe(builder, location, record)
    for location, wish in builder.records("faults"):
        _fault(builder, location, wish)
    entries = [(_seconds(builder, record, location), *_action(record), location) for location, record in builder.records("timeline")]
    booked: dict[object, int] = {}
    for seconds, kind, given, location in sorted(entries, key=lambda entry: (entry[0], entry[1] != BOOKS)):
        inside = (*location, kind)
        about = _planned(builder, kind, inside, given, booked)
        event_id = timeline.schedule(builder.work.db, times.wire(builder.start + timedelta(seconds=seconds)), kind, about)
        if kind == BOOKS:
            _note(builder, booked, given, event_id, inside)


def _planned(builder: Builder, kind: str, location: Location, given: Row, booked: Mapping[object, int]) -> Row:
    """Return what the timeline says of something that is to happen, with every reference resolved."""
    if kind == BOOKS:
        return _booking(builder, location, given)
    if kind == "fault":
        active.remove_fault(builder.work, _fault(builder, location, given))
        return {"fault": given}
    return _about(builder, kind, location, given, booked)


def _fault(builder: Builder, location: Location, wish: Row) -> int:
    """Set a fault, and return its id."""
    try:
        return active.set_fault(builder.work, wish)
    except Invalid as refusal:
        problem = refusal.problems[0]
        found = f"a {problem.field} that no fault {wish['kind']!r} has"
        raise builder.scenario.error((*location, *str(problem.field).split(".")), found, str(problem.title)) from None


def _subscribe(builder: Builder, location: Location, record: Row) -> None:
    if not is_address(str(record["url"])):
        raise builder.scenario.error((*location, "url"), repr(record["url"]), ADDRESS)
    webhooks.add(
        builder.work.db,
        {
            "application_id": _application(builder, record, location),
            "url": record["url"],
            "events": record.get("events", list(event_types())),
            "retries": record.get("retries", 0),
            "latency_seconds": seconds_of(builder, record.get("latency", "0s"), (*location, "latency")),
            "created_at": builder.work.now,
        },
    )


def _application(builder: Builder, record: Row, location: Location) -> int:
    client = client_application(builder.work.db)
    return builder.refer("applications", record.get("application", client["id"] if client else None), (*location, "application"))


def _seconds(builder: Builder, record: Row, location: Location) -> int:
    return seconds_of(builder, str(record["at"]).removeprefix("+"), (*location, "at"), AT)


def _action(record: Row) -> tuple[str, Row]:
    kind = next(key for key in record if key != "at")
    given: Mapping[str, object] = record[kind]
    return kind, dict(given)


def _booking(builder: Builder, location: Location, given: Row) -> Row:
    for key in PAST_ONLY:
        if key in given:
            raise builder.scenario.error((*location, key), f"{key} of a booking that is still to come", "its time in `at` alone")
    return bookings.wanted(builder, location, given)


def _note(builder: Builder, booked: dict[object, int], given: Row, event_id: int, location: Location) -> None:
    """Remember by which names a booking that is still to come may be referred to, and by which id its conversation."""
    for key in ("id", "as"):
        if key in given:
            if given[key] in booked or builder.knows("bookings", given[key]):
                raise builder.scenario.error((*location, key), f"the {key} {given[key]!r} a second time", "one of its own")
            booked[given[key]] = event_id
    if "conversation" in given:
        booked["conversation", given["conversation"]] = event_id


def _about(builder: Builder, kind: str, location: Location, given: Row, booked: Mapping[object, int]) -> Row:
    about: Row = {name: given[name] for name in PLAIN if name in given}
    for key, noun in REFERENCES.items():
        if key in given:
            about[f"{key}_id"] = builder.refer(noun, given[key], (*location, key))
    if "attachments" in given:
        names: list[object] = given["attachments"]
        about["attachment_ids"] = [builder.refer("attachments", name, (*location, "attachments")) for name in names]
    if "assignee" in given:
        nobody = given["assignee"] is None
        about["assignee_id"] = None if nobody else builder.refer("hosts", given["assignee"], (*location, "assignee"))
    if kind == "application_uninstalled":
        return about | {"application_id": _application(builder, given, location), "account_id": account_of(builder, given, location)}
    if "conversation" in given:
        about |= _conversation(builder, given["conversation"], (*location, "conversation"), booked)
    elif "booking" in given:
        about |= _booking_meant(builder, given["booking"], (*location, "booking"), booked)
    elif kind in IN_CONVERSATION:
        raise builder.scenario.error(location, "neither a conversation nor a booking", "one of them")
    if kind == "staff_moves":
        rental = _rental_of(builder, about)
        about |= {key: bookings.local(builder, given, key, location, rental) for key in ("start_at", "end_at")}
    return about


def _booking_meant(builder: Builder, reference: object, location: Location, booked: Mapping[object, int]) -> Row:
    """Return how the timeline names a booking: by its id, or by the event that makes it."""
    if reference in booked:
        return {"booked_by": booked[reference]}
    return {"booking_id": builder.refer("bookings", reference, location)}


def _conversation(builder: Builder, reference: object, location: Location, booked: Mapping[object, int]) -> Row:
    """Return how the timeline names a conversation: by its id, or, where a channel is still to open it, by its booking."""
    if ("conversation", reference) in booked:
        return {"booked_by": booked["conversation", reference]}
    sql = """
        SELECT json_extract(about, '$.booking_id') FROM timeline
        WHERE happened = 0 AND kind = 'conversation_opened' AND json_extract(about, '$.conversation') = ?"""
    awaited = None if builder.knows("conversations", reference) else builder.work.db.value(sql, (reference,))
    return {"conversation_id": builder.refer("conversations", reference, location)} if awaited is None else {"booking_id": awaited}


def _rental_of(builder: Builder, about: Row) -> RentalRow:
    sql = "SELECT rental_id FROM bookings WHERE id = ?"
    if "booked_by" in about:
        sql = "SELECT json_extract(about, '$.rental_id') FROM timeline WHERE id = ?"
    rental_id = builder.work.db.value(sql, (about.get("booked_by", about.get("booking_id")),))
    return builder.work.db.get(RentalRow, rental_id)
