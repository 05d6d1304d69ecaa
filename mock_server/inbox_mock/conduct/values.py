"""Fields of evidence that are not simply held: read again each time they are asked for, or watched."""

from collections.abc import Callable, Mapping
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
