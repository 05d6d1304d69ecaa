"""Calls to the admin API: how they are sent over HTTP, and the errors with which they end."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from inbox_mock.domain.spelling import instead, shortened

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
        return "; ".join(f"{names.get(field, field)}: {instead(self.found.get(field), expected)}" for field, expected in self.fields)


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


def written(name: str, given: object) -> object:
    """Return a timedelta or an aware datetime as the admin API takes it, and anything else as it is."""
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
