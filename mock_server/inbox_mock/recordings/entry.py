"""An entry of a recording: its parts by path, and the exchange that is made of them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, TypeVar

from inbox_mock.domain.spelling import MOST_LISTED, shortened, shown
from inbox_mock.recordings import Exchange, Headers, Lost, Malformed, Place, RecordedRequest, RecordedResponse, header
from inbox_mock.recordings.bodies import NONE, Body, decoded

T = TypeVar("T")
REQUIRED: Any = object()
KINDS = {str: "a text", int: "a whole number", list: "a list", dict: "an object", object: "a value"}
DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers of how a body was sent: recorders decode the body and keep them, or the reverse."""
TOKEN = re.compile(r"(?:\w+ )?[\w.~+/-]+=*")
"""A value of Authorization as it is sent (RFC 6750); what replaces a secret in a recording mostly has other characters."""
YEARS = range(1970, 2900)
"""The years that a recorder's clock can show."""
API = re.compile(r"(?:https?://[^/?#]*)?/api/")
"""Addresses of which the API answers nobody without a token."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a recording's list.

    ``head`` is what stood before the list, by dotted path; ``attached`` returns the bytes of a file beside the recording by its
    name and, if it is in another one, its folder, or None if there is none.
    """

    place: Place
    value: object
    head: Mapping[str, object] = field(default_factory=dict)
    attached: Callable[[str, str], bytes | None] = lambda _name, _folder: None

    def get(self, path: str, kind: type[T], default: Any = REQUIRED) -> T:  # noqa: ANN401 - None may stand for nothing
        """Return the part at a dotted path; ``default`` if there is none, or null.

        Raises:
            Malformed: it is not of the kind, or there is none and no default.
        """
        found = part(self.value, path)
        if found is None and default is not REQUIRED:
            otherwise: T = default
            return otherwise
        if found is None or not isinstance(found, kind) or (isinstance(found, bool) and kind is int):
            raise Malformed(f"{path}: {'nothing' if found is None else kind_of(found)}", KINDS[kind])
        return found


@dataclass(frozen=True, slots=True)
class Message:
    """Headers and body of a request or an answer, as recorded."""

    headers: Headers = ()
    body: Body = NONE


def exchange(
    entry: Entry,
    method: str,
    url: str,
    asked: Message,
    status: int,
    answered: Message,
    at: datetime | None = None,
    lost: Iterable[Lost] = (),
) -> Exchange:
    """Return the exchange of an entry, bodies decoded, headers without those of encoding; a ``status`` of 0 or less is no answer."""
    sent, got = decoded(asked.body, asked.headers), decoded(answered.body, answered.headers)
    losses = {*lost, Lost.ENCODING, *got.lost, *(loss if loss is Lost.SPELLING else Lost.REQUEST_BODY for loss in sent.lost)}
    if all(name.islower() for name, _ in answered.headers):
        losses.add(Lost.HEADER_CASE)  # as HTTP/2 sends them
    if not asked.headers:
        losses |= {Lost.REQUEST_HEADERS, Lost.AUTHORIZATION}
    authorization = header(asked.headers, "Authorization")
    expected = status not in {0, 401} and API.match(url) is not None
    if (authorization is None and expected) or (authorization is not None and not TOKEN.fullmatch(authorization)):
        losses.add(Lost.AUTHORIZATION)
    return Exchange(
        place=entry.place,
        request=RecordedRequest(_whole(method).upper(), _whole(url), _kept(asked.headers), sent.content or None),
        response=RecordedResponse(status, _kept(answered.headers), got.content) if status > 0 else None,
        at=at,
        lost=frozenset(losses),
    )


def part(value: object, path: str) -> object:
    """Return the part of a value at a dotted path, or None."""
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def kind_of(value: object) -> str:
    """Return what a value is, for an error: an object by its keys, a list by its length, anything else as it is."""
    if isinstance(value, dict):
        return f"an object with {shortened(', '.join(islice(value, MOST_LISTED)))}" if value else "an empty object"
    return f"a list of {len(value):,}" if isinstance(value, list) else shown(value)


def headers_of(value: object) -> Headers:
    """Return headers from any form that recorders write: names to a value or values, objects of name and value, a flat list.

    Several values of a name in one, a line each, become several headers; what HTTP/2 puts in place of a request line is left out.

    Raises:
        Malformed: it is none of these.
    """
    if isinstance(value, dict):
        pairs = [(name, one) for name, held in value.items() for one in (held if isinstance(held, list) else [held])]
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        pairs = [(one.get("name"), one.get("value")) for one in value]
    elif isinstance(value, list) and not len(value) % 2:
        pairs = list(zip(value[::2], value[1::2], strict=True))
    else:
        raise Malformed(f"headers: {kind_of(value)}", "names and values")
    found: list[tuple[str, str]] = []
    for name, held in pairs:
        if not isinstance(name, str) or not isinstance(held, str | int | float | None):
            raise Malformed(f"the header {kind_of(name)}: {kind_of(held)}", "a name and a text")
        text = held if isinstance(held, str) else "" if held is None else str(held)
        if not name.startswith(":"):
            found += [(name, line) for line in text.split("\n")] if "\n" in text else ((name, text),)
    return tuple(found)


def _kept(headers: Headers) -> Headers:
    return tuple([(_whole(name), _whole(value)) for name, value in headers if name.lower() not in DROPPED])


def _whole(text: str) -> str:
    """Return a text with question marks in place of halves of characters, which can be in JSON, and nowhere else."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def time_of(text: object) -> datetime | None:
    """Return a time written as ISO 8601 or as in a Date header, in UTC if it has no offset; None if it is neither, or of no clock."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(str(text))
        except (ValueError, OverflowError):
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)) if found.year in YEARS else None
    return None
