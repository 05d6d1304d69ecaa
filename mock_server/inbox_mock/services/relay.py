"""Relay messages to guests through channels, or say why a message is not relayed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.reasons import Reason
from inbox_mock.engine.unit_of_work import Handler, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.inbox import ATTACHED
from inbox_mock.store.rows import ConversationRow, MessageRow, ParticipantRow

RELAYED = "message_relayed"
NOTIFIED = "hosts_notified"


def relay(work: UnitOfWork, conversation: ConversationRow, sender: ParticipantRow, message: Row, message_id: int) -> None:
    """Schedule the relay of a message to the guest, or add the reason why it is not relayed."""
    reason = hindrance(conversation, sender, message)
    if reason is not None:
        work.reasons.append(reason)
        return
    if conversation["relay_fails"]:
        work.explain("not_relayed_channel_fails", channel=conversation["channel"])
    seconds = conversation["relay_seconds"]
    if seconds is None:
        low, high = policies()[str(conversation["channel"])].relays_after
        seconds = work.dice.between("relay", message_id, low, high)
    work.later(timedelta(seconds=seconds), RELAYED, message_id=message_id)


def arrive(work: UnitOfWork, about: Row) -> None:
    """Deliver a relayed message to the guest.

    Raises:
        Invalid: the channel fails to relay; the guest never sees the message.
    """
    message = work.db.get(MessageRow, about["message_id"])
    conversation = work.db.get(ConversationRow, message["conversation_id"])
    if conversation["relay_fails"]:
        raise Invalid(invalid("message_id", f"{conversation['channel']} failed to relay it"))
    put_on_channel(work, about["message_id"])


HANDLERS: dict[str, Handler] = {RELAYED: arrive}


def put_on_channel(work: UnitOfWork, message_id: object) -> None:
    """Show a message to the guest from now on."""
    work.db.update("messages", message_id, {"on_channel_at": work.now})


def thread(work: UnitOfWork, conversation_id: object, limit: int, skip: int, uploads: str) -> list[Row]:
    """Return what the guest sees on the channel, oldest first: the latest ``limit`` messages, without the latest ``skip``.

    Files have their addresses under ``uploads``; they are those that the message has now.
    """
    sql = f"""
        SELECT iif(p.member_type = 'Client', 'guest', 'host') AS "from", coalesce(nullif(m.on_channel_as, ''), m.content) AS content,
          m.on_channel_at AS at, m.id AS message_id, {ATTACHED} AS attachments
        FROM messages m JOIN participants p ON p.id = m.sender_id
        WHERE m.conversation_id = ? AND m.on_channel_at IS NOT NULL ORDER BY m.on_channel_at DESC, m.id DESC LIMIT ? OFFSET ?"""  # noqa: S608 - names of ours
    rows = work.db.every(sql, (conversation_id, limit, skip))[::-1]
    return [row | {"attachments": attached(row["attachments"], uploads)} for row in rows]


def attached(stored: str, uploads: str) -> list[Row]:
    """Return the attachments of a message, as `ATTACHED` reads them, each with its ``url`` in place of the file's name."""
    return [{"url": f"{uploads}/{one['id']}/{one.pop('file_name')}", **one} for one in orjson.loads(stored)]


def keep_words(work: UnitOfWork, message: MessageRow) -> None:
    """Store the words that the guest has read, or that are on their way to them, before an edit: edits are not relayed."""
    if message["on_channel_as"] is None and (message["on_channel_at"] is not None or _is_on_its_way(work, message)):
        work.db.update("messages", message["id"], {"on_channel_as": message["content"]})


def _is_on_its_way(work: UnitOfWork, message: MessageRow) -> bool:
    sql = "SELECT 1 FROM timeline WHERE happened = 0 AND kind = ? AND json_extract(about, '$.message_id') = ?"
    return work.db.value(sql, (RELAYED, message["id"])) is not None


def notify_hosts(work: UnitOfWork, conversation_id: object, sender: ParticipantRow, message: Row, message_id: int) -> None:
    """Notify only the Host participants of a conversation of a new external message; the timeline names them."""
    if message["visibility"] == "internal":
        return
    participants = work.db.of(ParticipantRow, "conversation_id", conversation_id)
    hosts = [row for row in participants if row["member_type"] == "Host" and row["id"] != sender["id"]]
    if hosts:
        participant_ids = [row["id"] for row in hosts]
        work.happen(NOTIFIED, message_id=message_id, participant_ids=participant_ids, host_ids=[row["member_id"] for row in hosts])


def hindrance(conversation: Mapping[str, Any], sender: Mapping[str, Any], message: Mapping[str, Any]) -> Reason | None:
    """Return why a message does not reach the guest, or None if it does."""
    if conversation["channel"] is None:
        return Reason("not_relayed_no_channel")
    if sender["member_type"] != "Host":
        return Reason("not_relayed_client_sender")
    if message["visibility"] == "internal":
        return Reason("not_relayed_internal")
    if message.get("channel") != conversation["default_channel"]:
        given, wanted = message.get("channel") or "null", conversation["default_channel"] or "null"
        return Reason("not_relayed_other_channel", {"given": given, "wanted": wanted})
    return None
