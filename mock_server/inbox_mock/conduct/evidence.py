"""Collect the evidence for rules from a sandbox's database: the journal, and facts about the records. Nothing is changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

import orjson

from inbox_mock.api.operation import Operation
from inbox_mock.api.rendering import head_bytes
from inbox_mock.channels import policies
from inbox_mock.conduct.model import (
    API,
    BookingFact,
    ConversationFact,
    DeliveryFact,
    Entry,
    Evidence,
    MessageFact,
    ParticipantFact,
    TokenFact,
)
from inbox_mock.domain import limits, times
from inbox_mock.domain.access import PUBLIC, parse_scopes
from inbox_mock.domain.reasons import FAULT_STRUCK, from_json
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults.active import options_of
from inbox_mock.faults.declaration import RequestFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.services.relay import RELAYED
from inbox_mock.store import journal
from inbox_mock.store.database import Database, Row
from inbox_mock.webhooks.event_types import event_types

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
POWERS = ("read", "write", "write_owned")


class OperationIndex:
    """The operations of the API, found by method and path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in operations:
            parts = tuple(operation.rule.strip("/").split("/"))
            self._known.setdefault((operation.method, len(parts)), []).append((parts, operation))
        self.of = lru_cache(maxsize=4096)(self._find)

    def scopes(self, method: str, path: str) -> tuple[str, ...]:
        """Return the scopes of which a request uses any one; none for an unknown operation.

        A public operation shows more to an application that holds a scope of the resource.
        """
        found = self.of(method, path)
        if found is None or found.scopes != (PUBLIC,):
            return () if found is None else found.scopes
        return (PUBLIC, *(f"{found.resource.plural}_{power}" for power in POWERS))

    def _find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path; PATCH counts as PUT."""
        if not path.startswith(API):
            return None
        parts = [part for part in path.removeprefix(API).split("/") if part]
        for rule, operation in self._known.get(("PUT" if method == "PATCH" else method, len(parts)), ()):
            if all(wanted.startswith("<") or wanted == found for wanted, found in zip(rule, parts, strict=True)):
                return operation
        return None


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of the records that requests name; other records are not read."""

    made: list[int]
    conversations: set[int]
    participants: set[int]


def collect(work: UnitOfWork, operations: OperationIndex) -> Evidence:
    """Return the evidence that the sandbox's journal and records hold."""
    tokens = _tokens(work.db)
    rows = journal.after(work.db, 0, limits.JOURNAL)
    lagging = _lagging(work.db)
    deliveries = _deliveries(work.db, rows)
    entries = tuple(_entry(row, tokens, deliveries, lagging, operations) for row in rows)
    named = _named(entries)
    messages = _messages(work.db, named)
    conversations = named.conversations | {message.conversation_id for message in messages.values()}
    meddled = any(e.is_call("POST", "inbox", "conversations") or e.parts[3:] == ("connect_booking",) for e in entries)
    return Evidence(
        entries=entries,
        now=work.instant,
        strict=work.settings.strict,
        lost=entries[0].id - 1 if entries else 0,
        bookings=_bookings(work.db) if meddled else {},
        conversations=_conversations(work.db, conversations),
        participants=_participants(work.db, conversations, named.participants),
        messages=messages,
        tokens=tokens,
    )


@cache
def _unreadable_after() -> frozenset[str]:
    """Return the kinds of faults after which an answer cannot be read."""
    of_requests = ((kind, fault) for kind, fault in kinds().items() if isinstance(fault, RequestFault))
    found = ((kind, fault.effect(options_of(fault, {"options": {}}))) for kind, fault in of_requests)
    return frozenset(kind for kind, effect in found if effect.rewrite is not None or effect.connection == "cut")


_instant = lru_cache(maxsize=4096)(times.parse)


def _entry(
    row: Row, tokens: dict[str, TokenFact], deliveries: dict[int, DeliveryFact], lagging: dict[int, datetime], operations: OperationIndex
) -> Entry:
    request: Row = row["request"]
    response: Row = row["response"]
    caused: list[Row] = row["caused"]
    reasons = tuple(map(from_json, row["reasons"]))
    struck = [reason.data for reason in reasons if reason.code == FAULT_STRUCK]
    at = _instant(row["at"])
    label = request.get("token")
    token = tokens.get(str(label))
    delivery = None if row["delivery_id"] is None else deliveries[row["delivery_id"]]
    application_id = row["application_id"] if row["application_id"] is not None or token is None else token.application_id
    method, path = row["method"], row["path"]
    return Entry(
        id=row["id"],
        at=at,
        method=method,
        path=path,
        query=row["query"],
        status=row["status"],
        token=label,
        application_id=application_id,
        account_id=None if token is None else token.account_id,
        asked_headers=request.get("headers", {}),
        asked_body=request.get("body", ""),
        headers=response.get("headers", {}),
        head_bytes=head_bytes(response["headers"]) if delivery is None and row["status"] is not None else 0,
        body=response.get("body", ""),
        caused=tuple((one["event"], one["id"]) for one in caused),
        reasons=reasons,
        readable=not any(fault["kind"] in _unreadable_after() for fault in struck),
        synced_at=None if row["status"] is None or delivery is not None else lagging.get(row["fault_id"], at),
        delivery=delivery,
        scopes=operations.scopes(method, path) if delivery is None else event_types()[delivery.event].scopes,
    )


def _lagging(db: Database) -> dict[int, datetime]:
    """Return the faults that show the past and declare it, each with the synced-at time of its answers."""
    rows = db.every("SELECT id, set_at FROM faults WHERE kind = 'stale_read' AND coalesce(json_extract(options, '$.honest'), 1)")
    return {row["id"]: _instant(row["set_at"]) for row in rows}


def _named(entries: Iterable[Entry]) -> Named:
    named = Named([], set(), set())
    for entry in entries:
        if entry.method == "GET" or not entry.parts:
            continue
        if (made := entry.made("inbox_message_created")) is not None:
            named.made.append(made)
        named.participants.add(entry.number("sender_id") or 0)
        of_path = entry.parts[2] if len(entry.parts) > 2 and entry.parts[1] == "conversations" else ""
        named.conversations.update((entry.number("conversation_id") or 0, _number(of_path)))
    return named


def _tokens(db: Database) -> dict[str, TokenFact]:
    rows = db.every("SELECT id, application_id, account_id, scopes FROM tokens WHERE kind = 'access'")
    return {f"token-{row.pop('id')}": TokenFact(**row | {"scopes": parse_scopes(row["scopes"])}) for row in rows}


def _deliveries(db: Database, rows: list[Row]) -> dict[int, DeliveryFact]:
    wanted = _as_json(row["delivery_id"] for row in rows if row["delivery_id"] is not None)
    found = db.every("SELECT id, event, record, forged FROM deliveries WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
    return {row["id"]: DeliveryFact(**row | {"forged": bool(row["forged"])}) for row in found}


def _messages(db: Database, named: Named) -> dict[int, MessageFact]:
    rows = db.every(MESSAGES, (RELAYED, _as_json(named.made))) if named.made else []
    return {row["id"]: MessageFact(**row | {"created_at": _instant(row["created_at"]), "relayed": bool(row["relayed"])}) for row in rows}


def _conversations(db: Database, ids: set[int]) -> dict[int, ConversationFact]:
    sql = """
        SELECT c.id, c.account_id, c.channel, c.default_channel,
          (SELECT json_group_array(booking_id) FROM conversation_bookings WHERE conversation_id = c.id) AS bookings
        FROM conversations c WHERE c.id IN (SELECT value FROM json_each(?))"""
    return {
        row["id"]: ConversationFact(**row | {"bookings": tuple(orjson.loads(row["bookings"]))}) for row in db.every(sql, (_as_json(ids),))
    }


def _participants(db: Database, conversations: set[int], ids: set[int]) -> dict[int, ParticipantFact]:
    sql = """
        SELECT id, conversation_id, member_type AS kind FROM participants WHERE conversation_id IN (SELECT value FROM json_each(?))
        UNION SELECT id, conversation_id, member_type FROM participants WHERE id IN (SELECT value FROM json_each(?))"""
    return {row["id"]: ParticipantFact(**row) for row in db.every(sql, (_as_json(conversations), _as_json(ids)))}


def _bookings(db: Database) -> dict[int, BookingFact]:
    """Return every booking. Its channel's conversation is the one in the timeline, or the one that it is connected to."""
    openings = db.every(OPENINGS)
    awaited = {row["booking_id"] for row in openings if not row["happened"]}
    opened = {row["booking_id"]: row["conversation_id"] for row in openings if row["conversation_id"] is not None}
    since = {row["id"]: row["created_at"] for row in db.every("SELECT id, created_at FROM conversations WHERE channel IS NOT NULL")}
    found: dict[int, BookingFact] = {}
    for row in db.every(BOOKINGS):
        policy = policies()[row["channel"]]
        conversation = opened.get(row["id"], row["conversation_id"])
        opened_at = since.get(conversation, row["opened_at"])
        found[row["id"]] = BookingFact(
            id=row["id"],
            account_id=row["account_id"],
            channel=policy.name,
            owned=policy.owns_conversations,
            default_channel=policy.default_channel,
            created_at=_instant(row["created_at"]),
            canceled_at=_time(row["canceled_at"]),
            channel_conversation=conversation,
            opened_at=_time(opened_at),
            never=opened_at is None and row["id"] not in awaited,
        )
    return found


def _as_json(ids: Iterable[object]) -> str:
    return orjson.dumps([one for one in ids if isinstance(one, int) and one < 2**63]).decode()


def _time(found: object) -> datetime | None:
    return None if found is None else _instant(str(found))


def _number(text: str) -> int:
    return whole_number(text, 18) or 0
