"""Calls to the admin API: how they are sent over HTTP, the errors with which they end, and those of a sandbox's clock."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from inbox_mock.domain.spelling import instead, of_field, shortened

if TYPE_CHECKING:
    from inbox_mock.http import HttpResponse

__tracebackhide__ = True
CONNECT_SECONDS = 5
READING_SECONDS = 60
PREFIX = "/__admin"
PROBLEM_JSON = "application/problem+json"

FILE_NAME = "filename*=UTF-8''"

NOTHING: Mapping[str, str] = MappingProxyType({})

JSON = dict[str, Any]
Send = Callable[[str, str, JSON | None], tuple[int, JSON]]
"""Sends a call to the admin API, given its method, its path after ``/__admin`` and its body; returns status and JSON."""


class AdminError(Exception):
    """The fake refused a call. The text says why, if nothing else what `told` returns.

    ``fields`` pairs each wrong field with what was expected there; ``found`` has what was found there, as JSON.
    """

    def __init__(self, text: str = "", *fields: tuple[str, str], found: Mapping[str, str] = NOTHING) -> None:
        self.fields, self.found = fields, found
        super().__init__(text or self.told())

    def told(self, names: Mapping[str, str] = NOTHING) -> str:
        """Return what was found and what was expected in each field, some of which have other ``names`` for the reader."""
        return "; ".join(of_field(names.get(field, field), instead(self.found.get(field), expected)) for field, expected in self.fields)


class ServerUnreachableError(AdminError):
    """Nothing answers there, or something that is not a fake."""


class SandboxGoneError(AdminError):
    """The server answers, and has no such sandbox."""


def over_http(root: str, admin_token: str | None) -> Send:
    """Return a function that sends calls to the server at ``root``.

    It raises ServerUnreachableError if nothing listens there, or something else does.
    """
    from http.client import HTTPException

    from inbox_mock.http import HttpClient

    def send(method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if admin_token is not None:
            headers["Authorization"] = f"Bearer {admin_token}"
        content = None if body is None else json.dumps(body).encode()
        # A write has no deadline: webhooks may have to be sent before it is answered.
        seconds = READING_SECONDS if method == "GET" else None
        check_root(root)
        try:
            response = HttpClient(root).exchange(
                method, f"{PREFIX}{path}", headers, content, seconds=seconds, connect_seconds=CONNECT_SECONDS
            )
        except ConnectionRefusedError:
            raise ServerUnreachableError(
                f"nothing listens at {root}: start the fake with inbox-mock serve, or say where it is with --url"
            ) from None
        except TimeoutError:
            raise ServerUnreachableError(f"no answer from {root}") from None
        except (OSError, HTTPException, ValueError, OverflowError) as error:
            raise ServerUnreachableError(f"no answer from {root}: {str(error) or type(error).__name__}") from None
        return response.status, _answer_of(response, root)

    return send


def _answer_of(response: "HttpResponse", root: str) -> JSON:
    """Return what the admin API at ``root`` has answered.

    Raises:
        ServerUnreachableError: it was another program.
    """
    from inbox_mock.http import BY_A_PROXY

    if response.status == 204:
        return {}
    if FILE_NAME in (named := response.header("Content-Disposition") or ""):
        return file_of(named, response.body, response.header("X-Mock-Why"))
    kind = (response.header("Content-Type") or "").partition(";")[0].strip().lower()
    try:
        found = json.loads(response.body) if kind == ("application/json" if response.status < 300 else PROBLEM_JSON) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):  # an answer that does not look like the admin API's comes from another program
        if response.status in BY_A_PROXY:
            raise ServerUnreachableError(f"at {root} a proxy answers {response.status}: the server behind it cannot be reached")
        raise ServerUnreachableError(
            f"something answers at {root}, but not as the Inbox Mock does (status {response.status}): is --url right?"
        )
    return found


def file_of(named: str, content: bytes, why: str | None) -> JSON:
    """Return a file that the admin API answers with: its ``name``, its ``content`` as bytes, and what is ``told`` of it."""
    return {"name": unquote(named.partition(FILE_NAME)[2]), "content": content, "told": why}


def error_of(status: int, answer: JSON) -> AdminError:
    """Return a problem of the admin API as an error."""
    errors = answer.get("errors", ())
    fields = [(str(error["field"]), str(error["expected"])) for error in errors]
    found = {str(error["field"]): shortened(str(error["found"])) for error in errors if "found" in error}
    text = "" if fields else str(answer.get("detail") or answer.get("title") or status)
    return AdminError(text, *fields, found=found)


def as_sent(name: str, given: object) -> object:
    """Return a timedelta or an aware datetime as the admin API takes it, and anything else as it is.

    Raises:
        AdminError: a datetime has no time zone; the text begins with ``name``.
    """
    if isinstance(given, timedelta):
        return f"{'-' if given < timedelta() else ''}PT{abs(given).total_seconds():f}S"
    if not isinstance(given, datetime):
        return given
    if given.utcoffset() is None:
        raise AdminError(f"{name}: found {given}, which has no time zone; expected an aware datetime, such as one with tzinfo=UTC")
    return given.isoformat()


def check_root(root: str) -> None:
    """Check that a URL can be the root of a server, which may be below a path; wrong ports fail when connecting.

    Raises:
        AdminError: it cannot.
    """
    try:
        parts = urlsplit(root)
    except ValueError:  # a bracket without its other one
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise AdminError(f"the server's root cannot be {root!r}; expected something like http://127.0.0.1:8089")


def every_page(page_without: Callable[[int], list[JSON]], key: str = "id") -> list[JSON]:
    """Return what is listed in pages, oldest first: ``page_without`` returns the page that leaves out so many of the latest.

    What is added meanwhile moves the others to the next page, where they are read again: ``key`` tells them.
    """
    found: dict[object, JSON] = {}
    skip = 0
    while page := {one[key]: one for one in page_without(skip)}:
        if page.keys() <= found.keys():
            break  # what answers has no pages
        found = page | found
        skip += len(page)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class ClockClient:
    """A sandbox's clock. Durations are texts such as ``90s``, ``10m``, ``2h``, ``1d``, or timedeltas."""

    _call: Callable[..., JSON]

    @property
    def now(self) -> str:
        """The sandbox's time, such as ``2030-06-01T12:00:00Z``."""
        return str(self._call("GET", "/clock")["now"])

    def advance(
        self, by: str | int | timedelta | datetime | None = None, *, to: str | datetime | None = None, until: str | None = None
    ) -> list[JSON]:
        """Advance ``by`` a duration, ``to`` a time, or ``until`` an event such as ``conversation_opened``.

        Datetimes are aware; one that comes first is the time to advance to. Return the events on the way, each as
        ``{"at", "kind", "about"}``; of more than 1,000, the latest.

        Raises:
            AdminError: a datetime has no time zone, or the fake refuses.
        """
        if isinstance(by, datetime):
            by, to = None, by
        wanted = {name: given for name, given in (("by", by), ("to", to), ("until", until)) if given is not None}
        happened: list[JSON] = self._call("POST", "/clock/advance", wanted)["happened"]
        return happened

    def settle(self) -> list[JSON]:
        """Advance until nothing is pending."""
        return self.advance(until="idle")

    def points(self) -> list[JSON]:
        """Return the checkpoints, each with its ``id``, its time (``at``), what comes after it (``says``), and its history (``branch``)."""
        return every_page(lambda skip: self._call("GET", f"/clock/points?skip={skip}")["points"])

    def rewind(
        self, to: str | datetime | None = None, *, event: int | None = None, request: int | str | None = None, point: int | None = None
    ) -> JSON:
        """Go back ``to`` a time, or to before an ``event`` of the timeline, a ``request`` or what comes after a checkpoint (``point``).

        A request is named by the id of its journal entry (X-Mock-Request-Id), or by its X-Request-Id. Records, journal and timeline
        go back as well; tokens stay valid. Return the clock, and the ``point`` that was gone back to.

        Raises:
            AdminError: the fake refuses, and says how far back one can go.
        """
        wanted = {"to": to, "event": event, "request": request, "point": point}
        return self._call("POST", "/clock/rewind", {name: given for name, given in wanted.items() if given is not None})

    def pause(self) -> None:
        """Stop the clock until it is advanced."""
        self._call("PATCH", "/clock", {"mode": "manual"})

    def run(self, rate: float = 1) -> None:
        """Run the clock, ``rate`` seconds for each second of the wall clock."""
        self._call("PATCH", "/clock", {"mode": "real", "rate": rate})
