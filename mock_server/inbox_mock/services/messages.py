"""Use cases around messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox_mock.channels import policy_of
from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import relay
from inbox_mock.store.database import Row
from inbox_mock.store.rows import AttachmentRow, ConversationRow, MessageRow, ParticipantRow
from inbox_mock.webhooks.deliveries import publish

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def post_message(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Post a message into a conversation for an API client, as one of its participants.

    Raises:
        Invalid: the conversation is unknown, the sender takes no part in it, or as in `post`.
    """
    conversation = work.db.refer(ConversationRow, "conversation", written["conversation_id"], actor.account_id)
    sender = work.db.refer(ParticipantRow, "sender", written["sender_id"], actor.account_id)
    if sender["conversation_id"] != conversation["id"]:
        raise Invalid(invalid("sender", "is invalid"))
    return post(work, actor, conversation, sender, written)


def post(
    work: UnitOfWork,
    actor: Actor,
    conversation: ConversationRow,
    sender: ParticipantRow,
    written: Row,
    *,
    came_from_channel: bool = False,
) -> int:
    """Post a message of a participant of a conversation, both as they are now.

    A message from the channel is on the channel already; a host's message is relayed to it, if it fulfils the conditions.

    Raises:
        Invalid: an attachment is unknown, an internal message has a channel or a Client as its sender, or, in a strict
            sandbox, a client speaks for the guest.
    """
    row = {**written, **actor.stamp, "account_id": actor.account_id, "created_at": work.now, "updated_at": work.now}
    row.pop("attachment_ids", None)
    _check_visibility(written, sender)
    if work.settings.strict and sender["member_type"] == "Client" and not came_from_channel:
        raise Invalid(invalid("sender", "is a Client participant: only Host participants send messages, guests write on the channel"))
    _update_conversation_and_sender(work, conversation, sender, written)
    if came_from_channel and conversation["channel"] is not None:
        row["on_channel_at"] = work.now
    message_id = work.db.insert("messages", row)
    if written.get("attachment_ids") is not None:
        _attach_all(work, actor, message_id, written["attachment_ids"])
    if not came_from_channel:
        relay.relay(work, conversation, sender, written, message_id)
    relay.notify_hosts(work, conversation["id"], sender, written, message_id)
    publish(work, "inbox_message_created", message_id, actor.account_id)
    publish(work, "inbox_conversation_updated", conversation["id"], actor.account_id)
    return message_id


def edit_message(work: UnitOfWork, actor: Actor, message_id: int, written: Row) -> None:
    """Change a message. The text that the guest has received does not change.

    Raises:
        NotFound: the account has no such message.
        Invalid: an attachment is unknown, or the message would be internal with a channel or a Client as its sender.
    """
    message = work.db.get(MessageRow, message_id, actor.account_id)
    _check_visibility(message | written, work.db.get(ParticipantRow, message["sender_id"]))
    if written.get("attachment_ids") is not None:
        _attach_all(work, actor, message_id, written["attachment_ids"])
    relay.keep_words(work, message)
    changes = {name: value for name, value in written.items() if name != "attachment_ids"}
    work.db.update("messages", message_id, changes | {"updated_at": work.now})
    publish(work, "inbox_message_updated", message_id, actor.account_id)


def add_attachment(work: UnitOfWork, actor: Actor, message_id: int, attachment_id: int) -> None:
    """Add an attachment to a message; do nothing if it is attached already.

    Raises:
        NotFound: the account has no such message, or no such attachment.
    """
    work.db.get(MessageRow, message_id, actor.account_id)
    work.db.get(AttachmentRow, attachment_id, actor.account_id)
    _attach(work, message_id, attachment_id)
    if work.settings.assume["connect_moves_updated_at"]:
        work.db.update("messages", message_id, {"updated_at": work.now})
    publish(work, "inbox_message_updated", message_id, actor.account_id)


def _attach_all(work: UnitOfWork, actor: Actor, message_id: int, attachment_ids: list[int]) -> None:
    for attachment_id in attachment_ids:
        work.db.refer(AttachmentRow, "attachments", attachment_id, actor.account_id)
    work.db.execute("DELETE FROM message_attachments WHERE message_id = ?", (message_id,))
    for attachment_id in attachment_ids:
        _attach(work, message_id, attachment_id)


def _attach(work: UnitOfWork, message_id: int, attachment_id: int) -> None:
    sql = """
        INSERT OR IGNORE INTO message_attachments
        VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM message_attachments WHERE message_id = ?))"""
    work.db.execute(sql, (message_id, attachment_id, message_id))


def _check_visibility(message: Mapping[str, Any], sender: ParticipantRow) -> None:
    if message["visibility"] == "internal" and message.get("channel") is not None:
        raise Invalid(invalid("visibility", "can't be internal when the message has a channel"))
    if message["visibility"] == "internal" and sender["member_type"] == "Client":
        raise Invalid(invalid("visibility", "can't be internal when the sender is a client"))


def _update_conversation_and_sender(work: UnitOfWork, conversation: ConversationRow, sender: ParticipantRow, message: Row) -> None:
    """Update the conversation and the sender of a new message."""
    said_at = message.get("sent_at") or work.now
    changes: Row = {}
    if work.settings.assume["message_bumps_conversation"]:
        changes = {"last_message_at": max(said_at, conversation["last_message_at"] or said_at), "updated_at": work.now}
    if sender["member_type"] == "Client":
        changes |= _after_a_guest(work, conversation, said_at)
    elif message["visibility"] != "internal" and message.get("channel") == conversation["default_channel"]:
        changes["deadline_response_at"] = None
    work.db.update("conversations", conversation["id"], changes)
    latest = max(said_at, sender["last_message_sent_at"] or said_at)
    work.db.update("participants", sender["id"], {"last_message_sent_at": latest, "updated_at": work.now})


def _after_a_guest(work: UnitOfWork, conversation: ConversationRow, said_at: str) -> Row:
    changes: Row = {}
    policy = policy_of(conversation["channel"])
    if policy.response_hours is not None:
        within = timedelta(hours=policy.response_hours)
        changes["deadline_response_at"] = times.wire(
            min(work.instant if said_at == work.now else times.parse(said_at), END_OF_TIME - within) + within
        )
    if work.settings.assume["guest_reopens_closed"]:
        changes["closed_at"] = None
    return changes


def participant_of(work: UnitOfWork, conversation_id: object, member_type: str, member_id: object = None) -> ParticipantRow | None:
    """Return a conversation's first participant of a type, or the one that represents a member; None if there is none."""
    for participant in work.db.of(ParticipantRow, "conversation_id", conversation_id):
        if participant["member_type"] == member_type and member_id in {None, participant["member_id"]}:
            return participant
    return None
