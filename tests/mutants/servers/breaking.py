"""Broken servers: the good one with one fault, put over its answers, over what it is asked, or into one of its functions."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode

import orjson

from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.http_server import HttpServer
from inbox_mock.serving.listening import listen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

API = "/api/v3"


@dataclass
class Asked:
    """A request on its way in; a fault may change its path, its query and its body."""

    environ: "WSGIEnvironment"

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """The path under /api/v3."""
        return str(self.environ["PATH_INFO"]).removeprefix(API)

    @path.setter
    def path(self, path: str) -> None:
        self.environ["PATH_INFO"] = API + path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.environ.get("QUERY_STRING", ""), keep_blank_values=True))

    @query.setter
    def query(self, query: dict[str, str]) -> None:
        self.environ["QUERY_STRING"] = urlencode(query)

    @property
    def body(self) -> bytes:
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        found: bytes = self.environ["wsgi.input"].read(length)
        self.body = found
        return found

    @body.setter
    def body(self, body: bytes) -> None:
        self.environ["wsgi.input"], self.environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))

    @contextmanager
    def record(self) -> Iterator[dict[str, Any]]:
        """What is written of the one record, to be changed in place; an empty dictionary if there is none."""
        body = self.body
        written = orjson.loads(body) if body.startswith(b"{") and body.endswith(b"}]}") else {"": [{}]}
        yield next(iter(written.values()))[0]
        if "" not in written:
            self.body = orjson.dumps(written)

    def header(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key == "CONTENT_TYPE" else f"HTTP_{key}", ""))

    @property
    def lists(self) -> bool:
        """Whether a whole list is read."""
        return self.method == "GET" and not self.path.rstrip("/").rpartition("/")[2][:1].isdigit()

    def without(self, parameter: str) -> None:
        self.query = {name: value for name, value in self.query.items() if name != parameter}


@dataclass
class Result:
    """An answer on its way out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    _json: Any = field(default=None, repr=False)

    @property
    def json(self) -> Any:
        """The body, to be changed in place; None if it is no JSON."""
        if self._json is None and self.body[:1] == b"{":
            self._json = orjson.loads(self.body)
        return self._json

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of a successful answer."""
        if self.status >= 300 or not isinstance(self.json, dict):
            return []
        return next((found for key, found in self.json.items() if key not in {"links", "meta"} and isinstance(found, list)), [])

    @property
    def plural(self) -> str:
        return next((key for key in self.json or {} if key not in {"links", "meta"}), "")

    def header(self, name: str) -> str | None:
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)

    def set(self, name: str, value: str | None) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def become(self, status: int, body: bytes, content_type: str) -> None:
        self.status, self.body, self._json = status, body, None
        self.set("Content-Type", content_type)

    def bytes(self) -> bytes:
        return self.body if self._json is None else orjson.dumps(self._json)


Edit = Callable[[Asked, Result], None]
Turn = Callable[[Asked], None]
Replaced = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """``killed_by`` names the property that must notice. Of the three ways to break a server, one is given."""

    name: str
    fault: str
    killed_by: str
    edit: Edit | None = None
    turn: Turn | None = None
    replaced: tuple[str, Replaced] | None = None


MUTANTS: list[Mutant] = []


def answers(killed_by: str, fault: str) -> Callable[[Edit], Edit]:
    """A server that answers wrongly: the function edits its answers."""

    def broken(edit: Edit) -> Edit:
        MUTANTS.append(Mutant(name=edit.__name__, fault=fault, killed_by=killed_by, edit=edit))
        return edit

    return broken


def hears(killed_by: str, fault: str) -> Callable[[Turn], Turn]:
    """A server that mishears: the function changes what it is asked."""

    def broken(turn: Turn) -> Turn:
        MUTANTS.append(Mutant(name=turn.__name__, fault=fault, killed_by=killed_by, turn=turn))
        return turn

    return broken


def does(killed_by: str, fault: str, target: str) -> Callable[[Replaced], Replaced]:
    """A server in which one thing is replaced: the function is given the good one and returns the bad one."""

    def broken(replaced: Replaced) -> Replaced:
        MUTANTS.append(Mutant(name=replaced.__name__, fault=fault, killed_by=killed_by, replaced=(target, replaced)))
        return replaced

    return broken


@contextmanager
def serving(mutant: Mutant | None) -> Iterator[str]:
    """Serve a broken server, or the good one; its root."""
    with ExitStack() as stack:
        if mutant is not None and mutant.replaced is not None:
            target, replaced = mutant.replaced
            stack.enter_context(_replacing(target, replaced))
        app: WSGIApplication = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"))).app.wsgi_app
        if mutant is not None and mutant.replaced is None:
            app = _over(app, mutant)
        server = HttpServer(listen("127.0.0.1", 0), app)
        Thread(target=server.serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.address[1]}"
        finally:
            server.stop(0)


@contextmanager
def _replacing(target: str, replaced: Replaced) -> Iterator[None]:
    from pkgutil import resolve_name

    owner, _, name = target.rpartition(".")
    good = resolve_name(owner).__dict__[name]
    with patch(target, replaced(good)):
        yield


def _over(app: "WSGIApplication", mutant: Mutant) -> "WSGIApplication":
    def broken(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked = Asked(environ)
        if not str(environ["PATH_INFO"]).startswith((API, "/oauth/")):
            return app(environ, start_response)
        if mutant.turn is not None:
            mutant.turn(asked)
            return app(environ, start_response)
        told: list[Any] = []

        def remember(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
            told[:] = [int(status.split(maxsplit=1)[0]), headers]
            return lambda _: None

        body = b"".join(app(environ, remember))
        reply = Result(told[0], list(told[1]), body)
        if mutant.edit is not None:
            mutant.edit(asked, reply)
        content = reply.bytes()
        if reply.status not in {204, 304}:
            reply.set("Content-Length", str(len(content)))
        start_response(f"{reply.status} Broken", reply.headers)
        return [content]

    return broken
