"""Facts of a sandbox that rules of conduct look at, each dated, and the fields of evidence that are read when they are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Generic, TypeVar, overload
from urllib.parse import parse_qsl

import orjson

Json = Mapping[str, object]
T = TypeVar("T")


class Value(Generic[T]):
    """A field of a frozen dataclass with an ``id``. It is given a value, or a function that reads the value of this id.

    What the function returns is not kept: it is called each time that the field is asked for.
    """

    def __init__(self, *usual: T) -> None:
        self._usual = usual  # none, or the default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name  # also in the record's dictionary: a descriptor that sets goes before it

    @overload
    def __get__(self, record: None, owner: type) -> "Value[T]": ...
    @overload
    def __get__(self, record: object, owner: type) -> T: ...
    def __get__(self, record: object, owner: type) -> "T | Value[T]":
        """Return the value; of the class, this object, which stands for the default of the field."""
        if record is None:
            if not self._usual:
                raise AttributeError("there is no default")
            return self
        held = vars(record)
        found: T | Callable[[int], T] = held[self._name]
        return found(held["id"]) if callable(found) else found

    def __set__(self, record: object, found: "T | Callable[[int], T]") -> None:
        """Set the value, or the function that reads it."""
        vars(record)[self._name] = self._usual[0] if isinstance(found, Value) else found


class Present:
    """The present of a frozen dataclass: it notes in ``holds_until`` until when, inclusive, what is derived from it is true."""

    def __get__(self, evidence: object, owner: type) -> datetime:
        """Return the present; what is derived from it is true at this very moment."""
        if evidence is None:
            raise AttributeError("there is no usual present")  # so that the field has no default
        now: datetime = vars(evidence)["_now"]
        vars(evidence)["holds_until"] = now
        return now

    def __set__(self, evidence: object, now: datetime) -> None:
        """Set the present; nothing is derived from it yet."""
        vars(evidence).update(_now=now, holds_until=datetime.max.replace(tzinfo=now.tzinfo))


def is_recent(evidence: object, at: datetime, span: timedelta) -> bool:
    """Return whether less than a span has passed since a time, and note how long that is true."""
    held, over = vars(evidence), at + span
    recent: bool = over > held["_now"]
    if recent:
        held["holds_until"] = min(over - timedelta.resolution, held["holds_until"])
    return recent


def mark(text: object) -> object:
    """Return what stands for a text in a comparison, so that long ones need not be held; anything else is returned as it is."""
    return blake2b(text.encode(errors="replace"), digest_size=16).digest() if isinstance(text, str) else text


def object_in(body: str | Json) -> Json:
    """Return the JSON object that a body is; an empty one for anything else, such as the beginning of a longer body."""
    if not isinstance(body, str):
        return body
    return _object_in(body) if body[-1:] == "}" or body.rstrip()[-1:] == "}" else {}


@lru_cache(maxsize=1)
def _object_in(text: str) -> Json:
    """The last one is kept: rules ask for several fields of a body, one after the other."""
    try:
        found = orjson.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@lru_cache(maxsize=256)
def parameters_in(query: str) -> Mapping[str, str]:
    """Return the parameters of a query; the last value of a repeated one counts."""
    return dict(parse_qsl(query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFact:
    """A booking. ``channel_conversation`` is the one that its channel opened, at ``opened_at``.

    ``owned``: its channel opens conversations by itself. ``never``: the channel will not open one for it.
    """

    id: int
    account_id: int
    channel: str
    owned: bool
    default_channel: str | None
    created_at: datetime
    canceled_at: datetime | None = None
    channel_conversation: int | None = None
    opened_at: datetime | None = None
    never: bool = False

    def waits(self, at: datetime) -> bool:
        """Return whether the booking existed and its channel had still to open the conversation, as far as a client could know."""
        there = self.owned and self.created_at <= at and (self.canceled_at is None or at < self.canceled_at)
        return there and (self.opened_at is None or at < self.opened_at)

    def has_conversation(self, at: datetime) -> bool:
        """Return whether the channel had opened the conversation."""
        return self.opened_at is not None and self.opened_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFact:
    """A conversation; ``channel`` is None if no channel opened it, so that none sees it."""

    id: int
    account_id: int
    channel: str | None
    default_channel: str | None
    bookings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFact:
    """A participant; ``kind`` is Client or Host."""

    id: int
    conversation_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFact:
    """A message; ``relayed``: the guest sees it on the channel, or it was sent on its way there."""

    id: int
    account_id: int
    conversation_id: int
    sender_id: int
    visibility: str
    channel: str | None
    created_at: datetime
    relayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFact:
    """An access token: its application, its account, and the granted scopes."""

    application_id: int
    account_id: int | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryFact:
    """A webhook: its event and record, and how its signature was forged, in words. The record is read each time it is asked for."""

    id: int
    event: str
    record: Value[str] = Value("")
    forged: str = ""
