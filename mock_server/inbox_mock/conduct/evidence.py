"""Collect the evidence for rules from a sandbox's database: the journal, and facts about the records. Nothing is changed.

The journal is read once, without its bodies; those are read again when a rule asks for them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from sys import intern
from typing import Any, NamedTuple

import orjson

from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.rendering import head_bytes
from inbox_mock.channels import policies
from inbox_mock.conduct.facts import (
    BookingFact,
    ConversationFact,
    DeliveryFact,
    Json,
    MessageFact,
    ParticipantFact,
    TokenFact,
    parameters_in,
)
from inbox_mock.conduct.model import Entry, Evidence, parts_of
from inbox_mock.domain import times
from inbox_mock.domain.access import parse_scopes
from inbox_mock.domain.reasons import FAULT_STRUCK, Reason, from_json
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults.active import options_of
from inbox_mock.faults.declaration import RequestFault, Signed
from inbox_mock.faults.kinds import kinds
from inbox_mock.services.relay import RELAYED
from inbox_mock.store import journal
from inbox_mock.store.database import Database
from inbox_mock.store.journal import Head, Reader
from inbox_mock.webhooks.event_types import event_types

MOST_HELD = 2_000
"""The most characters of a path, of a query, or of the headers and parameters of a request or an answer, that an entry holds."""
EMPTY, EMPTY_OBJECT = "[]", b"{}"

instant = lru_cache(maxsize=4096)(times.parse)


class LongEntry(Entry):
    """An entry with a long path or query, whose parts are not held either."""

    parts = property(lambda self: parts_of(self.path) if self.delivery is None else ())
    parameters = property(lambda self: parameters_in(self.query))


class RequestFacts(NamedTuple):
    """What a request's JSON holds, and whose its token is."""

    token: str | None
    application_id: int | None
    account_id: int | None
    headers: Mapping[str, str]
    body: str | Json
    arrived_after: int | None
    connection: int


class Addressed(NamedTuple):
    """What is derived of a method, a path and a query; of long ones neither parts nor parameters."""

    method: str
    path: str
    query: str
    parts: tuple[str, ...]
    parameters: Mapping[str, str]
    scopes: tuple[str, ...]


class Entries:
    """Makes entries of rows. Bodies are not held, nor are long queries and headers; of equal texts one is held, and read once."""

    def __init__(
        self,
        reader: Reader,
        scopes: Callable[[str, str], tuple[str, ...]],
        tokens: Mapping[str, TokenFact],
        deliveries: Mapping[int, DeliveryFact],
        lagging: Mapping[int, datetime],
    ) -> None:
        self._scopes, self._tokens, self._deliveries, self._lagging = scopes, tokens, deliveries, lagging
        self._later = cache(lambda column, within=None: partial(_read, reader, column, within))
        self._held_request = lru_cache(maxsize=256)(self._request)
        self._held_address = lru_cache(maxsize=256)(self._address)

    def entry(self, row: Head) -> Entry:
        """Return the entry of a row of `inbox_mock.store.journal.heads`."""
        entry_id, at_text, method, path, query, status, application_id, delivery_id, request, response, caused, fault_id, told, *bodies = (
            row
        )
        asks, answers, is_long = len(request) > MOST_HELD, len(response) > MOST_HELD, len(path) + len(query) > MOST_HELD
        asked = self._request(request) if asks else self._held_request(request)
        address = (self._address if is_long else self._held_address)(method, path, query)
        answered: dict[str, Any] = orjson.loads(response)
        headers = answered.get("headers", {})
        reasons = () if told == EMPTY else tuple(map(from_json, orjson.loads(told)))
        delivery = None if delivery_id is None else self._deliveries[delivery_id]
        at, later = instant(at_text), self._later
        entry = Entry.__new__(LongEntry if is_long else Entry)  # calling the class takes five times as long, which counts for ten thousand
        held = vars(entry)  # set one by one: so entries share the names
        held["id"] = entry_id
        held["at"] = at
        held["method"] = address.method
        held["path"] = later("path") if len(path) > MOST_HELD else address.path
        held["query"] = later("query") if len(query) > MOST_HELD else address.query
        held["status"] = status
        held["token"] = asked.token
        held["application_id"] = asked.application_id if application_id is None else application_id
        held["account_id"] = asked.account_id
        held["asked_headers"] = later("request", "headers") if asks else asked.headers
        held["asked_body"] = later("request_body") if bodies[0] else later("request", "body") if asks else asked.body
        held["headers"] = later("response", "headers") if answers else headers
        held["head_bytes"] = head_bytes(headers) if delivery is None and status is not None else 0
        held["body"] = later("response_body") if bodies[1] else answered.get("body", "")
        held["arrived_after"], held["connection"] = asked.arrived_after, asked.connection
        held["caused"] = () if caused == EMPTY else tuple((one["event"], one["id"]) for one in orjson.loads(caused))
        held["reasons"] = reasons
        held["readable"] = not (reasons and _is_garbled(reasons))
        held["synced_at"] = None if status is None or delivery is not None else self._lagging.get(fault_id, at)
        held["delivery"] = delivery
        held["scopes"] = address.scopes if delivery is None else event_types()[delivery.event].scopes
        if not is_long:
            held["parts"] = address.parts if delivery is None else ()
            held["parameters"] = address.parameters
        return entry

    def _request(self, text: str) -> RequestFacts:
        asked: dict[str, Any] = orjson.loads(text)
        token = self._tokens.get(str(asked.get("token")))
        application_id, account_id = (None, None) if token is None else (token.application_id, token.account_id)
        return RequestFacts(
            asked.get("token"),
            application_id,
            account_id,
            asked.get("headers", {}),
            asked.get("body", ""),
            asked.get("arrived_after"),
            asked.get("connection", 1),
        )

    def _address(self, method: str, path: str, query: str) -> Addressed:
        is_long = len(path) + len(query) > MOST_HELD
        parts, parameters = ((), {}) if is_long else (parts_of(path), parameters_in(query))
        return Addressed(intern(method), intern(path), intern(query), parts, parameters, self._scopes(method, path))


def _read(reader: Reader, column: str, within: str | None, entry_id: int) -> object:
    text = reader.read(column, entry_id)
    return text if within is None else orjson.loads(text).get(within, {})


def _is_garbled(reasons: Iterable[Reason]) -> bool:
    """Return whether a fault struck after which the answer cannot be read."""
    return any(reason.code == FAULT_STRUCK and reason.data["kind"] in _unreadable_after() for reason in reasons)


@cache
def _unreadable_after() -> frozenset[str]:
    """Return the kinds of faults after which an answer cannot be read."""
    of_requests = ((kind, fault) for kind, fault in kinds().items() if isinstance(fault, RequestFault))
    found = ((kind, fault.effect(options_of(fault, {"options": {}}))) for kind, fault in of_requests)
    return frozenset(
        kind for kind, effect in found if effect.connection == "cut" or (effect.rewrite is not None and _spoils(effect.rewrite))
    )


def _spoils(rewrite: Callable[[bytes], bytes]) -> bool:
    """Return whether what is left of an answer is no JSON."""
    try:
        orjson.loads(rewrite(EMPTY_OBJECT))
    except orjson.JSONDecodeError:
        return True
    return False


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
