"""What a scenario lets happen after its start: who is told by webhook, what goes wrong, and what people and channels do when."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid
from inbox_mock.scenarios import bookings
from inbox_mock.scenarios.build import Builder, Place, seconds_of
from inbox_mock.scenarios.setup import account_of
from inbox_mock.services import faults
from inbox_mock.services.oauth import client_application
from inbox_mock.store import timeline, webhooks
from inbox_mock.store.database import Row, value
from inbox_mock.webhooks.event_types import EVENT_TYPES

BOOKS = "guest_books"
PAST_ONLY = ("created_at", "canceled_at", "cancelation_reason")
REFERENCES = {"host": "hosts", "client": "clients"}
PLAIN = ("content", "internal", "channel", "closed", "marked_as_spam", "fails")
IN_CONVERSATION = frozenset({"guest_writes", "staff_writes", "staff_changes", "host_writes_on_channel", "channel_adds_host", "relay_fails"})
ADDRESS = "an http address, such as http://127.0.0.1:9000/webhooks"
AT = "a duration after the start, such as 15m"


def plan(making: Builder) -> None:
    """Subscribe the webhooks, set the faults, and put everything else on the sandbox's timeline. The present is the start.

    Raises:
        Mistake: something referred to does not exist by then, or a time is none.

    """
    for place, record in making.records("webhooks"):
        _subscribe(making, place, record)
    for place, wish in making.records("faults"):
        _fault(making, place, wish)
    entries = [(_seconds(making, record, place), *_action(record), place) for place, record in making.records("timeline")]
    booked: dict[object, int] = {}
    for seconds, kind, given, place in sorted(entries, key=lambda entry: (entry[0], entry[1] != BOOKS)):
        inside = (*place, kind)
        about = _planned(making, kind, inside, given, booked)
        event_id = timeline.schedule(making.work.db, times.wire(making.start + timedelta(seconds=seconds)), kind, about)
        if kind == BOOKS:
            _note(making, booked, given, event_id, inside)


def _planned(making: Builder, kind: str, place: Place, given: Row, booked: Mapping[object, int]) -> Row:
    """Return what the timeline says of something that is to happen, with every reference resolved."""
    if kind == BOOKS:
        return _booking(making, place, given)
    if kind == "fault":
        faults.remove_fault(making.work, _fault(making, place, given))
        return {"fault": given}
    return _about(making, kind, place, given, booked)


def _fault(making: Builder, place: Place, wish: Row) -> int:
    """Set a fault, and return its id."""
    try:
        return faults.set_fault(making.work, wish)
    except Invalid as refusal:
        problem = refusal.problems[0]
        found = f"a {problem.field} that no fault {wish['kind']!r} has"
        raise making.scenario.mistake((*place, *str(problem.field).split(".")), found, str(problem.title)) from None


def _subscribe(making: Builder, place: Place, record: Row) -> None:
    if not _is_address(str(record["url"])):
        raise making.scenario.mistake((*place, "url"), repr(record["url"]), ADDRESS)
    webhooks.add(
        making.work.db,
        {
            "application_id": _application(making, record, place),
            "url": record["url"],
            "events": record.get("events", list(EVENT_TYPES)),
            "retries": record.get("retries", 0),
            "latency_seconds": seconds_of(making, record.get("latency", "0s"), (*place, "latency")),
            "created_at": making.work.now,
        },
    )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _application(making: Builder, record: Row, place: Place) -> int:
    client = client_application(making.work)
    return making.refer("applications", record.get("application", client["id"] if client else None), (*place, "application"))


def _seconds(making: Builder, record: Row, place: Place) -> int:
    return seconds_of(making, str(record["at"]).removeprefix("+"), (*place, "at"), AT)


def _action(record: Row) -> tuple[str, Row]:
    kind = next(key for key in record if key != "at")
    given: Mapping[str, object] = record[kind]  # type: ignore[assignment]
    return kind, dict(given)


def _booking(making: Builder, place: Place, given: Row) -> Row:
    for key in PAST_ONLY:
        if key in given:
            raise making.scenario.mistake((*place, key), f"{key} of a booking that is still to come", "its time in `at` alone")
    return bookings.wanted(making, place, given)


def _note(making: Builder, booked: dict[object, int], given: Row, event_id: int, place: Place) -> None:
    """Remember by which names a booking that is still to come may be referred to, and by which id its conversation."""
    for key in ("id", "as"):
        if key in given:
            if given[key] in booked or making.knows("bookings", given[key]):
                raise making.scenario.mistake((*place, key), f"the {key} {given[key]!r} a second time", "one of its own")
            booked[given[key]] = event_id
    if "conversation" in given:
        booked["conversation", given["conversation"]] = event_id


def _about(making: Builder, kind: str, place: Place, given: Row, booked: Mapping[object, int]) -> Row:
    about: Row = {name: given[name] for name in PLAIN if name in given}
    for key, noun in REFERENCES.items():
        if key in given:
            about[f"{key}_id"] = making.refer(noun, given[key], (*place, key))
    if "attachments" in given:
        names: list[object] = given["attachments"]  # type: ignore[assignment]
        about["attachment_ids"] = [making.refer("attachments", name, (*place, "attachments")) for name in names]
    if "assignee" in given:
        nobody = given["assignee"] is None
        about["assignee_id"] = None if nobody else making.refer("hosts", given["assignee"], (*place, "assignee"))
    if kind == "application_uninstalled":
        return about | {"application_id": _application(making, given, place), "account_id": account_of(making, given, place)}
    if "conversation" in given:
        about |= _conversation(making, given["conversation"], (*place, "conversation"), booked)
    elif "booking" in given:
        about |= _booking_meant(making, given["booking"], (*place, "booking"), booked)
    elif kind in IN_CONVERSATION:
        raise making.scenario.mistake(place, "neither a conversation nor a booking", "one of them")
    if kind == "staff_moves":
        rental = _rental_of(making, about)
        about |= {key: bookings.local(making, given, key, place, rental) for key in ("start_at", "end_at")}
    return about


def _booking_meant(making: Builder, reference: object, place: Place, booked: Mapping[object, int]) -> Row:
    """Return how the timeline names a booking: by its id, or by the event that makes it."""
    if reference in booked:
        return {"booked_by": booked[reference]}
    return {"booking_id": making.refer("bookings", reference, place)}


def _conversation(making: Builder, reference: object, place: Place, booked: Mapping[object, int]) -> Row:
    """Return how the timeline names a conversation: by its id, or, where a channel is still to open it, by its booking."""
    if ("conversation", reference) in booked:
        return {"booked_by": booked["conversation", reference]}
    sql = """
        SELECT json_extract(about, '$.booking_id') FROM timeline
        WHERE happened = 0 AND kind = 'conversation_opened' AND json_extract(about, '$.conversation') = ?"""
    awaited = None if making.knows("conversations", reference) else value(making.work.db, sql, (reference,))
    return {"conversation_id": making.refer("conversations", reference, place)} if awaited is None else {"booking_id": awaited}


def _rental_of(making: Builder, about: Row) -> Row:
    sql = "SELECT rental_id FROM bookings WHERE id = ?"
    if "booked_by" in about:
        sql = "SELECT json_extract(about, '$.rental_id') FROM timeline WHERE id = ?"
    rental_id = value(making.work.db, sql, (about.get("booked_by", about.get("booking_id")),))
    return making.work.get("rentals", rental_id, None)
