"""The parts of a scenario that happen: bookings, conversations, messages, attachments, inquiries."""

from datetime import datetime
from functools import partial
from pathlib import Path

from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.scenarios import bookings
from inbox_mock.scenarios.build import Builder, Place
from inbox_mock.scenarios.loading import fixtures
from inbox_mock.scenarios.setup import account_of
from inbox_mock.services import attachments, conversations, inquiries, participants
from inbox_mock.services.bookings import cancel_booking
from inbox_mock.services.oauth import client_application
from inbox_mock.simulation import actions, actors
from inbox_mock.store.database import Row, every, one, update

INQUIRY_LINKS = frozenset({"as", "account", "rental", "source", "booking", "conversation", "created_at"})


def plan(making: Builder) -> None:
    """Plan everything, each record at its own date."""
    for place, record in making.records("attachments"):
        making.at(making.since(record, "at", place, making.founded), place, partial(_attachment, making, place, record))
    booked, inquired = making.records("bookings"), making.records("inquiries")
    for place, record in booked:
        making.at(making.since(record, "created_at", place, making.start), place, partial(_booking, making, place, record))
    for place, record in inquired:
        making.at(making.since(record, "created_at", place, making.start), place, partial(_inquiry, making, place, record))
    for noun, when, do in (
        ("conversations", "created_at", _conversation),
        ("participants", "at", _participant),
        ("messages", "at", _message),
        ("changes", "at", _change),
    ):
        for place, record in making.records(noun):
            making.at(making.since(record, when, place, making.start), place, partial(do, making, place, record))
    for place, record in booked:
        if "canceled_at" in record:
            making.at(_canceled_at(making, place, record), place, partial(_cancel, making, place, record))
    for place, record in inquired:
        making.at(making.start, place, partial(_became, making, place, record))


def _booking(making: Builder, place: Place, record: Row) -> None:
    booking_id = actions.book(making.work, bookings.wanted(making, place, record))
    if "id" not in record:
        record["id"] = booking_id
    making.name("bookings", record, booking_id, place)


def _canceled_at(making: Builder, place: Place, record: Row) -> datetime:
    canceled_at = making.moment(record["canceled_at"], (*place, "canceled_at"))
    if canceled_at < making.since(record, "created_at", place, making.start):
        raise making.scenario.mistake((*place, "canceled_at"), repr(record["canceled_at"]), "a time when the booking was there")
    return canceled_at


def _cancel(making: Builder, place: Place, record: Row) -> None:
    booking_id = making.refer("bookings", record["id"], place)
    account_id = int(str(making.work.get("bookings", booking_id, None)["account_id"]))
    cancel_booking(making.work, Actor(account_id), booking_id, record, owned_only=False)


def _inquiry(making: Builder, place: Place, record: Row) -> None:
    rental_id = making.refer("rentals", record["rental"], (*place, "rental"))
    rental = making.work.get("rentals", rental_id, None)
    actor = Actor(int(str(rental["account_id"])))
    row = {name: given for name, given in record.items() if name not in INQUIRY_LINKS}
    row |= {key: bookings.local(making, record, key, place, rental) for key in ("start_at", "end_at")}
    if "source" in record:
        row["source_id"] = making.refer("sources", record["source"], (*place, "source"))
    inquiry_id = inquiries.create_inquiry(making.work, actor, rental_id, row)
    record["id"] = inquiry_id
    making.name("inquiries", record, inquiry_id, place)


def _became(making: Builder, place: Place, record: Row) -> None:
    """Tie an inquiry to the booking that it became and the conversation that it led to, which are there later than it."""
    if "booking" in record:
        booking_id = making.refer("bookings", record["booking"], (*place, "booking"))
        update(making.work.db, "inquiries", record["id"], {"booking_id": booking_id})
        update(making.work.db, "bookings", booking_id, {"inquiry_id": record["id"]})
    if "conversation" in record:
        conversation_id = making.refer("conversations", record["conversation"], (*place, "conversation"))
        update(making.work.db, "inquiries", record["id"], {"conversation_id": conversation_id})


def _conversation(making: Builder, place: Place, record: Row) -> None:
    application = client_application(making.work)
    actor = Actor(account_of(making, record, place), None if application is None else int(str(application["id"])))
    row: Row = {name: record[name] for name in ("id", "subject", "default_channel") if name in record}
    conversation_id = conversations.create_conversation(making.work, actor, row)
    making.name("conversations", record, conversation_id, place)
    if "booking" in record:
        booking_id = making.refer("bookings", record["booking"], (*place, "booking"))
        conversations.connect_booking(making.work, actor, conversation_id, booking_id)


def conversation_of(making: Builder, place: Place, record: Row) -> Row:
    """Return the conversation that a record names, or that of the booking that it names.

    Raises:
        Mistake: it names neither, or the booking has no conversation at that time.

    """
    if "conversation" in record:
        found = making.refer("conversations", record["conversation"], (*place, "conversation"))
        return making.work.get("conversations", found, None)
    if "booking" not in record:
        raise making.scenario.mistake(place, "neither a conversation nor a booking", "one of them")
    booking_id = making.refer("bookings", record["booking"], (*place, "booking"))
    sql = "SELECT conversation_id FROM conversation_bookings WHERE booking_id = ? ORDER BY conversation_id LIMIT 1"
    tied = one(making.work.db, sql, (booking_id,))
    if tied is None:
        raise making.scenario.mistake(
            (*place, "booking"), f"a booking without conversation at {making.work.now}", "one that has it by then"
        )
    return making.work.get("conversations", tied["conversation_id"], None)


def _participant(making: Builder, place: Place, record: Row) -> None:
    conversation = conversation_of(making, place, record)
    if ("host" in record) == ("client" in record):
        raise making.scenario.mistake(place, "not exactly one of host and client", "one of them")
    noun = "host" if "host" in record else "client"
    row: Row = {
        "id": record.get("id"),
        "conversation_id": conversation["id"],
        "member_id": making.refer(f"{noun}s", record[noun], (*place, noun)),
        "member_type": noun.title(),
        "read": record.get("read", False),
    }
    participants.add_participant(making.work, Actor(int(str(conversation["account_id"]))), row)


def _message(making: Builder, place: Place, record: Row) -> None:
    conversation, work = conversation_of(making, place, record), making.work
    more: Row = {"id": record.get("id")} | {name: record[name] for name in ("origin",) if name in record}
    content = str(record["content"]) * int(str(record.get("repeat", 1)))
    if "attachments" in record:
        names: list[object] = record["attachments"]  # type: ignore[assignment]
        more["attachment_ids"] = [making.refer("attachments", name, (*place, "attachments")) for name in names]
    if record["from"] == "guest":
        client_id = making.refer("clients", record["client"], (*place, "client")) if "client" in record else None
        actors.write_as_guest(work, conversation["id"], content, client_id=client_id, **more)
    else:
        host_id = making.refer("hosts", record["from"], (*place, "from"))
        channel = record.get("channel", actors.NOT_SAID)
        internal = bool(record.get("internal", False))
        actors.write_as_host(work, conversation["id"], host_id, content, internal=internal, channel=channel, **more)
    if record.get("read"):
        sql = "SELECT id FROM participants WHERE conversation_id = ? AND member_type = 'Host'"
        for host in every(work.db, sql, (conversation["id"],)):
            actor = Actor(int(str(conversation["account_id"])))
            participants.edit_participant(work, actor, int(str(host["id"])), {"read": True})


def _change(making: Builder, place: Place, record: Row) -> None:
    conversation = conversation_of(making, place, record)
    written: Row = {name: record[name] for name in ("closed", "marked_as_spam") if name in record}
    if "assignee" in record:
        written["assignee_id"] = making.refer("hosts", record["assignee"], (*place, "assignee"))
    actor = Actor(int(str(conversation["account_id"])))
    conversations.edit_conversation(making.work, actor, int(str(conversation["id"])), written)


def _attachment(making: Builder, place: Place, record: Row) -> None:
    content = _file(making, str(record["file"]), (*place, "file"))
    row: Row = {"id": record.get("id"), "name": record.get("name", record["file"]), "file": content}
    actor = Actor(account_of(making, record, place))
    making.name("attachments", record, attachments.create_attachment(making.work, actor, row), place)


def _file(making: Builder, name: str, place: Place) -> bytes:
    """Return a file that stands beside the scenario or is shipped; names cannot lead out of these folders."""
    folders = [folder for folder in (making.scenario.folder, fixtures() / "attachments") if folder is not None]
    if Path(name).name == name:
        for folder in folders:
            if (folder / name).is_file():
                return (folder / name).read_bytes()
    raise making.scenario.mistake(place, repr(name), "the name of a file beside the scenario, or of a shipped attachment")
