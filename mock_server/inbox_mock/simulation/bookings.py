"""Bookings by guests: one parser and one way to insert them, for scenarios, their timelines and the admin API."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from json import dumps
from typing import Any

from inbox_mock.channels import policies
from inbox_mock.domain import bookings as rules
from inbox_mock.domain import times
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import people
from inbox_mock.services.bookings import insert_booking
from inbox_mock.simulation.arguments import Arguments, local_time
from inbox_mock.simulation.channels import application_of, schedule_opening
from inbox_mock.store.access import first_user
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, RentalRow

COLUMNS = ("id", "adults", "children", "final_price", "reference", "external_reference", "notes", "expected_checkin_time")
OPENING = ("hosts", "clients", "companions", "conversation", "relay_seconds")
TENTATIVE_FOR = timedelta(days=7)
DELAY = f"{durations.EXPECTED}, or never"


def parse_booking(arguments: Arguments, given: Mapping[str, Any], encode: Callable[[object], str] = dumps) -> Row:
    """Return a guest's booking with every reference resolved, as `book` takes it and the timeline shows it.

    ``given`` is written as in a scenario: ``rental``, ``start_at`` and ``end_at`` are required. ``encode`` is that of
    `people.contacts`.

    Raises:
        Exception: what ``arguments`` raises where a reference, time, duration or channel is none.

    """
    rental = arguments.work.db.get(RentalRow, arguments.refer("rentals", given["rental"], "rental"))
    stay: Row = {name: given[name] for name in COLUMNS if name in given}
    stay |= {key: local_time(arguments, str(given[key]), key, rental) for key in ("start_at", "end_at")}
    if "source" in given:
        stay["source_id"] = arguments.refer("sources", given["source"], "source")
    if given.get("status") == "Tentative":
        stay |= rules.state_of({"tentative_expires_at": times.wire(arguments.start + TENTATIVE_FOR)})
    if given.get("status") == "Unavailable":
        stay |= rules.state_of({"unavailable": True})
    channel = given.get("channel", "direct")
    if channel not in policies():
        raise arguments.error("channel", repr(channel), f"one of {', '.join(policies())}")
    about: Row = {"rental_id": rental["id"], "channel": channel, "stay": stay}
    if "client" in given:
        about["client_id"] = arguments.refer("clients", given["client"], "client")
    elif "guest" in given:
        about["guest"] = people.contacts(given["guest"], encode)
    return about | _opening(arguments, given)


def _opening(arguments: Arguments, given: Mapping[str, Any]) -> Row:
    """Return what the booking says of the conversation that its channel opens."""
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
    new client under ``guest``, and what `schedule_opening` takes: ``delay_seconds`` and the rest of ``OPENING``. With
    ``never`` no conversation is opened.

    Raises:
        Invalid: the stay does not end after it starts, or the guest cannot be a client.

    """
    rental = work.db.get(RentalRow, about["rental_id"])
    account_id, channel, stay = rental["account_id"], about["channel"], about["stay"]
    guest = about.get("guest")
    client_id = about.get("client_id") if guest is None else people.create_client(work, Actor(account_id), guest)
    rules.check_period(stay["start_at"], stay["end_at"])
    title = policies()[channel].title
    source_id = work.db.value("SELECT id FROM sources WHERE account_id = ? AND name = ?", (account_id, title), int)
    row: Row = {"channel": channel, "source_id": source_id, "client_id": client_id, **rules.state_of({"booked": True})}
    user_id = first_user(work.db, account_id)
    booking_id = insert_booking(work, Actor(account_id, application_of(work, channel), user_id), rental, row | stay)
    if not about.get("never"):
        seconds = about.get("delay_seconds")
        delay = None if seconds is None else timedelta(seconds=seconds)
        schedule_opening(work, work.db.get(BookingRow, booking_id), delay, **{name: about[name] for name in OPENING if name in about})
    return booking_id
