"""Bookings by guests, for scenarios, their timelines and the admin API, up to the conversations that channels open for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from typing import Any

from inbox_mock.channels import policies
from inbox_mock.domain import times
from inbox_mock.domain.spelling import one_of
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import people
from inbox_mock.services.accounts import create_source
from inbox_mock.services.bookings import check_period, insert_booking, state_of
from inbox_mock.store.access import first_user
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow, RentalRow
from inbox_mock.webhooks.deliveries import publish

COLUMNS = ("id", "adults", "children", "final_price", "reference", "external_reference", "notes", "expected_checkin_time")
OPENING = ("hosts", "clients", "companions", "conversation", "relay_seconds")
TENTATIVE_FOR = timedelta(days=7)
DELAY = f"{durations.EXPECTED}, or never"
TIME = "a time such as 2030-07-01T16:00:00Z, or a date"
LENGTH_OF_A_DATE = len("2030-06-01")
OPENED = "conversation_opened"


@dataclass(slots=True)
class Arguments:
    """Resolves the arguments of one action: references, times and durations.

    ``work`` is the unit of work in which references are looked up, ``start`` the instant from which offsets count. Each method
    raises the kind of error that `error` returns.
    """

    work: UnitOfWork
    start: datetime

    def refer(self, noun: str, reference: object, key: str) -> int:
        """Return the id of an existing record; ``noun`` is its table."""
        raise NotImplementedError

    def moment(self, text: str, key: str) -> datetime:
        """Return the instant of a time or a date."""
        try:
            return times.parse(text)
        except (ValueError, OverflowError):
            raise self.error(key, repr(text), TIME) from None

    def seconds(self, text: object, key: str, expected: str = durations.EXPECTED) -> int:
        """Return the seconds of a duration."""
        try:
            return int(durations.parse(text).total_seconds())
        except ValueError:
            raise self.error(key, repr(text), expected) from None

    def error(self, key: str, found: str, expected: str) -> Exception:
        """Return an error about the value of a key; dots separate nested keys."""
        raise NotImplementedError


def check_channel(arguments: Arguments, name: str) -> str:
    """Return the name of a channel after checking that it exists."""
    if name not in policies():
        raise arguments.error("channel", repr(name), one_of(name, policies()))
    return name


def local_time(arguments: Arguments, text: str, key: str, rental: RentalRow) -> str:
    """Return the beginning (``start_at``) or end of a stay on the rental's clock; a day without an hour gets the rental's.

    Offsets from the start and times with a numeric offset are instants, any other time is local already.
    """
    moment = arguments.moment(text, key)
    is_instant = text[:1] in {"+", "-"} or times.has_offset(text)
    shown = times.in_zone(moment, rental["timezone"]) if is_instant else times.wire(moment)
    if not (text.endswith("d") or len(text) == LENGTH_OF_A_DATE):
        return shown
    hour = rental["checkin_time"] if key == "start_at" else rental["checkout_time"]
    return f"{shown[:10]}T{hour:02}:00:00Z"


def parse_booking(arguments: Arguments, given: Mapping[str, Any], encode: Callable[[object], str] = dumps) -> Row:
    """Return a guest's booking with every reference resolved, as `book` takes it and the timeline shows it.

    ``given`` is written as in a scenario: ``rental``, ``start_at`` and ``end_at`` are required. ``encode`` is that of
    `people.contacts`.

    Raises:
        Exception: what ``arguments`` raises for an invalid reference, time, duration or channel.
    """
    rental = arguments.work.db.get(RentalRow, arguments.refer("rentals", given["rental"], "rental"))
    stay: Row = {name: given[name] for name in COLUMNS if name in given}
    stay |= {key: local_time(arguments, str(given[key]), key, rental) for key in ("start_at", "end_at")}
    if "source" in given:
        stay["source_id"] = arguments.refer("sources", given["source"], "source")
    if given.get("status") == "Tentative":
        stay |= state_of({"tentative_expires_at": times.wire(arguments.start + TENTATIVE_FOR)})
    if given.get("status") == "Unavailable":
        stay |= state_of({"unavailable": True})
    channel = check_channel(arguments, given.get("channel", "direct"))
    about: Row = {"rental_id": rental["id"], "channel": channel, "stay": stay}
    if "client" in given:
        about["client_id"] = arguments.refer("clients", given["client"], "client")
    elif "guest" in given:
        about["guest"] = people.contacts(given["guest"], encode)
    return about | _opening(arguments, given)


def _opening(arguments: Arguments, given: Mapping[str, Any]) -> Row:
    """Return the booking's arguments for the conversation that its channel opens."""
    opening: Row = {"clients": given.get("client_participants", 1), "conversation": given.get("conversation")}
    companions = [arguments.refer("clients", client, "companions") for client in given.get("companions", [])]
    if companions:
        opening["companions"] = companions
    host = given.get("host_participant")
    if host is not None:
        opening["hosts"] = host if isinstance(host, bool) else [arguments.refer("hosts", host, "host_participant")]
    if "relay_delay" in given:
        opening["relay_seconds"] = arguments.seconds(given["relay_delay"], "relay_delay")
    if given.get("conversation_delay") == "never":
        opening["never"] = True
    elif "conversation_delay" in given:
        opening["delay_seconds"] = arguments.seconds(given["conversation_delay"], "conversation_delay", DELAY)
    return opening


def book(work: UnitOfWork, about: Row) -> int:
    """Insert a guest's booking on a channel, schedule the opening of its conversation, and return the booking's id.

    Stays may overlap. ``about`` holds ``rental_id``, ``channel``, the ``stay`` (columns of the booking), ``client_id`` or a
    new client under ``guest``, and what `open_conversation` takes, the names in ``OPENING``. The channel opens the conversation
    ``delay_seconds`` later, or after its own delay; with ``never`` it opens none.

    Raises:
        Invalid: the stay does not end after it starts, or the guest cannot be a client.
        NotFound: there is no such rental.
    """
    channel, stay, policy = about["channel"], about["stay"], policies()[about["channel"]]
    rental = work.db.get(RentalRow, about["rental_id"])
    account_id, guest = rental["account_id"], about.get("guest")
    client_id = about.get("client_id") if guest is None else people.create_client(work, Actor(account_id), guest)
    check_period(stay["start_at"], stay["end_at"])
    source_id = stay.get("source_id")
    if source_id is None:
        source_id = work.db.value("SELECT id FROM sources WHERE account_id = ? AND name = ?", (account_id, policy.title), int)
    if source_id is None and policy.owns_conversations:
        source_id = create_source(work, Actor(account_id), {"name": policy.title})
    row: Row = {"channel": channel, "imported": policy.owns_conversations, "source_id": source_id, "client_id": client_id}
    actor = Actor(account_id, application_of(work, channel), first_user(work.db, account_id))
    booking_id = insert_booking(work, actor, rental, row | state_of({"booked": True}) | stay)
    seconds = about.get("delay_seconds")
    if not about.get("never") and (seconds is not None or policy.opens_after is not None):
        if seconds is None:
            seconds = work.dice.between("conversation delay", booking_id, *(policy.opens_after or (0, 0)))
        opening = {name: about[name] for name in OPENING if about.get(name) is not None}
        work.later(timedelta(seconds=seconds), OPENED, booking_id=booking_id, **opening)
    return booking_id


def open_conversation(work: UnitOfWork, about: Row) -> Row:
    """Open a booking's conversation as its channel does: with Client participants and perhaps a Host.

    ``about`` holds the ``booking_id`` and, as far as known: ``hosts`` (ids of the hosts that the channel adds, or whether it
    adds one; drawn if None), ``clients`` (the number of travellers, 1 if None), ``companions`` (ids of clients who travel with
    the booking's client), ``conversation`` (the requested id), ``relay_seconds`` (how long the channel takes to relay a message;
    drawn if None).

    Return the ``conversation_id``, or, under ``never``, why there is none: the booking was cancelled, or has its
    conversation already. The booking's ``updated_at`` changes, so that clients which poll find it.

    Raises:
        NotFound: there is no such booking.
    """
    wished = about.get("conversation")
    booking = work.db.get(BookingRow, about["booking_id"])
    if booking["canceled_at"] is not None:
        return {"never": "the booking was cancelled"}
    if channel_conversation(work, booking["id"]) is not None:
        return {"never": "the channel had opened it already"}
    policy, account_id = policies()[booking["channel"]], booking["account_id"]
    members = [("Client", client_id) for client_id in _travellers(work, booking, about)]
    members += [("Host", host_id) for host_id in _hosts_added(work, booking, about.get("hosts"), policy.host_share)]
    row: Row = {
        "id": None if work.db.has("conversations", wished) else wished,  # a client's conversation has taken the requested id meanwhile
        "account_id": account_id,
        "channel": policy.name,
        "default_channel": policy.default_channel,
        "source_id": booking["source_id"],
        "relay_seconds": about.get("relay_seconds"),
        "created_at": work.now,
        "updated_at": work.now,
        **Actor(account_id, application_of(work, policy.name)).stamp,
    }
    conversation_id = work.db.insert("conversations", row)
    work.db.execute("INSERT INTO conversation_bookings VALUES (?, ?)", (conversation_id, booking["id"]))
    work.db.update("bookings", booking["id"], {"updated_at": work.now})
    people.insert_participants(work, row | {"id": conversation_id}, *members, by_channel=True)
    publish(work, "inbox_conversation_created", conversation_id, account_id)
    publish(work, "booking_updated", booking["id"], account_id)
    return {"conversation_id": conversation_id}


HANDLERS = {OPENED: open_conversation}


def forget_opening(work: UnitOfWork, booking_id: int) -> None:
    """Delete the scheduled opening of a booking's conversation from the timeline."""
    sql = "DELETE FROM timeline WHERE happened = 0 AND kind = ? AND json_extract(about, '$.booking_id') = ?"
    work.db.execute(sql, (OPENED, booking_id))


def channel_conversation(work: UnitOfWork, booking_id: object) -> ConversationRow | None:
    """Return the conversation that a booking's channel opened, or None."""
    sql = "SELECT conversation_id FROM conversation_bookings WHERE booking_id = ? ORDER BY conversation_id"
    connected = (work.db.get(ConversationRow, row[0]) for row in work.db.execute(sql, (booking_id,)).fetchall())
    return next((conversation for conversation in connected if conversation["channel"] is not None), None)


def application_of(work: UnitOfWork, channel: str) -> int | None:
    """Return the id of a channel's application, or None where the sandbox has none."""
    return work.db.value("SELECT id FROM applications WHERE channel = ?", (channel,), int)


def _travellers(work: UnitOfWork, booking: BookingRow, about: Row) -> list[object]:
    """Return the ids of the booking's client, of known companions, and of new clients up to the requested number."""
    found: list[object] = [booking["client_id"]] if booking["client_id"] is not None else []
    found += about.get("companions", [])
    while len(found) < max(1, about.get("clients", 1)):
        name = f"Guest {len(found) + 1} of {booking['reference']}"
        row: Row = {"account_id": booking["account_id"], "fullname": name, "addresses": "[]", "emails": "[]", "phones": "[]"}
        found.append(work.db.insert("clients", row | {"created_at": work.now, "updated_at": work.now}))
        publish(work, "client_created", found[-1], booking["account_id"])
    return found


def _hosts_added(work: UnitOfWork, booking: BookingRow, wished: object, share: float) -> list[object]:
    if isinstance(wished, list):
        return wished
    if wished is False or (wished is None and work.dice.share("host participant", booking["id"]) >= share):
        return []
    host_id = people.first_host(work, booking["account_id"])
    return [] if host_id is None else [host_id]
