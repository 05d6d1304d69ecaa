"""The formats in which exchanges are written, one module each: it declares ``WRITER``, all that a format needs.

No secret is among what is written: exchanges name the variable that holds a token, as ``Bearer $BOOKINGSYNC_TOKEN``.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from inbox_mock import __version__
from inbox_mock.domain.discovery import discover
from inbox_mock.recordings import Exchange, Lost

TOKEN = "BOOKINGSYNC_TOKEN"  # noqa: S105 - a variable's name
URL = "BOOKINGSYNC_URL"
VARIABLE = re.compile(rf"\$({TOKEN}(?:_\d+)?)\b")
"""How the value of a request's header names the variable that holds a token."""
PRODUCER = "inbox-mock", __version__
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
API, ADMIN = "/api/v3/", "S"
"""How paths of the API begin, and addresses in a test that are of the sandbox's own admin API."""
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What is written: exchanges with a server, by default the one at ``origin``, its root without a slash at the end.

    ``title`` is one line for people, as is each sentence of ``told``, about what the exchanges lack. ``tokens`` maps variables to what
    makes their tokens, as `POST S/tokens` takes it, where it can. ``scenario`` is what a scenario file holds: a sandbox made of it is
    where the exchanges begin. Only writers of tests get it, with exchanges whose answers hold no more than such a sandbox answers.
    """

    title: str
    origin: str
    exchanges: Sequence[Exchange]
    told: Sequence[str] = ()
    tokens: Mapping[str, JSON] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)


def place_of(url: str) -> tuple[str, str]:
    """Return the root of the server that an address of the API names, and path and query below that."""
    root, found, rest = url.partition(API)
    return root, found + rest


def everything(_: Exchange) -> bool:
    """Return True: the format holds requests without an answer, and answers without a body, too."""
    return True


def is_answered(exchange: Exchange) -> bool:
    """Return whether an exchange can be replayed to a client: the whole of its answer is known."""
    return exchange.response is not None and exchange.response.body is not None


def can_be_sent(exchange: Exchange) -> bool:
    """Return whether a request can be sent again: it is one of the API, and the whole of it is known, and is text."""
    text = text_of(exchange.request.body)
    return API in exchange.request.url and Lost.REQUEST_BODY not in exchange.lost and text is not None and "\0" not in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A format: what it ``says`` it is, the end of a file's name, the content type, and the function that writes it.

    ``takes`` says of an exchange whether the format can hold it. ``tests``: it is a test, which makes its own sandbox.
    """

    says: str
    ending: str
    kind: str
    write: Callable[[Traffic], Iterator[bytes]]
    takes: Callable[[Exchange], bool] = everything
    tests: bool = False


@cache
def writers() -> dict[str, Writer]:
    """Return every format by its name.

    Raises:
        DeclarationError: a module cannot be used.
    """
    return discover(__name__, "WRITER", Writer)


def text_of(body: bytes | None) -> str | None:
    """Return a body as text, an empty one for none; None if it is not text."""
    try:
        return (body or b"").decode()
    except UnicodeDecodeError:
        return None


def listed(items: Iterable[JSON]) -> Iterator[bytes]:
    """Yield the JSON of a list's items, without its brackets."""
    for number, item in enumerate(items):
        yield b",\n" * bool(number) + orjson.dumps(item)


def commented(mark: str, traffic: Traffic) -> bytes:
    """Return what people should know of a file, as lines that begin with the mark of a comment."""
    return "".join(f"{mark}{line}\n" for line in (traffic.title, *traffic.told)).encode()


def variables_of(traffic: Traffic) -> list[str]:
    """Return the variables that requests name, each once."""
    values = (value for exchange in traffic.exchanges for _, value in exchange.request.headers)
    return [*dict.fromkeys(found[1] for value in values for found in VARIABLE.finditer(value))]


def with_variables(text: str, write: Callable[[str], str], quote: Callable[[str], str] = str) -> str:
    """Return the value of a header with each variable as ``write`` writes it, and all between them as ``quote`` does."""
    parts = VARIABLE.split(text)
    return "".join(write(part) if number % 2 else quote(part) for number, part in enumerate(parts) if part)


def in_braces(name: str) -> str:
    """Return a variable as Postman and Bruno have it."""
    return f"{{{{{name}}}}}"


def without_braces(body: str) -> str:
    """Return JSON in which no text looks like a variable in braces: outside of texts, JSON has no two braces side by side."""
    return body.replace("{{", "{\\u007b")


def filled(template: str, traffic: Traffic, mark: str) -> Iterator[bytes]:
    """Yield a test: a template, with what people should know of it as comments, and with JSON of what was recorded.

    That JSON is ASCII, and an expression in Python and JavaScript's texts alike: no three quotes stand side by side in it.
    """
    head, _, tail = template.partition("@RECORDED@")
    yield head.replace("@TOLD@\n", commented(mark, traffic).decode()).encode()
    yield f'{{"scenario": {json.dumps(traffic.scenario)},\n"tokens": {json.dumps(traffic.tokens)},\n"steps": ['.encode()
    at = None
    for number, exchange in enumerate(traffic.exchanges):
        step = _step(exchange) | ({"at": None} if exchange.at == at else {})
        yield b",\n" * bool(number) + json.dumps(step).encode()
        at = exchange.at
    yield b"]}" + tail.encode()


def _step(exchange: Exchange) -> JSON:
    """Return an exchange as a test reads it: ``status`` and ``answer`` are null where anything may be answered."""
    request, response = exchange.request, exchange.response
    headers = dict(request.headers)
    variable = VARIABLE.search(headers.pop("Authorization", ""))
    is_admin = request.url.startswith(ADMIN)
    return {
        "admin": is_admin,
        "at": exchange.at and exchange.at.isoformat(),
        "method": request.method,
        "path": request.url.removeprefix(ADMIN) if is_admin else place_of(request.url)[1],
        "headers": headers,
        "token": variable and variable[1],
        "body": None if request.body is None else text_of(request.body),
        "status": response and response.status,
        "answer": orjson.loads(response.body) if response and response.body else None,
    }
