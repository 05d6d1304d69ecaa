"""What happens after the start of a scenario: its webhook subscriptions, its faults, and the actions of its timeline."""

from collections.abc import Mapping
from datetime import timedelta

from inbox_mock.domain import times
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios import records
from inbox_mock.scenarios.builder import Builder, Location, ScenarioArguments
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.scenarios.records import set_faults
from inbox_mock.simulation.actions import WHEN, Action, actions
from inbox_mock.simulation.actions.fault import set_fault
from inbox_mock.simulation.actions.guest import guest_books
from inbox_mock.simulation.actions.records import records_appear, records_change
from inbox_mock.simulation.bookings import Arguments, local_time
from inbox_mock.store import timeline
from inbox_mock.store.access import client_application
from inbox_mock.store.database import Row
from inbox_mock.store.rows import RentalRow
from inbox_mock.webhooks.deliveries import is_address, subscribe
from inbox_mock.webhooks.event_types import event_types

BOOKS = guest_books.name
EXACT = {records_appear.name: records.appearing, records_change.name: records.changing}
TARGETS = frozenset({"booking", "conversation"})
ADDRESS = "an http address without credentials, such as http://127.0.0.1:9000/webhooks"
AT = "a duration after the start, such as 15m"


def plan(builder: Builder) -> None:
    """Insert the webhook subscriptions, set the faults, and schedule the actions. The present is the start.

    Raises:
        ScenarioError: a reference does not exist by then, or a time is invalid.
    """
    for location, record in builder.records("webhooks"):
        _subscribe(builder, location, record)
    set_faults(builder)
    for location, wanted in builder.records("faults"):
        set_fault(ScenarioArguments(builder, location), wanted)
    entries = [(_seconds(builder, record, location), *_action(record), location) for location, record in builder.records("timeline")]
    booked: dict[object, int] = {}
    for seconds, kind, given, location in sorted(entries, key=lambda entry: (entry[0], entry[1] != BOOKS)):
        inside = (*location, kind)
        about = _resolved(builder, actions()[kind], inside, given, booked)
        event_id = timeline.schedule(builder.work.db, times.wire(builder.start + timedelta(seconds=seconds)), kind, about)
        if kind == BOOKS:
            _note(builder, booked, given, event_id, inside)


def plan_now(work: UnitOfWork, entry: Mapping[str, object]) -> None:
    """Put one action on the sandbox's timeline, due now. ``entry`` is as in a scenario's timeline, without ``at``.

    Raises:
        ScenarioError: a reference does not exist.
    """
    work.log("plan_now", entry=entry)
    scenario = Scenario("the timeline", {"timeline": [{"at": "0s", **entry}]})
    plan(Builder(scenario, work, work.instant, lambda _done, _total: None))


def _resolved(builder: Builder, action: Action, location: Location, given: Row, booked: Mapping[object, int]) -> Row:
    """Return the timeline's ``about`` for an action, with every reference resolved."""
    if action.name in EXACT:
        return EXACT[action.name](builder, given, location)
    arguments = ScenarioArguments(builder, location)
    if action.resolve is not None:
        return action.resolve(arguments, given)
    about: Row = {}
    for key, written in given.items():
        if key in action.refers:
            about |= _referred(arguments, action.refers[key], key, written)
        elif key not in TARGETS and action.arguments[key] != WHEN:
            about[key] = written
    if "conversation" in given:
        about |= _conversation(builder, given["conversation"], (*location, "conversation"), booked)
    elif "booking" in given:
        about |= _booking(builder, given["booking"], (*location, "booking"), booked)
    elif "conversation" in action.arguments:
        raise builder.scenario.error(location, "neither a conversation nor a booking", "one of them")
    for key in (key for key in given if action.arguments[key] == WHEN):
        about[key] = local_time(arguments, str(given[key]), key, _rental_of(builder, about))
    return about


def _referred(arguments: Arguments, noun: str, key: str, written: object) -> Row:
    """Return the id of a reference, the ids of a list, or None for null."""
    if isinstance(written, list):
        return {f"{key.removesuffix('s')}_ids": [arguments.refer(noun, reference, key) for reference in written]}
    return {f"{key}_id": None if written is None else arguments.refer(noun, written, key)}


def _subscribe(builder: Builder, location: Location, record: Row) -> None:
    if "url" in record and not is_address(str(record["url"])):
        raise builder.scenario.error((*location, "url"), repr(record["url"]), ADDRESS)
    with builder.refusals_at(location):
        subscribe(
            builder.work,
            {
                "application_id": _application(builder, record, location),
                "role": record.get("role"),
                "url": record.get("url"),
                "events": record.get("events", list(event_types())),
                "retries": record.get("retries", 0),
                "latency_seconds": ScenarioArguments(builder, location).seconds(record.get("latency", 0), "latency"),
                "created_at": builder.work.now,
            },
        )


def _application(builder: Builder, record: Row, location: Location) -> int:
    client = client_application(builder.work.db)
    return builder.refer("applications", record.get("application", client["id"] if client else None), (*location, "application"))


def _seconds(builder: Builder, record: Row, location: Location) -> int:
    return ScenarioArguments(builder, location).seconds(str(record["at"]).removeprefix("+"), "at", AT)


def _action(record: Row) -> tuple[str, Row]:
    kind = next(key for key in record if key != "at")
    given: Mapping[str, object] = record[kind]
    return kind, dict(given)


def _note(builder: Builder, booked: dict[object, int], given: Row, event_id: int, location: Location) -> None:
    """Register the id and the name of a future booking, and the id of its conversation, for later references."""
    for key in ("id", "as"):
        if key in given:
            if given[key] in booked or builder.knows("bookings", given[key]):
                raise builder.scenario.error((*location, key), f"the {key} {given[key]!r} a second time", "one of its own")
            booked[given[key]] = event_id
    if "conversation" in given:
        booked["conversation", given["conversation"]] = event_id


def _booking(builder: Builder, reference: object, location: Location, booked: Mapping[object, int]) -> Row:
    """Return how the timeline refers to a booking: by its id, or by the event that creates it."""
    if reference in booked:
        return {"booked_by": booked[reference]}
    return {"booking_id": builder.refer("bookings", reference, location)}


def _conversation(builder: Builder, reference: object, location: Location, booked: Mapping[object, int]) -> Row:
    """Return how the timeline refers to a conversation: by its id, or by its booking if a channel has still to open it."""
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
