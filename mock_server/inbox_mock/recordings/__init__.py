"""Recorded HTTP traffic: exchanges, and the formats in which recorders keep them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from inbox_mock.domain.spelling import instead


class RecordingError(Exception):
    """A recording cannot be read. ``place`` is the file, with the entry or the line where one is known."""

    def __init__(self, place: object, found: str, expected: str) -> None:
        self.place, self.found, self.expected = str(place), found, expected
        super().__init__(f"{place}: {instead(found, expected)}")


class NotARecordingError(RecordingError):
    """A file holds something else than a recording; within a folder or an archive it is passed over."""


class Malformed(Exception):  # noqa: N818 - it is a RecordingError as soon as its place is known
    """A part of an entry is not what its format says."""

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(instead(found, expected))


class MalformedDocument(Malformed):
    """A document cannot be read, whatever its entries are; ``line`` is 0 if it is not known."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        self.line = line
        super().__init__(found, expected)


Headers = tuple[tuple[str, str], ...]
"""Names and values as they are recorded; names are compared without regard to case."""


class Lost(Enum):
    """What a recorder may lose or change of an exchange. A value says it to people."""

    AUTHORIZATION = "the Authorization header of the request"
    REQUEST_HEADERS = "the headers of the request"
    REQUEST_BODY = "the body of the request"
    QUERY_ORDER = "the order of the parameters of the query"
    QUERY_REPEATED = "parameters of the query that are repeated"
    HOST = "the host that was addressed"
    TIME = "the time"
    ORDER = "the order of the exchanges"
    RESPONSE_BODY = "the body of the answer"
    BINARY = "the bytes of a body that is not text"
    SPELLING = "how numbers and blanks of a body were written"
    CUT = "the end of a body"
    REASON = "the reason phrase"
    HEADER_CASE = "the case of the names of headers"
    HEADER_ORDER = "the order of headers"
    CONTENT_TYPE = "the content type of the answer"
    ENCODING = "the headers that say how a body was encoded and how long it was"
    DATE = "the Date of the answer"
    SERVER = "the Server of the answer"
    ADDED = "the headers that a server adds to each answer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an exchange stands: the name of the file, and which entry of it, counted from 1."""

    file: str
    entry: int

    def __str__(self) -> str:
        """Return it as messages name it."""
        return f"{self.file}, entry {self.entry}"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request. ``url`` is absolute, or begins with ``/`` where no host is recorded; ``body`` is decoded, None if there is none."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """An answer. ``body`` is decoded, whatever its headers say of an encoding; None if it is not known."""

    status: int
    headers: Headers = ()
    body: bytes | None = b""

    def header(self, name: str) -> str | None:
        """Return a header's value, or None."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer; ``response`` is None if none came. ``at`` is the recorder's wall clock, aware; None if not kept."""

    place: Place
    request: RecordedRequest
    response: RecordedResponse | None
    at: datetime | None = None
    lost: frozenset[Lost] = frozenset()


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the first header of a name, or None."""
    return next((value for found, value in headers if found.lower() == name.lower()), None)
