"""A sandbox as its user holds it from Python: its address and token, its clock, its guests, its journal.

The same handle speaks to a server over HTTP and to an application in this process; what differs is the ``Exchange``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_server.admin_client import Unanswered

if TYPE_CHECKING:
    from flask import Flask

JSON = dict[str, Any]
Exchange = Callable[[str, str, JSON | None], JSON]
"""Call the admin API: method, path under ``/__admin``, body. Raises Unanswered when it says no."""

PREFIX = "/__admin"


@dataclass(frozen=True, slots=True)
class Clock:
    """The sandbox's clock. Durations are texts such as ``90s``, ``10m``, ``2h``, ``1d``."""

    _call: Callable[..., JSON]

    @property
    def now(self) -> str:
        """The sandbox's time, such as ``2030-06-01T12:00:00Z``."""
        return str(self._call("GET", "/clock")["now"])

    def advance(self, by: str | None = None, *, to: str | None = None, until: str | None = None) -> list[JSON]:
        """Let time pass; return what happened, each as ``{"at", "kind", "about"}``."""
        wanted = {"by": by, "to": to, "until": until}
        happened: list[JSON] = self._call("POST", "/clock/advance", {name: text for name, text in wanted.items() if text is not None})[
            "happened"
        ]
        return happened

    def settle(self) -> list[JSON]:
        """Advance until nothing is to happen any more."""
        return self.advance(until="idle")

    def pause(self) -> None:
        """Let the clock stand until it is advanced."""
        self._call("PATCH", "/clock", {"mode": "manual"})

    def run(self, rate: float = 1) -> None:
        """Let the clock run, ``rate`` seconds for each second of the wall clock's."""
        self._call("PATCH", "/clock", {"mode": "real", "rate": rate})


class Sandbox:
    """One isolated world of the fake. Every call raises Unanswered, with the reason, when the fake says no."""

    def __init__(self, made: JSON, exchange: Exchange) -> None:
        self.made = made
        self._exchange = exchange

    @property
    def id(self) -> str:
        """The sandbox's id."""
        return str(self.made["id"])

    @property
    def url(self) -> str:
        """The base URL of the API, which ends in ``/api/v3``."""
        return str(self.made["api_url"])

    @property
    def token(self) -> str:
        """A token of the client's own application, with every scope."""
        return str(self.made["token"])

    @property
    def application(self) -> JSON:
        """The client's own application: ``id``, ``name``, ``client_id``, ``client_secret`` and ``token``."""
        found: JSON = next(found for found in self.made["applications"] if found["token"] == self.token)
        return found

    @property
    def clock(self) -> Clock:
        """The sandbox's clock."""
        return Clock(self.admin)

    def admin(self, method: str, path: str = "", body: JSON | None = None) -> JSON:
        """Call the sandbox's admin API; ``path`` begins where the sandbox's own address ends, as ``/clock`` does."""
        return self._exchange(method, f"/sandboxes/{self.id}{path}", body)

    def book(self, channel: str = "airbnb", **more: object) -> JSON:
        """Let a guest book; return the booking. ``more`` is what the admin API takes, ``conversation_delay="10m"`` for one."""
        booking: JSON = self.admin("POST", "/bookings", {"channel": channel, **more})["booking"]
        return booking

    def cancel(self, booking_id: int) -> JSON:
        """Let the guest cancel; return the booking."""
        booking: JSON = self.admin("POST", f"/bookings/{booking_id}/cancel")["booking"]
        return booking

    def open_conversation(self, booking_id: int) -> JSON:
        """Let the channel open the booking's conversation now."""
        return self.admin("POST", f"/bookings/{booking_id}/conversation", {})

    def write(self, conversation_id: int, content: str, *, writer: str = "guest", **more: object) -> JSON:
        """Let the ``guest``, ``staff``, or the ``host`` in the channel's own app write; return the message."""
        body = {"from": writer, "content": content, **more}
        message: JSON = self.admin("POST", f"/conversations/{conversation_id}/messages", body)["message"]
        return message

    def thread(self, conversation_id: int) -> list[JSON]:
        """Return what the guest sees on the channel, each as ``{"from", "content", "at", "message_id"}``."""
        messages: list[JSON] = self.admin("GET", f"/conversations/{conversation_id}/thread")["messages"]
        return messages

    def fault(self, kind: str, **more: object) -> JSON:
        """Switch a fault on; ``more`` is what the kind takes, ``status=503, times=2`` for one."""
        return self.admin("POST", "/faults", {"kind": kind, **more})

    def webhook(self, url: str, *events: str) -> JSON:
        """Subscribe an address to events; return the subscription, with its ``id`` and ``secret``."""
        return self.admin("POST", "/webhooks", {"url": url, "events": list(events)})

    def journal(self, after: int = 0) -> list[JSON]:
        """Return every request and webhook attempt after an entry's id, oldest first."""
        entries: list[JSON] = []
        while page := self.admin("GET", f"/journal?after={after}")["entries"]:
            entries += page
            after = page[-1]["id"]
        return entries

    def report(self) -> JSON:
        """Return the report on the client's conduct."""
        return self.admin("GET", "/report?format=json")

    def reset(self) -> None:
        """Bring the sandbox back to its scenario's start; tokens stay good."""
        self.admin("POST", "/reset")

    def delete(self) -> None:
        """Take the sandbox away."""
        self.admin("DELETE")


def in_app(app: "Flask", origin: str = "http://127.0.0.1") -> Exchange:
    """Return how to call the admin API of an application in this process; ``origin`` is what addresses are built on."""
    client = app.test_client()

    def exchange(method: str, path: str, body: JSON | None) -> JSON:
        answer = client.open(f"{PREFIX}{path}", method=method, json=body, base_url=origin)
        found: JSON = answer.get_json() if answer.data else {}
        if answer.status_code >= 300:
            fields = ((str(error["field"]), str(error["expected"])) for error in found.get("errors", ()))
            raise Unanswered(str(found.get("detail") or found.get("title") or answer.status), *fields)
        return found

    return exchange


def found(exchange: Exchange, scenario: object = "agency", **more: object) -> Sandbox:
    """Make a sandbox of a shipped scenario, by its name, or of one as an object; ``more`` is what the admin API takes."""
    return Sandbox(exchange("POST", "/sandboxes", {"scenario": scenario, **more}), exchange)
