"""Collect the evidence for rules from a sandbox's database: the journal, and facts about the records. Nothing is changed.

The journal is read once; of the records only those that its requests name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import orjson

from inbox_mock.api.operation import OperationIndex
from inbox_mock.channels import policies
from inbox_mock.conduct.entries import Entries, instant
from inbox_mock.conduct.facts import (
    BookingFact,
    ConversationFact,
    DeliveryFact,
    MessageFact,
    ParticipantFact,
    TokenFact,
)
from inbox_mock.conduct.model import Entry, Evidence
from inbox_mock.domain.access import parse_scopes
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults.declaration import Signed
from inbox_mock.services.relay import RELAYED
from inbox_mock.store import journal
from inbox_mock.store.database import Database
from inbox_mock.store.journal import Reader

MESSAGES = """
    SELECT m.id, m.account_id, m.conversation_id, m.sender_id, m.visibility, m.channel, m.created_at,
      m.on_channel_at IS NOT NULL OR m.id IN (
      SELECT json_extract(about, '$.message_id') FROM timeline WHERE kind = ?) AS relayed
    FROM messages m WHERE m.conversation_id IN (
      SELECT conversation_id FROM messages WHERE id IN (SELECT value FROM json_each(?))) ORDER BY m.id"""
BOOKINGS = """
    SELECT b.id, b.account_id, b.channel, b.created_at, b.canceled_at, min(c.id) AS conversation_id, min(c.created_at) AS opened_at
    FROM bookings b LEFT JOIN conversation_bookings t ON t.booking_id = b.id
    LEFT JOIN conversations c ON c.id = t.conversation_id AND c.channel IS NOT NULL GROUP BY b.id"""
OPENINGS = """
    SELECT json_extract(about, '$.booking_id') AS booking_id, json_extract(about, '$.conversation_id') AS conversation_id, happened
    FROM timeline WHERE kind IN ('conversation_opened', 'channel_opens')"""
LAGGING = "SELECT id, set_at FROM faults WHERE kind = 'stale_read' AND coalesce(json_extract(options, '$.honest'), 1)"
DELIVERIES = "SELECT id, event, forged FROM deliveries WHERE id IN (SELECT delivery_id FROM journal WHERE delivery_id IS NOT NULL)"


@dataclass(slots=True)
class Named:
    """The ids of the records that requests name; other records are not read. ``booked``: a client gave a booking a conversation."""

    made: list[int] = field(default_factory=list)
    conversations: set[int] = field(default_factory=set)
    participants: set[int] = field(default_factory=set)
    booked: bool = False


def collect(work: UnitOfWork, operations: OperationIndex, reader: Reader) -> Evidence:
    """Return the evidence that the sandbox's journal and records hold. It can be used until the reader is closed."""
    tokens = _tokens(work.db)
    lagging = {row["id"]: instant(row["set_at"]) for row in work.db.each(LAGGING)}
    read = Entries(reader, operations.scopes, tokens, _deliveries(work.db, reader), lagging)
    entries = tuple(map(read.entry, journal.heads(work.db)))
    named = _named(entries)
    messages = _messages(work.db, named)
    conversations = named.conversations | {message.conversation_id for message in messages.values()}
    return Evidence(
        entries=entries,
        now=work.instant,
        strict=work.settings.strict,
        lost=entries[0].id - 1 if entries else 0,
        bookings=_bookings(work.db) if named.booked else {},
        conversations=_conversations(work.db, conversations) if conversations else {},
        participants=_participants(work.db, conversations, named.participants) if conversations or named.participants else {},
        messages=messages,
        tokens=tokens,
    )


def _named(entries: Iterable[Entry]) -> Named:
    named = Named()
    for entry in entries:
        if entry.method == "GET" or not entry.parts:
            continue
        named.booked |= entry.is_call("POST", "inbox", "conversations") or entry.parts[3:] == ("connect_booking",)
        if (made := entry.made("inbox_message_created")) is not None:
            named.made.append(made)  # its sender and its conversation are those of the message
            continue
        named.participants.add(entry.number("sender_id") or 0)
        of_path = entry.parts[2] if len(entry.parts) > 2 and entry.parts[1] == "conversations" else ""
        named.conversations.update((entry.number("conversation_id") or 0, _number(of_path)))
    return named


def _tokens(db: Database) -> dict[str, TokenFact]:
    rows = db.each("SELECT id, application_id, account_id, scopes FROM tokens WHERE kind = 'access'")
    return {f"token-{row.pop('id')}": TokenFact(**row | {"scopes": parse_scopes(row["scopes"])}) for row in rows}


def _deliveries(db: Database, reader: Reader) -> dict[int, DeliveryFact]:
    record = partial(reader.read, "record", table="deliveries")
    return {row["id"]: DeliveryFact(**row | {"forged": Signed(row["forged"]).forgery, "record": record}) for row in db.each(DELIVERIES)}


def _messages(db: Database, named: Named) -> dict[int, MessageFact]:
    rows = db.each(MESSAGES, (RELAYED, _as_json(named.made))) if named.made else ()
    return {row["id"]: MessageFact(**row | {"created_at": instant(row["created_at"]), "relayed": bool(row["relayed"])}) for row in rows}


def _conversations(db: Database, ids: set[int]) -> dict[int, ConversationFact]:
    sql = """
        SELECT c.id, c.account_id, c.channel, c.default_channel,
          (SELECT json_group_array(booking_id) FROM conversation_bookings WHERE conversation_id = c.id) AS bookings
        FROM conversations c WHERE c.id IN (SELECT value FROM json_each(?))"""
    return {
        row["id"]: ConversationFact(**row | {"bookings": tuple(orjson.loads(row["bookings"]))}) for row in db.each(sql, (_as_json(ids),))
    }


def _participants(db: Database, conversations: set[int], ids: set[int]) -> dict[int, ParticipantFact]:
    sql = """
        SELECT id, conversation_id, member_type AS kind FROM participants WHERE conversation_id IN (SELECT value FROM json_each(?))
        UNION SELECT id, conversation_id, member_type FROM participants WHERE id IN (SELECT value FROM json_each(?))"""
    return {row["id"]: ParticipantFact(**row) for row in db.each(sql, (_as_json(conversations), _as_json(ids)))}


def _bookings(db: Database) -> dict[int, BookingFact]:
    """Return every booking. Its channel's conversation is the one in the timeline, or the one that it is connected to."""
    openings = db.every(OPENINGS)
    awaited = {row["booking_id"] for row in openings if not row["happened"]}
    opened = {row["booking_id"]: row["conversation_id"] for row in openings if row["conversation_id"] is not None}
    since = {row["id"]: row["created_at"] for row in db.each("SELECT id, created_at FROM conversations WHERE channel IS NOT NULL")}
    found: dict[int, BookingFact] = {}
    for row in db.each(BOOKINGS):
        policy = policies()[row["channel"]]
        conversation = opened.get(row["id"], row["conversation_id"])
        opened_at = since.get(conversation, row["opened_at"])
        found[row["id"]] = BookingFact(
            id=row["id"],
            account_id=row["account_id"],
            channel=policy.name,
            owned=policy.owns_conversations,
            default_channel=policy.default_channel,
            created_at=instant(row["created_at"]),
            canceled_at=_time(row["canceled_at"]),
            channel_conversation=conversation,
            opened_at=_time(opened_at),
            never=opened_at is None and row["id"] not in awaited,
        )
    return found


def _as_json(ids: Iterable[object]) -> str:
    return orjson.dumps([one for one in ids if isinstance(one, int) and one < 2**63]).decode()


def _time(found: object) -> datetime | None:
    return None if found is None else instant(str(found))


def _number(text: str) -> int:
    return whole_number(text, 18) or 0
