"""Entries of the journal as evidence: what of a row is held, and what is read again each time a rule asks for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from sys import intern
from typing import Any

import orjson

from inbox_mock.api.rendering import head_bytes
from inbox_mock.conduct.facts import DeliveryFact, TokenFact
from inbox_mock.conduct.model import Entry, parts_of
from inbox_mock.conduct.values import filled, parameters_in
from inbox_mock.domain import times
from inbox_mock.domain.reasons import FAULT_STRUCK, Reason, from_json
from inbox_mock.faults.active import options_of
from inbox_mock.faults.declaration import RequestFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.store.journal import Head, Reader
from inbox_mock.webhooks.event_types import event_types

MOST_HELD = 2_000
"""The most characters of a path, of a query, or of the headers and parameters of a request or an answer, that an entry holds."""
EMPTY = "[]"

instant = lru_cache(maxsize=4096)(times.parse)


class LongEntry(Entry):
    """An entry with a long path or query, whose parts are not held either."""

    parts = property(lambda self: parts_of(self.path) if self.delivery is None else ())
    parameters = property(lambda self: parameters_in(self.query))


@dataclass(frozen=True, slots=True)
class Entries:
    """Makes entries of rows. Bodies are not held, nor are long queries and headers; of equal texts one is held."""

    reader: Reader
    scopes: Callable[[str, str], tuple[str, ...]]
    tokens: Mapping[str, TokenFact]
    deliveries: Mapping[int, DeliveryFact]
    lagging: Mapping[int, datetime]
    _functions: dict[tuple[str, str | None], Callable[[int], Any]] = field(default_factory=dict)

    def entry(self, row: Head) -> Entry:
        """Return the entry of a row of `inbox_mock.store.journal.heads`."""
        entry_id, at_text, method, path, query, status, application_id, delivery_id, request, response, caused, fault_id, told, *bodies = (
            row
        )
        asks, answers, is_long = len(request) > MOST_HELD, len(response) > MOST_HELD, len(path) + len(query) > MOST_HELD
        asked: dict[str, Any] = orjson.loads(request) if asks else _request(request)
        answered: dict[str, Any] = orjson.loads(response)
        headers = answered.get("headers", {})
        reasons = () if told == EMPTY else tuple(map(from_json, orjson.loads(told)))
        delivery = None if delivery_id is None else self.deliveries[delivery_id]
        method, at = intern(method), instant(at_text)
        token = self.tokens.get(str(asked.get("token")))
        fields = {
            "id": entry_id,
            "at": at,
            "method": method,
            "path": self._later("path") if len(path) > MOST_HELD else intern(path),
            "query": self._later("query") if len(query) > MOST_HELD else intern(query),
            "status": status,
            "token": asked.get("token"),
            "application_id": application_id if application_id is not None or token is None else token.application_id,
            "account_id": None if token is None else token.account_id,
            "asked_headers": self._later("request", "headers") if asks else asked.get("headers", {}),
            "asked_body": self._later("request_body") if bodies[0] else self._later("request", "body") if asks else asked.get("body", ""),
            "headers": self._later("response", "headers") if answers else headers,
            "head_bytes": head_bytes(headers) if delivery is None and status is not None else 0,
            "body": self._later("response_body") if bodies[1] else answered.get("body", ""),
            "caused": () if caused == EMPTY else tuple((one["event"], one["id"]) for one in orjson.loads(caused)),
            "reasons": reasons,
            "readable": not (reasons and _is_garbled(reasons)),
            "synced_at": None if status is None or delivery is not None else self.lagging.get(fault_id, at),
            "delivery": delivery,
            "scopes": self.scopes(method, path) if delivery is None else event_types()[delivery.event].scopes,
        }
        if is_long:
            return filled(LongEntry, fields)
        fields["parts"], fields["parameters"] = parts_of(path) if delivery is None else (), parameters_in(query)
        return filled(Entry, fields)

    def _later(self, column: str, within: str | None = None) -> Callable[[int], Any]:
        """Return the function that reads a column of an entry, or what a column's JSON holds under a name."""
        return self._functions.setdefault((column, within), partial(_read, self.reader, column, within))


_request = lru_cache(maxsize=256)(orjson.loads)


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
    return frozenset(kind for kind, effect in found if effect.rewrite is not None or effect.connection == "cut")
