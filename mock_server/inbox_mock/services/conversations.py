"""Use cases around conversations."""

from inbox_mock.channels import opening, policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services.accounts import check_source
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow, HostRow
from inbox_mock.webhooks.deliveries import publish

FLAGS = {"closed": "closed_at", "marked_as_spam": "marked_as_spam_at"}


def create_conversation(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Create a conversation for an API client. No channel ever sees it.

    Raises:
        Invalid: the assignee is no host of the account, the source none of its sources; in a strict sandbox also if
            the default channel is one that opens its conversations by itself.
    """
    _check_references(work, actor.account_id, written)
    if work.settings.strict and written.get("default_channel") in {policy.default_channel for policy in opening()}:
        title = "opens its conversations by itself: wait for it, a conversation made here is not synchronised"
        raise Invalid(invalid("default_channel", title))
    row: Row = {"account_id": actor.account_id, "created_at": work.now, "updated_at": work.now}
    row |= actor.stamp | _columns(work, written)
    conversation_id = work.db.insert("conversations", row)
    work.explain("not_synchronised_conversation")
    publish(work, "inbox_conversation_created", conversation_id, actor.account_id)
    return conversation_id


def edit_conversation(work: UnitOfWork, actor: Actor, conversation_id: int, written: Row) -> None:
    """Assign, close, reopen, mark as spam, or set the default channel.

    Raises:
        NotFound: the account has no such conversation.
        Invalid: the assignee is no host of the account.
    """
    work.db.get(ConversationRow, conversation_id, actor.account_id)
    _check_references(work, actor.account_id, written)
    work.db.update("conversations", conversation_id, _columns(work, written) | {"updated_at": work.now})
    publish(work, "inbox_conversation_updated", conversation_id, actor.account_id)


def connect_booking(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> None:
    """Connect a booking to a conversation; do nothing if it is connected already.

    Raises:
        NotFound: the account has no such conversation, or no such booking.
        Invalid: the sandbox is strict, the booking is a channel's, and the conversation is not.
    """
    conversation, booking = _conversation_and_booking(work, actor, conversation_id, booking_id)
    if conversation["channel"] is None and policies()[str(booking["channel"])].owns_conversations:
        if work.settings.strict:
            raise Invalid(invalid("bookings", f"{booking['channel']} opens the conversation of this booking: use that one, and no other"))
        work.explain("not_synchronised_booking", channel=booking["channel"])
    work.db.execute("INSERT OR IGNORE INTO conversation_bookings VALUES (?, ?)", (conversation_id, booking_id))
    _publish_connection(work, actor, conversation_id)


def disconnect_booking(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> None:
    """Disconnect a booking from a conversation; do nothing if it is not connected.

    Raises:
        NotFound: the account has no such conversation, or no such booking.
    """
    _conversation_and_booking(work, actor, conversation_id, booking_id)
    work.db.execute("DELETE FROM conversation_bookings WHERE conversation_id = ? AND booking_id = ?", (conversation_id, booking_id))
    _publish_connection(work, actor, conversation_id)


def _columns(work: UnitOfWork, written: Row) -> Row:
    columns = {name: value for name, value in written.items() if name not in FLAGS}
    return columns | {FLAGS[name]: work.now if value else None for name, value in written.items() if name in FLAGS}


def _check_references(work: UnitOfWork, account_id: int, written: Row) -> None:
    if written.get("assignee_id") is not None:
        work.db.refer(HostRow, "assignee", written["assignee_id"], account_id)
    check_source(work, account_id, written)


def _conversation_and_booking(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> tuple[ConversationRow, BookingRow]:
    return work.db.get(ConversationRow, conversation_id, actor.account_id), work.db.get(BookingRow, booking_id, actor.account_id)


def _publish_connection(work: UnitOfWork, actor: Actor, conversation_id: int) -> None:
    """Publish that a conversation's bookings have changed; whether that moves its updated_at is a switch."""
    if work.settings.assume["connect_moves_updated_at"]:
        work.db.update("conversations", conversation_id, {"updated_at": work.now})
    publish(work, "inbox_conversation_updated", conversation_id, actor.account_id)
