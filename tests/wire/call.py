"""A call as data, and short ways to write down the calls that concern one sandbox.

Its builders are those of the recording, not tests/builders.py: what was recorded must not change with other tests.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

JSON = dict[str, Any]
Headers = tuple[tuple[str, str], ...]
Step = tuple[str, str] | tuple[str, str, object]

HOST = "localhost:8089"
FORM = "application/x-www-form-urlencoded"
SHIPPED = "agency"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``<<name>>`` in target, headers and body stands for what an earlier answer said.

    ``keep`` names such texts: each pattern is searched in the answer's head and body, and its first group is kept.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    keep: tuple[tuple[str, str], ...] = ()
    group: str = ""

    def __str__(self) -> str:
        target = self.target if len(self.target) < 100 else f"{self.target[:100]}..."
        return f"{self.method} {target}"

    @property
    def digest(self) -> str:
        """What tells this call from any other."""
        return sha256(repr((self.method, self.target, self.headers, self.body, self.keep, self.group)).encode()).hexdigest()[:16]


def a_call(
    method: str,
    target: str,
    payload: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    keep: Mapping[str, str] | None = None,
) -> Call:
    """Return a call; ``payload`` is sent as JSON, or as it is when it is bytes."""
    body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload, ensure_ascii=False).encode()
    sent = {"Host": HOST} | dict(headers or {})
    if body or method in {"POST", "PUT", "PATCH"}:
        sent.setdefault("Content-Type", "application/vnd.api+json")
        if "Transfer-Encoding" not in sent:
            sent.setdefault("Content-Length", str(len(body)))
    return Call(method, target, tuple(sent.items()), body, tuple((keep or {}).items()))


def a_form(
    target: str,
    fields: Mapping[str, str | None],
    *,
    headers: Mapping[str, str] | None = None,
    keep: Mapping[str, str] | None = None,
) -> Call:
    """Return a POST of a form; a field that is None is left out, and placeholders stay readable."""
    body = urlencode({name: value for name, value in fields.items() if value is not None}, safe="<>").encode()
    return a_call("POST", target, body, headers={"Content-Type": FORM} | dict(headers or {}), keep=keep)


@dataclass(frozen=True, slots=True)
class Box:
    """A sandbox, by the name under which its secrets are kept."""

    name: str

    def made(self, scenario: object = SHIPPED, **more: object) -> Call:
        """Return the call that makes it."""
        keep = {
            f"{self.name}.id": r'"id":"(\w+)"',
            f"{self.name}.token": r'"token":"(\w+)"',
            f"{self.name}.client_id": r'"client_id":"(\w+)"',
            f"{self.name}.client_secret": r'"client_secret":"(\w+)"',
        }
        return a_call("POST", "/__admin/sandboxes", {"scenario": scenario, **more}, keep=keep)

    def api(
        self,
        method: str,
        path: str,
        payload: object = None,
        *,
        bearer: str = "token",
        headers: Mapping[str, str] | None = None,
        keep: Mapping[str, str] | None = None,
    ) -> Call:
        """Return a call of the API with one of the sandbox's tokens."""
        sent = {"Authorization": f"Bearer <<{self.name}.{bearer}>>"} | dict(headers or {})
        return a_call(method, f"/api/v3{path}", payload, headers=sent, keep=keep)

    def admin(self, method: str, path: str, payload: object = None, *, keep: Mapping[str, str] | None = None) -> Call:
        """Return a call of the admin API that concerns the sandbox."""
        return a_call(method, f"/__admin/sandboxes/<<{self.name}.id>>{path}", payload, keep=keep)

    def token(self, name: str, *scopes: str, **more: object) -> Call:
        """Return the call that issues a token with these scopes only, and keeps it under a name."""
        return self.admin("POST", "/tokens", {"scopes": list(scopes), **more}, keep={f"{self.name}.{name}": r'"token":"(\w+)"'})

    def steps(self, *steps: Step) -> Iterator[Call]:
        """Calls in a row: a path that begins with S is one of the admin API, any other one of the API."""
        for method, path, *payload in steps:
            way = self.admin if path.startswith("S") else self.api
            yield way(method, path.removeprefix("S"), *payload)


def a_body(plural: str, **attributes: object) -> JSON:
    """Return the body of one record."""
    return {plural: [attributes]}


def a_message(**changes: object) -> JSON:
    """Return the body of a message from the host's participant (2) in the conversation (11)."""
    message = {
        "conversation_id": 11,
        "sender_id": 2,
        "content": "You can arrive from four o'clock.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": "airbnb",
        "sent_at": "2030-06-01T12:00:00Z",
    }
    return a_body("messages", **(message | changes))


def a_scenario(**changes: object) -> JSON:
    """Return an agency with one rental (16), one host (2) and what is added."""
    return {
        "seed": 7,
        "rentals": [{"id": 16, "name": "Chalet Les Robles", "timezone": "Europe/Paris"}],
        "users": [{"id": 2, "fullname": "Jan Kowalski"}],
        "hosts": [{"id": 2, "as": "jan", "firstname": "Jan", "lastname": "Kowalski", "user": 2}],
    } | changes


def a_busy_scenario(**changes: object) -> JSON:
    """Return the same with an Airbnb booking (80), its conversation (11) with guest (1) and host (2), two messages and an inquiry."""
    booking = {
        "id": 80,
        "channel": "airbnb",
        "rental": 16,
        "guest": {"fullname": "Clementina Kling"},
        "start_at": "+30d",
        "end_at": "+37d",
        "created_at": "-2h",
        "conversation_delay": "10m",
        "conversation": 11,
        "host_participant": False,
        "final_price": "2700.0",
    }
    inquiry = {
        "id": 31,
        "firstname": "Clementina",
        "lastname": "Kling",
        "email": "clementina@example.com",
        "rental": 16,
        "source": "website",
        "booking": 80,
        "start_at": "+30d",
        "end_at": "+37d",
        "created_at": "-20m",
    }
    messages = [
        {"id": 21, "booking": 80, "from": "guest", "content": "What time can we arrive?", "at": "-50m"},
        {"id": 22, "booking": 80, "from": "jan", "content": "Any time after four.", "at": "-40m"},
    ]
    busy = {
        "sources": [{"id": 5, "as": "website", "name": "Website"}],
        "bookings": [booking],
        "participants": [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
        "messages": messages,
        "inquiries": [inquiry],
    }
    return a_scenario(**(busy | changes))
