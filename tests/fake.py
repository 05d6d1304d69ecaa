"""A running fake as the tests see it: the same few verbs in process and over a socket."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote, urlencode

import orjson
import requests
from flask import Flask
from werkzeug.test import run_wsgi_app

from inbox_mock import client
from openapi import described

JSON = dict[str, Any]
ENVIRONMENT: JSON = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost",
    "HTTP_USER_AGENT": "tests",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
"""What each request in process has in common."""


@dataclass(frozen=True)
class Answer:
    """What the fake answered; header names as it wrote them."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def errors(self) -> list[JSON]:
        found: list[JSON] = self.json["errors"]
        return found

    @property
    def records(self) -> list[JSON]:
        """The records of the one resource in the envelope."""
        keys = [key for key in self.json if key not in {"links", "meta"}]
        assert len(keys) == 1, keys
        found: list[JSON] = self.json[keys[0]]
        return found

    @property
    def record(self) -> JSON:
        """The only record."""
        assert len(self.records) == 1, self.records
        return self.records[0]

    @property
    def ids(self) -> list[int]:
        return [record["id"] for record in self.records]

    @property
    def meta(self) -> JSON:
        found: JSON = self.json["meta"]
        return found


class Transport(Protocol):
    @property
    def root(self) -> str: ...

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer: ...


@dataclass
class InProcess:
    """Calls the application without a socket, in a third of the time that Flask's test client takes."""

    app: Flask
    root: str = "http://localhost"

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        path, _, query = target.partition("?")
        asked = {
            "REQUEST_METHOD": method,
            "PATH_INFO": _latin(unquote(path)),
            "QUERY_STRING": _latin(query),
            "wsgi.input": BytesIO(body or b""),
        }
        if body:
            asked["CONTENT_LENGTH"] = str(len(body))
        for name, text in headers.items():
            key = name.upper().replace("-", "_")
            if key != "CONTENT_LENGTH":
                asked[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
        chunks, status, answered = run_wsgi_app(self.app.wsgi_app, ENVIRONMENT | asked, buffered=True)
        return Answer(int(status[:3]), dict(answered.to_wsgi_list()), b"".join(chunks))


def _latin(text: str) -> str:
    """Return a text as WSGI has it: each byte of its UTF-8 as a character."""
    return text.encode().decode("latin-1")


@dataclass
class OverSocket:
    """Calls a server on a port of this machine."""

    root: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False  # no proxy leads to this machine: requests would look for one at each call

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        answer = self.session.request(method, self.root + target, headers=dict(headers), data=body, allow_redirects=False, timeout=30)
        return Answer(answer.status_code, dict(answer.headers), answer.content)


@dataclass
class Caller:
    """Somebody who calls the API with a token, or without one."""

    transport: Transport
    token: str | None = None
    base: str = "/api/v3"

    def call(self, method: str, path: str, payload: object = None, *, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        """Call; ``payload`` is sent as JSON, or as it is when it is bytes. What the admin API answers is held to its document."""
        target = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        body = payload if isinstance(payload, bytes) else None if payload is None else orjson.dumps(payload)
        if body is not None:
            sent.setdefault("Content-Type", "application/vnd.api+json")
        answer = self.transport.send(method, target, sent, body)
        if target.startswith(client.PREFIX) and "json" in answer.headers.get("Content-Type", ""):
            described.check(method, target, answer.status, answer.json)
        return answer

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        return self.call("GET", path, headers=headers, **query)

    def post(self, path: str, payload: object = None, **query: Any) -> Answer:
        return self.call("POST", path, payload, **query)

    def put(self, path: str, payload: object = None, **query: Any) -> Answer:
        return self.call("PUT", path, payload, **query)

    def patch(self, path: str, payload: object = None) -> Answer:
        return self.call("PATCH", path, payload)

    def delete(self, path: str, payload: object = None) -> Answer:
        return self.call("DELETE", path, payload)


@dataclass
class Sandbox:
    """One sandbox of the fake, with callers for it."""

    transport: Transport
    made: JSON

    @property
    def id(self) -> str:
        return str(self.made["id"])

    @property
    def handle(self) -> client.SandboxClient:
        """The same sandbox as users hold it from Python: refusals are errors."""
        return client.SandboxClient(admin_client(self.transport), self.id, self.made)

    @property
    def api(self) -> Caller:
        """The client's own application, with every scope."""
        return Caller(self.transport, self.made["token"])

    @property
    def admin(self) -> Caller:
        """The sandbox's admin API, for tests of its answers."""
        return Caller(self.transport, base=f"/__admin/sandboxes/{self.id}")

    def api_with(self, *scopes: str, **more: object) -> Caller:
        """The client's own application, with these scopes only; ``more`` goes to the token endpoint of the admin API."""
        return Caller(self.transport, self.handle.admin("POST", "/tokens", {"scopes": list(scopes), **more})["token"])

    def application(self, name: str) -> JSON:
        """What the admin API says of an application."""
        found: JSON = next(found for found in self.made["applications"] if found["name"] == name)
        return found

    def advance(self, by: str) -> JSON:
        return self.handle.admin("POST", "/clock/advance", {"by": by})

    def now(self) -> str:
        return self.handle.clock.now


@dataclass
class Mock:
    """A running fake."""

    transport: Transport

    @property
    def admin(self) -> Caller:
        return Caller(self.transport, base=client.PREFIX)

    @property
    def root(self) -> str:
        return self.transport.root

    def caller(self, token: str | None = None, base: str = "/api/v3") -> Caller:
        return Caller(self.transport, token, base)

    def page(self, path: str) -> str:
        """The text of a page for people."""
        answer = self.caller(base="").get(path)
        assert answer.status == 200, (path, answer.body)
        return answer.body.decode()

    def sandbox(self, scenario: object = "empty", **more: object) -> Sandbox:
        """A fresh sandbox of a shipped scenario, by its name, or of one as an object."""
        return Sandbox(self.transport, admin_client(self.transport).create_sandbox(scenario, **more).made)


def admin_client(transport: Transport) -> client.AdminClient:
    """The product's own client of the admin API, over a transport of the tests."""

    def send(method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
        answer = Caller(transport, base=client.PREFIX).call(method, path, body, headers={"Content-Type": "application/json"})
        return answer.status, answer.json if answer.body else {}

    return client.AdminClient(transport.root, send)
