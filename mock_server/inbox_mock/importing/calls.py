"""Which exchanges are of the API, by paths and bodies, whatever host was recorded: calls, OAuth, files, webhooks; and its clock."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from inbox_mock.domain import times
from inbox_mock.domain.endpoints import API, ENDPOINTS, OAUTH
from inbox_mock.domain.values import whole_number
from inbox_mock.recordings import Exchange, Lost, Place, header
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Resource
from inbox_mock.webhooks.event_types import event_types

DIGITS = 18
"""The most digits of a number in a header, a path or a query: others have none that long."""
EARLIEST = 1970
"""The first year that a clock of the API can show."""
SYNCED_AT = "x-updated-since-request-synced-at"
SIGNATURE = "X-Content-Signature"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_UPLOADS = re.compile(r"(.*?)/uploads/((?:[0-9a-f]{12}/)?[0-9]+/[^/]+|[^/]+)")
OF_A_FAKE = re.compile(r"/uploads/[0-9a-f]{12}/([0-9]+)/([^/]+)")
"""The path of a file on a fake, which names the attachment."""
_BY_PATH = {resource.path: resource for resource in RESOURCES.values()}
_SERVED = {re.compile(re.sub(r"<\w+>", "[^/]+", path) + "/?"): path for path in sorted(ENDPOINTS, key=len) if not path.startswith(OAUTH)}


@dataclass(frozen=True)
class ApiExchange:
    """An exchange with the API.

    ``part`` is api, oauth, uploads or webhook; ``base`` is what precedes ``/api/v3`` or ``/oauth`` in the address, with the host;
    ``path`` follows it, ``endpoint`` is its pattern in `ENDPOINTS`, None for what the fake does not serve.
    """

    exchange: Exchange
    part: str
    base: str
    path: str
    endpoint: str | None = None

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return self.exchange.request.method.upper()

    @cached_property
    def resource(self) -> Resource | None:
        """The resource that is read or written."""
        parts = self.path.strip("/").split("/")
        if parts[0] == "rentals" and len(parts) > 2:
            return RESOURCES.get(parts[2])
        return _BY_PATH.get("/".join(parts[:2])) or _BY_PATH.get(parts[0])

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The ids in the path, of the resource's records."""
        resource = self.resource
        if resource is None or not self.path.startswith(f"/{resource.path}/"):
            return ()
        return whole_numbers(unquote(self.path.removeprefix(f"/{resource.path}/").split("/")[0]).split(","))

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of one that is repeated, its values joined with commas."""
        return query_of(urlsplit(self.exchange.request.url).query)

    @property
    def succeeded(self) -> bool:
        """Whether it was answered with 2xx; a write without an answer may have been carried out, and counts."""
        answer = self.exchange.response
        return self.writes if answer is None else 200 <= answer.status < 300

    @property
    def is_unsure(self) -> bool:
        """Whether no answer came, or one that does not tell whether the request was carried out."""
        return self.exchange.response is None or self.exchange.response.status >= 500

    @property
    def not_modified(self) -> bool:
        """Whether it was answered that the client knows the answer."""
        return self.exchange.response is not None and self.exchange.response.status == 304

    @property
    def writes(self) -> bool:
        """Whether it writes a record."""
        return self.part == "api" and self.method in WRITES

    def answered(self, name: str) -> str | None:
        """Return a header of the answer, or None."""
        return None if self.exchange.response is None else self.exchange.response.header(name)

    @cached_property
    def answer(self) -> dict[str, Any]:
        """The JSON object of the answer; empty, if it is none."""
        return object_of(None if self.exchange.response is None else self.exchange.response.body) or {}

    @cached_property
    def sent(self) -> dict[str, Any]:
        """The JSON object of the request; empty, if it is none."""
        return object_of(self.exchange.request.body) or {}


def call_of(exchange: Exchange) -> ApiExchange | None:
    """Return what an exchange calls; None for foreign traffic."""
    if exchange.request.method.upper() == "POST":
        event = webhook_of(exchange)
        if event is not None:
            return ApiExchange(exchange, "webhook", "", str(event["event"]))
    before, path = origin_and_path(exchange.request.url)
    for part, marker in (("api", API), ("oauth", OAUTH)):
        base, found, rest = path.partition(f"{marker}/")
        if found and part == "api":
            return ApiExchange(exchange, part, before + base, f"/{rest}".rstrip("/"), endpoint_of(f"/{rest}"))
        if found and f"{marker}/{rest}" in ENDPOINTS:
            return ApiExchange(exchange, part, before + base, f"{marker}/{rest}")
    uploaded = _UPLOADS.fullmatch(path)
    return None if uploaded is None else ApiExchange(exchange, "uploads", before + uploaded[1], f"/uploads/{uploaded[2]}")


def webhook_of(exchange: Exchange) -> Mapping[str, Any] | None:
    """Return the body of a webhook that was received; None if it is none."""
    if header(exchange.request.headers, SIGNATURE) is None and Lost.REQUEST_HEADERS not in exchange.lost:
        return None
    body = object_of(exchange.request.body) or {}
    return body if body.get("event") in event_types() and isinstance(body.get("resource"), dict) else None


def time_of(exchange: Exchange) -> datetime | None:
    """Return the API's own time, of an answer that tells it."""
    if exchange.response is None:
        return None
    for name, read in ((SYNCED_AT, times.parse), ("Date", _date)):
        found = exchange.response.header(name)
        moment = None if found is None else _moment(found, read)
        if moment is not None:
            return moment
    return None


@lru_cache(maxsize=1024)
def endpoint_of(path: str) -> str | None:
    """Return the pattern of a path under the API that the fake serves, or None."""
    return next((pattern for served, pattern in _SERVED.items() if served.fullmatch(path)), None)


@lru_cache(maxsize=1024)
def query_of(text: str) -> dict[str, str]:
    """Return the parameters of a query."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        key = name.removesuffix("[]")
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def whole_numbers(texts: list[str]) -> tuple[int, ...]:
    """Return the texts that are ids, as numbers."""
    return tuple(number for text in texts if (number := whole_number(text, DIGITS)) is not None)


@lru_cache(maxsize=1024)
def origin_and_path(url: str) -> tuple[str, str]:
    """Return scheme and host of an address, without a name and a password, and its path; blank ones of what is none of the web."""
    try:
        parts = urlsplit(url)
        is_of_web = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        return "", ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if is_of_web and parts.hostname else "", parts.path


@lru_cache(maxsize=1024)
def _moment(text: str, read: Any) -> datetime | None:  # noqa: ANN401 - a function from text to an instant
    try:
        found: datetime = read(text)
    except (ValueError, OverflowError):
        return None
    if not EARLIEST <= found.year < times.LATEST.year:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _date(text: str) -> datetime:
    return parsedate_to_datetime(text)


def object_of(body: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object that a body is, or None."""
    try:
        found = orjson.loads(body or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


UNKNOWN_TIME = datetime(2030, 6, 1, 12, tzinfo=UTC)


class NothingToImportError(Exception):
    """What is recorded shows nothing of the API; the text says why."""


@dataclass(frozen=True, slots=True)
class HostExchanges:
    """The exchanges with one host: those that were used, and those that were ignored."""

    name: str
    used: int
    ignored: int


class ApiTraffic:
    """The exchanges by host, the ``bases`` before ``/api/v3``, and the API's time of the last exchange and of the first one."""

    def __init__(self) -> None:
        self.bases: dict[str, None] = {}
        self._used, self._ignored = Counter[str](), Counter[str]()
        self._file = ""
        self._now: datetime | None = None
        self._first: datetime | None = None
        self._ahead = timedelta()
        self.unreadable: dict[str, list[Place]] = {}
        """The places of answers that hold no records because their bodies are missing or cut short, by reason."""

    def take(self, exchange: Exchange) -> tuple[ApiExchange, datetime] | None:
        """Return what an exchange calls, and the API's time of it; None for what is ignored."""
        self._file = self._file or exchange.place.file
        call, host = call_of(exchange), origin_and_path(exchange.request.url)[0].rpartition("//")[2] or "no host"
        if call is None or (call.part == "api" and call.endpoint is None):
            self._ignored[host] += 1
            return None
        self._used[host] += 1
        if call.part == "api" or (call.part == "uploads" and OF_A_FAKE.fullmatch(call.path)):
            self.bases.setdefault(call.base)
        reason = _unreadable(call)
        if reason is not None:
            self.unreadable.setdefault(reason, []).append(exchange.place)
        return call, self._moment(exchange, of_api=call.part != "webhook")

    def _moment(self, exchange: Exchange, *, of_api: bool) -> datetime:
        """Return the API's time of an exchange: its own word, else the recorder's clock as far as that was off, else the last time."""
        told = time_of(exchange) if of_api else None
        if told is not None and exchange.at is not None:
            self._ahead = told - exchange.at
        elif told is None and exchange.at is not None:
            told = (exchange.at + self._ahead).replace(microsecond=0)
        self._now = told or self._now or UNKNOWN_TIME
        self._first = self._now if self._first is None else min(self._first, self._now)
        return self._now

    @property
    def start(self) -> datetime:
        """The API's time of the first exchange.

        Raises:
            NothingToImportError: there was none.
        """
        if self._first is None or not self.bases:
            hosts = ", ".join(sorted({*self._ignored, *self._used})[:3])
            found = f"{self._file}: found traffic with {hosts} alone" if hosts else "found no exchange"
            raise NothingToImportError(f"{found}; expected calls of /api/v3, such as /api/v3/inbox/conversations")
        return self._first

    @property
    def hosts(self) -> tuple[HostExchanges, ...]:
        """What there was, by host."""
        return tuple(HostExchanges(name, self._used[name], self._ignored[name]) for name in sorted({*self._used, *self._ignored}))


def _unreadable(call: ApiExchange) -> str | None:
    """Return why an answer that should hold records cannot be read; None if it can."""
    answer = call.exchange.response
    if call.part != "api" or answer is None or answer.status not in {200, 201} or object_of(answer.body) is not None:
        return None
    if Lost.CUT in call.exchange.lost:
        return "the end of the body is missing: what the answer showed is not known"
    if not answer.body:
        return "the recording holds no body: what the answer showed is not known"
    return "the body is no JSON object: what the answer showed is not known"
