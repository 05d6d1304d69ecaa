"""What a timeline can hold besides what channels do: people's actions, each with the records that it is about."""

from collections.abc import Callable
from datetime import timedelta

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.faults import active
from inbox_mock.services import bookings, conversations, people
from inbox_mock.simulation import actors, channels
from inbox_mock.store import access
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ClientRow, ConversationRow, RentalRow
from inbox_mock.webhooks.deliveries import publish

FLAGS = ("closed", "marked_as_spam")
WISHES = ("hosts", "clients", "companions", "conversation", "relay_seconds", "never")


def booking_of(work: UnitOfWork, about: Row) -> BookingRow:
    """Return the booking that is meant: by ``booking_id``, or the one that the event ``booked_by`` made.

    Raises:
        Invalid: that event made none.

    """
    if about.get("booking_id") is None:
        about["booking_id"] = work.db.value("SELECT json_extract(about, '$.booking_id') FROM timeline WHERE id = ?", (about["booked_by"],))
        if about["booking_id"] is None:
            raise Invalid(invalid("booking_id", "a booking that could be made"))
    return work.db.get(BookingRow, about["booking_id"])


def conversation_of(work: UnitOfWork, about: Row) -> ConversationRow:
    """Return the conversation that is meant: by ``conversation_id``, or the one of a booking.

    A channel's booking has the one that the channel opened, any other booking the first that it is connected to.

    Raises:
        Invalid: the booking has none, or none yet.

    """
    if about.get("conversation_id") is not None:
        return work.db.get(ConversationRow, about["conversation_id"])
    booking = booking_of(work, about)
    found = channels.channel_conversation(work, booking["id"])
    if found is None and not policies()[booking["channel"]].owns_conversations:
        sql = "SELECT * FROM conversations WHERE id = (SELECT conversation_id FROM conversation_bookings WHERE booking_id = ? LIMIT 1)"
        found = work.db.one(sql, (booking["id"],), ConversationRow)
    if found is None:
        raise Invalid(invalid("booking_id", "a booking that has its conversation by then"))
    return found


def book(work: UnitOfWork, about: Row) -> int:
    """Let a guest book: ``rental_id``, ``channel``, the ``stay``, a ``guest`` or a ``client_id``, and wishes for the conversation.

    Raises:
        Invalid: the stay does not end after it starts, or the guest cannot be one.

    """
    rental = work.db.get(RentalRow, about["rental_id"])
    account_id = rental["account_id"]
    stay: Row = dict(about["stay"])
    guest: Row | None = about.get("guest")
    stay["client_id"] = about.get("client_id") if guest is None else people.create_client(work, Actor(account_id), guest)
    seconds = about.get("delay_seconds")
    delay = None if seconds is None else timedelta(seconds=seconds)
    wishes: Row = {name: about[name] for name in WISHES if name in about}
    return channels.book(work, account_id, rental, str(about["channel"]), stay, delay, **wishes)


def _guest_books(work: UnitOfWork, about: Row) -> None:
    """Let a guest book. An id that somebody else's booking has got meanwhile is left to it."""
    stay: Row = dict(about["stay"])
    if work.db.one("SELECT 1 FROM bookings WHERE id = ?", (stay.get("id"),)):
        del stay["id"]
    about["booking_id"] = book(work, about | {"stay": stay})


def _guest_writes(work: UnitOfWork, about: Row) -> None:
    conversation_id, client_id = conversation_of(work, about)["id"], about.get("client_id")
    about["message_id"] = actors.write_as_guest(work, conversation_id, str(about["content"]), client_id=client_id, **_attached(about))


def _staff_writes(work: UnitOfWork, about: Row) -> None:
    channel = about.get("channel", actors.NOT_SAID)
    internal = bool(about.get("internal", False))
    conversation_id = conversation_of(work, about)["id"]
    about["message_id"] = actors.write_as_host(
        work, conversation_id, _host(about), str(about["content"]), internal=internal, channel=channel, **_attached(about)
    )


def _host_writes_on_channel(work: UnitOfWork, about: Row) -> None:
    conversation_id = conversation_of(work, about)["id"]
    about["message_id"] = actors.write_on_channel_as_host(work, conversation_id, _host(about), str(about["content"]), **_attached(about))


def _guest_cancels(work: UnitOfWork, about: Row) -> None:
    booking = booking_of(work, about)
    if booking["canceled_at"] is not None:
        raise Invalid(invalid("booking_id", "a booking that is not cancelled"))
    actor = Actor(booking["account_id"], channels.application_of(work, str(booking["channel"])))
    bookings.cancel_booking(work, actor, booking["id"], {"cancelation_reason": "canceled_by_traveller"}, owned_only=False)


def _channel_opens(work: UnitOfWork, about: Row) -> None:
    booking = booking_of(work, about)
    if not policies()[str(booking["channel"])].owns_conversations:
        raise Invalid(invalid("booking_id", "a booking of a channel that opens conversations"))
    if channels.channel_conversation(work, booking["id"]) is not None:
        raise Invalid(invalid("booking_id", "a booking that still waits for its conversation"))
    if booking["canceled_at"] is not None:
        raise Invalid(invalid("booking_id", "a booking that is not cancelled"))
    sql = "SELECT about FROM timeline WHERE happened = 0 AND kind = 'conversation_opened' AND json_extract(about, '$.booking_id') = ?"
    planned = work.db.value(sql, (booking["id"],))
    if planned is not None:
        about.update(orjson.loads(str(planned)) | about)
    about.update(channels.open_conversation(work, about))


def _channel_adds_host(work: UnitOfWork, about: Row) -> None:
    about["participant_id"] = actors.join_from_channel(work, conversation_of(work, about)["id"], _host(about))


def _staff_changes(work: UnitOfWork, about: Row) -> None:
    conversation = conversation_of(work, about)
    written = {name: about[name] for name in FLAGS if name in about}
    if "assignee_id" in about:
        written["assignee_id"] = about["assignee_id"]
    conversations.edit_conversation(work, Actor(conversation["account_id"]), conversation["id"], written)


def _staff_moves(work: UnitOfWork, about: Row) -> None:
    """Move a booking to other dates. Locks are for applications, and do not hold staff back."""
    booking = booking_of(work, about)
    application_id = booking["application_id"]
    actor = Actor(booking["account_id"], application_id)
    dates: Row = {name: about[name] for name in ("start_at", "end_at") if name in about}
    bookings.edit_booking(work, actor, booking["id"], dates, owned_only=False)


def _relay_fails(work: UnitOfWork, about: Row) -> None:
    """Let a channel fail to relay from now on what hosts write in a conversation; with ``fails`` false, let it relay again."""
    conversation = conversation_of(work, about)
    if conversation["channel"] is None:
        raise Invalid(invalid("conversation_id", "a conversation that a channel opened"))
    work.db.update("conversations", conversation["id"], {"relay_fails": about.get("fails", True)})


def _guest_forgotten(work: UnitOfWork, about: Row) -> None:
    """Anonymise a client who asked to be forgotten."""
    client = work.db.get(ClientRow, about["client_id"])
    nobody: Row = {"fullname": "Anonymized", "emails": "[]", "phones": "[]", "addresses": "[]", "notes": None, "passport": None}
    nobody |= {"firstname": None, "lastname": None, "company": "", "vat_number": "", "forget_me_at": work.now, "updated_at": work.now}
    work.db.update("clients", client["id"], nobody)
    publish(work, "client_updated", client["id"], client["account_id"])


def _application_uninstalled(work: UnitOfWork, about: Row) -> None:
    """Uninstall an application from an account: its tokens there are revoked."""
    if about["account_id"] not in access.installed(work.db, about["application_id"]):
        raise Invalid(invalid("application_id", "an application that is installed on the account"))
    pair = (about["application_id"], about["account_id"])
    account_id = about["account_id"]
    publish(work, "accounts_application_destroyed", account_id, account_id, application_id=about["application_id"])
    work.db.execute("UPDATE installations SET uninstalled_at = ? WHERE application_id = ? AND account_id = ?", (work.now, *pair))
    revoke = "UPDATE tokens SET revoked_at = ? WHERE application_id = ? AND account_id = ? AND revoked_at IS NULL"
    work.db.execute(revoke, (work.now, *pair))


def _fault(work: UnitOfWork, about: Row) -> None:
    """Let something go wrong from now on."""
    wish: Row = about["fault"]
    about["fault_id"] = active.set_fault(work, wish)


def _host(about: Row) -> int | None:
    return about.get("host_id")


def _attached(about: Row) -> Row:
    return {"attachment_ids": about["attachment_ids"]} if about.get("attachment_ids") else {}


ACTIONS: dict[str, Callable[[UnitOfWork, Row], None]] = {
    "guest_books": _guest_books,
    "guest_writes": _guest_writes,
    "guest_cancels": _guest_cancels,
    "guest_forgotten": _guest_forgotten,
    "staff_writes": _staff_writes,
    "staff_changes": _staff_changes,
    "staff_moves": _staff_moves,
    "host_writes_on_channel": _host_writes_on_channel,
    "channel_opens": _channel_opens,
    "channel_adds_host": _channel_adds_host,
    "relay_fails": _relay_fails,
    "application_uninstalled": _application_uninstalled,
    "fault": _fault,
}
