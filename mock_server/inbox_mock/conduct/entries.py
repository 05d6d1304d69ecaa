"""Make the entries of the evidence of rows of the journal: without their bodies, which are read when a rule asks for them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from sys import intern
from typing import Any, NamedTuple

import orjson

from inbox_mock.api.rendering import head_bytes
from inbox_mock.conduct.facts import DeliveryFact, Json, TokenFact, parameters_in
from inbox_mock.conduct.model import Entry, parts_of
from inbox_mock.domain import times
from inbox_mock.domain.reasons import FAULT_STRUCK, Reason, from_json
from inbox_mock.faults.active import options_of
from inbox_mock.faults.declaration import RequestFault
from inbox_mock.faults.kinds import kinds
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


class JournaledRequest(NamedTuple):
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

    def _request(self, text: str) -> JournaledRequest:
        asked: dict[str, Any] = orjson.loads(text)
        token = self._tokens.get(str(asked.get("token")))
        application_id, account_id = (None, None) if token is None else (token.application_id, token.account_id)
        return JournaledRequest(
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
