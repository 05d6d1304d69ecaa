"""Entries of the journal as evidence: what of a row is held, and what is read again each time a rule asks for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from sys import intern
from typing import Any

import orjson

from inbox_mock.api.rendering import head_bytes
from inbox_mock.conduct.model import DeliveryFact, Entry, TokenFact, parts_of
from inbox_mock.conduct.values import filled, parameters_in
from inbox_mock.domain import times
from inbox_mock.domain.reasons import FAULT_STRUCK, Reason, from_json
from inbox_mock.faults.active import options_of
from inbox_mock.faults.declaration import RequestFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.store.database import Row
from inbox_mock.store.journal import Reader
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

    def entry(self, row: Row) -> Entry:
        """Return the entry of a row of `inbox_mock.store.journal.heads`."""
        asks, answers = len(row["request"]) > MOST_HELD, len(row["response"]) > MOST_HELD
        request: Row = orjson.loads(row["request"]) if asks else _request(row["request"])
        response: Row = orjson.loads(row["response"])
        headers = response.get("headers", {})
        reasons = () if row["reasons"] == EMPTY else tuple(map(from_json, orjson.loads(row["reasons"])))
        delivery = None if row["delivery_id"] is None else self.deliveries[row["delivery_id"]]
        caused = () if row["caused"] == EMPTY else tuple((one["event"], one["id"]) for one in orjson.loads(row["caused"]))
        asked_body = self._later("request", "body") if asks else request.get("body", "")
        method, path, status, at = intern(row["method"]), row["path"], row["status"], instant(row["at"])
        token = self.tokens.get(str(request.get("token")))
        return filled(
            LongEntry if len(path) + len(row["query"]) > MOST_HELD else Entry,
            {
                "id": row["id"],
                "at": at,
                "method": method,
                "path": self._later("path") if len(path) > MOST_HELD else intern(path),
                "query": self._later("query") if len(row["query"]) > MOST_HELD else intern(row["query"]),
                "status": status,
                "token": request.get("token"),
                "application_id": row["application_id"] if row["application_id"] is not None or token is None else token.application_id,
                "account_id": None if token is None else token.account_id,
                "asked_headers": self._later("request", "headers") if asks else request.get("headers", {}),
                "asked_body": self._later("request_body") if row["asks"] else asked_body,
                "headers": self._later("response", "headers") if answers else _shared(headers),
                "head_bytes": head_bytes(headers) if delivery is None and status is not None else 0,
                "body": self._later("response_body") if row["answers"] else response.get("body", ""),
                "caused": caused,
                "reasons": reasons,
                "readable": not (reasons and _is_garbled(reasons)),
                "synced_at": None if status is None or delivery is not None else self.lagging.get(row["fault_id"], at),
                "delivery": delivery,
                "scopes": self.scopes(method, path) if delivery is None else event_types()[delivery.event].scopes,
            },
        )

    def _later(self, column: str, within: str | None = None) -> Callable[[int], Any]:
        """Return the function that reads a column of an entry, or what a column's JSON holds under a name."""
        return self._functions.setdefault((column, within), partial(_read, self.reader, column, within))


_request = lru_cache(maxsize=256)(orjson.loads)


def _shared(headers: Row) -> Row:
    """Return the same headers; of equal values one is held."""
    return dict(zip(headers, map(intern, headers.values()), strict=True))


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
