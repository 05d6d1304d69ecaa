"""Actions of guests: book, write, cancel, and ask to be forgotten."""

from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import bookings
from inbox_mock.simulation import actors
from inbox_mock.simulation.actions import (
    ATTACHMENTS,
    IN_CONVERSATION,
    REFERENCE,
    TEXT,
    Given,
    action,
    attached,
    booking_of,
    conversation_of,
)
from inbox_mock.simulation.bookings import Arguments, application_of, book, parse_booking
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ClientRow
from inbox_mock.webhooks.deliveries import publish

PAST_ONLY = ("created_at", "canceled_at", "cancelation_reason")


def _booking(arguments: Arguments, given: Given) -> Row:
    for key in PAST_ONLY:
        if key in given:
            raise arguments.error(key, f"{key} of a booking that is still to come", "its time in `at` alone")
    return parse_booking(arguments, given)


def _books(given: Given) -> str:
    guest = (given.get("guest") or {}).get("fullname", "Somebody")
    number = given.get("id", given.get("booking"))
    policy, comes = policies()[given.get("channel", "direct")], _comes(given.get("conversation_delay"))
    start = str(given.get("start_at", ""))
    began = f", a stay that began {start[1:]} before" if start.startswith("-") else ""  # lists leave such a stay out, if it is over
    return f"{guest} books on {policy.booked_on or policy.title}{began}{f' (booking {number})' if number else ''}{comes}"


def _comes(delay: object) -> str:
    if delay is None:
        return ""
    if delay == "never":
        return "; no conversation ever comes"
    return f"; the conversation comes {delay} later" if durations.parse(delay) else "; the conversation is there at once"


@action(schema={"$ref": "#/$defs/booking"}, resolve=_booking, says=_books, operation="book")
def guest_books(work: UnitOfWork, about: Row) -> Row:
    """Insert a booking, with another id than the requested one if a different booking has taken that meanwhile."""
    stay: Row = dict(about["stay"])
    if work.db.one("SELECT 1 FROM bookings WHERE id = ?", (stay.get("id"),)):
        del stay["id"]
    return {"booking_id": book(work, about | {"stay": stay})}


@action(
    required=("content",),
    arguments={
        **IN_CONVERSATION,
        "client": {**REFERENCE, "description": "Which guest; the first one of the conversation, if left out."},
        "content": TEXT,
        "attachments": ATTACHMENTS,
    },
    refers={"client": "clients", "attachments": "attachments"},
    says="The guest writes in {where}: {content!r}",
    operation="write",
)
def guest_writes(work: UnitOfWork, about: Row) -> Row:
    """Insert a guest's message, as received from the channel."""
    conversation, client_id = conversation_of(work, about), about.get("client_id")
    return {"message_id": actors.write_as_guest(work, conversation, about["content"], client_id=client_id, **attached(about))}


@action(required=("booking",), arguments={"booking": REFERENCE}, says="The guest cancels booking {booking}", operation="cancel")
def guest_cancels(work: UnitOfWork, about: Row) -> None:
    """Cancel a booking on its channel.

    Raises:
        Invalid: it is cancelled already.
    """
    booking = booking_of(work, about)
    if booking["canceled_at"] is not None:
        raise Invalid(invalid("booking_id", "a booking that is not cancelled"))
    actor = Actor(booking["account_id"], application_of(work, booking["channel"]))
    bookings.cancel_booking(work, actor, booking["id"], {"cancelation_reason": "canceled_by_traveller"}, owned_only=False)


@action(
    required=("client",),
    arguments={"client": {**REFERENCE, "description": "Whose personal data are made anonymous."}},
    refers={"client": "clients"},
    says="Client {client} is anonymised",
    in_trials=False,
)
def guest_forgotten(work: UnitOfWork, about: Row) -> None:
    """Anonymise a client who asked to be forgotten."""
    client = work.db.get(ClientRow, about["client_id"])
    nobody: Row = {"fullname": "Anonymized", "emails": "[]", "phones": "[]", "addresses": "[]", "notes": None, "passport": None}
    nobody |= {"firstname": None, "lastname": None, "company": "", "vat_number": "", "forget_me_at": work.now, "updated_at": work.now}
    work.db.update("clients", client["id"], nobody)
    publish(work, "client_updated", client["id"], client["account_id"])
