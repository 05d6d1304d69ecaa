"""The history of a scenario, each record at its own date: bookings, conversations, messages, attachments, inquiries."""

from datetime import datetime
from functools import partial
from pathlib import Path

from inbox_mock.domain import limits
from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.scenarios import fixtures
from inbox_mock.scenarios.builder import Builder, Location, ScenarioArguments
from inbox_mock.scenarios.setup import account_of
from inbox_mock.services import attachments, conversations, people
from inbox_mock.services.bookings import cancel_booking, create_inquiry
from inbox_mock.simulation import actors
from inbox_mock.simulation.bookings import book, local_time, parse_booking
from inbox_mock.store.access import client_application
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow, ParticipantRow, RentalRow

INQUIRY_LINKS = frozenset({"as", "account", "rental", "source", "booking", "conversation", "created_at"})


def plan(builder: Builder) -> None:
    """Plan every record at its own date."""
    for location, record in builder.records("attachments"):
        builder.at(builder.since(record, "at", location, builder.founded), location, partial(_attachment, builder, location, record))
    booked, inquired = builder.records("bookings"), builder.records("inquiries")
    for location, record in booked:
        builder.at(builder.since(record, "created_at", location, builder.start), location, partial(_booking, builder, location, record))
    for location, record in inquired:
        builder.at(builder.since(record, "created_at", location, builder.start), location, partial(_inquiry, builder, location, record))
    for noun, when, do in (
        ("conversations", "created_at", _conversation),
        ("participants", "at", _participant),
        ("messages", "at", _message),
        ("changes", "at", _change),
    ):
        for location, record in builder.records(noun):
            builder.at(builder.since(record, when, location, builder.start), location, partial(do, builder, location, record))
    for location, record in booked:
        if "canceled_at" in record:
            builder.at(_canceled_at(builder, location, record), location, partial(_cancel, builder, location, record))
    for location, record in inquired:
        builder.at(builder.start, location, partial(_became, builder, location, record))


def _booking(builder: Builder, location: Location, record: Row) -> None:
    booking_id = book(builder.work, parse_booking(ScenarioArguments(builder, location), record))
    if "id" not in record:
        record["id"] = booking_id
    builder.name("bookings", record, booking_id, location)


def _canceled_at(builder: Builder, location: Location, record: Row) -> datetime:
    canceled_at = builder.moment(record["canceled_at"], (*location, "canceled_at"))
    if canceled_at < builder.since(record, "created_at", location, builder.start):
        raise builder.scenario.error((*location, "canceled_at"), repr(record["canceled_at"]), "a time when the booking was there")
    return canceled_at


def _cancel(builder: Builder, location: Location, record: Row) -> None:
    booking_id = builder.refer("bookings", record["id"], location)
    account_id = builder.work.db.get(BookingRow, booking_id)["account_id"]
    cancel_booking(builder.work, Actor(account_id), booking_id, record, owned_only=False)


def _inquiry(builder: Builder, location: Location, record: Row) -> None:
    rental_id = builder.refer("rentals", record["rental"], (*location, "rental"))
    rental = builder.work.db.get(RentalRow, rental_id)
    actor = Actor(rental["account_id"])
    row = {name: given for name, given in record.items() if name not in INQUIRY_LINKS}
    row |= {key: local_time(ScenarioArguments(builder, location), str(record[key]), key, rental) for key in ("start_at", "end_at")}
    if "source" in record:
        row["source_id"] = builder.refer("sources", record["source"], (*location, "source"))
    inquiry_id = create_inquiry(builder.work, actor, rental_id, row, may_be_past=True)
    record["id"] = inquiry_id
    builder.name("inquiries", record, inquiry_id, location)


def _became(builder: Builder, location: Location, record: Row) -> None:
    """Connect an inquiry to the booking and the conversation that followed it, once these exist."""
    if "booking" in record:
        booking_id = builder.refer("bookings", record["booking"], (*location, "booking"))
        builder.work.db.update("inquiries", record["id"], {"booking_id": booking_id})
        builder.work.db.update("bookings", booking_id, {"inquiry_id": record["id"]})
    if "conversation" in record:
        conversation_id = builder.refer("conversations", record["conversation"], (*location, "conversation"))
        builder.work.db.update("inquiries", record["id"], {"conversation_id": conversation_id})


def _conversation(builder: Builder, location: Location, record: Row) -> None:
    application = client_application(builder.work.db)
    actor = Actor(account_of(builder, record, location), None if application is None else application["id"])
    row: Row = {name: record[name] for name in ("id", "subject", "default_channel") if name in record}
    conversation_id = conversations.create_conversation(builder.work, actor, row)
    builder.name("conversations", record, conversation_id, location)
    if "booking" in record:
        booking_id = builder.refer("bookings", record["booking"], (*location, "booking"))
        conversations.connect_booking(builder.work, actor, conversation_id, booking_id)


def conversation_of(builder: Builder, location: Location, record: Row) -> ConversationRow:
    """Return the conversation that a record names, or that of the booking that it names.

    Raises:
        ScenarioError: it names neither, or the booking has no conversation at that time.
    """
    if "conversation" in record:
        found = builder.refer("conversations", record["conversation"], (*location, "conversation"))
        return builder.work.db.get(ConversationRow, found)
    if "booking" not in record:
        raise builder.scenario.error(location, "neither a conversation nor a booking", "one of them")
    booking_id = builder.refer("bookings", record["booking"], (*location, "booking"))
    sql = "SELECT conversation_id FROM conversation_bookings WHERE booking_id = ? ORDER BY conversation_id LIMIT 1"
    tied = builder.work.db.one(sql, (booking_id,))
    if tied is None:
        raise builder.scenario.error(
            (*location, "booking"), f"a booking without conversation at {builder.work.now}", "one that has it by then"
        )
    return builder.work.db.get(ConversationRow, tied["conversation_id"])


def _participant(builder: Builder, location: Location, record: Row) -> None:
    conversation = conversation_of(builder, location, record)
    if ("host" in record) == ("client" in record):
        raise builder.scenario.error(location, "not exactly one of host and client", "one of them")
    noun = "host" if "host" in record else "client"
    row: Row = {
        "id": record.get("id"),
        "conversation_id": conversation["id"],
        "member_id": builder.refer(f"{noun}s", record[noun], (*location, noun)),
        "member_type": noun.title(),
        "read": record.get("read", False),
    }
    people.add_participant(builder.work, Actor(conversation["account_id"]), row)


def _message(builder: Builder, location: Location, record: Row) -> None:
    conversation, work = conversation_of(builder, location, record), builder.work
    more: Row = {"id": record.get("id")} | {name: record[name] for name in ("origin", "channel") if name in record}
    content = str(record["content"]) * record.get("repeat", 1)
    if "attachments" in record:
        names: list[object] = record["attachments"]
        more["attachment_ids"] = [builder.refer("attachments", name, (*location, "attachments")) for name in names]
    if record["from"] == "guest":
        client_id = builder.refer("clients", record["client"], (*location, "client")) if "client" in record else None
        actors.write_as_guest(work, conversation, content, client_id=client_id, **more)
    else:
        host_id = builder.refer("hosts", record["from"], (*location, "from"), "guest")
        internal = bool(record.get("internal", False))
        actors.write_as_host(work, conversation, host_id, content, internal=internal, **more)
    if record.get("read"):
        actor = Actor(conversation["account_id"])
        for participant in work.db.of(ParticipantRow, "conversation_id", conversation["id"]):
            if participant["member_type"] == "Host":
                people.edit_participant(work, actor, participant["id"], {"read": True})


def _change(builder: Builder, location: Location, record: Row) -> None:
    conversation = conversation_of(builder, location, record)
    written: Row = {name: record[name] for name in ("closed", "marked_as_spam") if name in record}
    if "assignee" in record:
        written["assignee_id"] = builder.refer("hosts", record["assignee"], (*location, "assignee"))
    actor = Actor(conversation["account_id"])
    conversations.edit_conversation(builder.work, actor, conversation["id"], written)


def _attachment(builder: Builder, location: Location, record: Row) -> None:
    content = _file(builder, str(record["file"]), (*location, "file"))
    row: Row = {"id": record.get("id"), "name": record.get("name", record["file"]), "file": content}
    actor = Actor(account_of(builder, record, location))
    builder.name("attachments", record, attachments.create_attachment(builder.work, actor, row), location)


def _file(builder: Builder, name: str, location: Location) -> bytes:
    """Return a file from the scenario's folder or the shipped ones; names cannot lead out of these folders."""
    folders = [folder for folder in (builder.scenario.folder, fixtures() / "attachments") if folder is not None]
    if Path(name).name == name:
        for folder in folders:
            if (folder / name).is_file():
                with (folder / name).open("rb") as file:
                    content = file.read(limits.UPLOAD + 1)
                if len(content) > limits.UPLOAD:
                    raise builder.scenario.error(location, f"a file of more than {limits.UPLOAD}", "one that can be uploaded")
                return content
    raise builder.scenario.error(location, repr(name), "the name of a file beside the scenario, or of a shipped attachment")
