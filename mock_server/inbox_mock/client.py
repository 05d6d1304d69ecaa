"""A sandbox as its user holds it from Python: its address and token, its clock, its guests, its journal.

The same handle speaks to a server over HTTP and to an application in this process; what differs is the ``Exchange``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from inbox_mock.admin_client import AdminError, Wire, said_no

if TYPE_CHECKING:
    from flask import Flask

    from inbox_mock.scenarios.build import SandboxFactory

JSON = dict[str, Any]
Exchange = Callable[[str, str, JSON | None], JSON]
"""Call the admin API: method, path under ``/__admin``, body. Raises Unanswered when it says no."""

READING_SECONDS = 60

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
        """Let time pass, ``by`` a duration, ``to`` a time, or ``until`` an event such as ``conversation_opened``.

        Returns what happened, each as ``{"at", "kind", "about"}``.
        """
        wanted = {name: text for name, text in (("by", by), ("to", to), ("until", until)) if text is not None}
        happened: list[JSON] = self._call("POST", "/clock/advance", wanted)["happened"]
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
        self.exchange = exchange

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
        if self.made["token"] is None:
            raise AdminError("the client's own application is installed on no account; expected a scenario in which it is on one")
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
        return self.exchange(method, f"/sandboxes/{self.id}{path}", body)

    def issue_token(self, *scopes: str, **more: object) -> str:
        """Return a new token, with every scope unless some are named; ``more`` is ``application_id``, ``account_id``, ``expires_in``."""
        return str(self.admin("POST", "/tokens", {**({"scopes": list(scopes)} if scopes else {}), **more})["token"])

    def revoke_token(self, token: str) -> None:
        """Let a token be refused from now on."""
        self.admin("DELETE", f"/tokens/{quote(token, safe='')}")

    def book(self, channel: str = "airbnb", **more: object) -> JSON:
        """Let a guest book; return the booking. ``more`` is what the admin API takes, ``conversation_delay="10m"`` for one."""
        booking: JSON = self.admin("POST", "/bookings", {"channel": channel, **more})["booking"]
        return booking

    def cancel(self, booking_id: int) -> JSON:
        """Let the guest cancel; return the booking."""
        booking: JSON = self.admin("POST", f"/bookings/{booking_id}/cancel")["booking"]
        return booking

    def open_conversation(self, booking_id: int) -> JSON:
        """Let the channel open the booking's conversation now; return the conversation."""
        conversation: JSON = self.admin("POST", f"/bookings/{booking_id}/conversation")["conversation"]
        return conversation

    def never_open_conversation(self, booking_id: int) -> None:
        """Let the channel never open the booking's conversation."""
        self.admin("POST", f"/bookings/{booking_id}/conversation", {"never": True})

    def write(self, conversation_id: int, content: str, *, writer: str = "guest", **more: object) -> JSON:
        """Let the ``guest``, ``staff``, or the ``host`` in the channel's own app write; return the message."""
        body = {"from": writer, "content": content, **more}
        message: JSON = self.admin("POST", f"/conversations/{conversation_id}/messages", body)["message"]
        return message

    def add_host(self, conversation_id: int, host_id: int) -> JSON:
        """Let the channel add a host to a conversation; return the participant."""
        participant: JSON = self.admin("POST", f"/conversations/{conversation_id}/participants", {"host_id": host_id})["participant"]
        return participant

    def change(self, conversation_id: int, **changes: object) -> JSON:
        """Let staff change ``closed``, ``marked_as_spam`` or ``assignee_id`` of a conversation; return the conversation."""
        conversation: JSON = self.admin("PATCH", f"/conversations/{conversation_id}", changes)["conversation"]
        return conversation

    def thread(self, conversation_id: int) -> list[JSON]:
        """Return what the guest sees on the channel, each as ``{"from", "content", "at", "message_id"}``."""
        messages: list[JSON] = self.admin("GET", f"/conversations/{conversation_id}/thread")["messages"]
        return messages

    def fault(self, kind: str, **more: object) -> JSON:
        """Switch a fault on, and return it; ``more`` is what the kind takes, ``status=503, times=2`` for one."""
        return self.admin("POST", "/faults", {"kind": kind, **more})

    def faults(self) -> list[JSON]:
        """Return the faults, with how often each has struck."""
        found: list[JSON] = self.admin("GET", "/faults")["faults"]
        return found

    def end_fault(self, fault_id: int) -> None:
        """Switch a fault off."""
        self.admin("DELETE", f"/faults/{fault_id}")

    def webhook(self, url: str, *events: str, **more: object) -> JSON:
        """Subscribe an address to events, to all if none is named; return the subscription, with its ``id`` and ``secret``."""
        return self.admin("POST", "/webhooks", {"url": url, **({"events": list(events)} if events else {}), **more})

    def unsubscribe(self, webhook_id: int) -> None:
        """Remove a subscription."""
        self.admin("DELETE", f"/webhooks/{webhook_id}")

    def deliveries(self) -> list[JSON]:
        """Return every webhook, with its attempts."""
        found: list[JSON] = self.admin("GET", "/deliveries")["deliveries"]
        return found

    def redeliver(self, delivery_id: int) -> JSON:
        """Send a webhook once more, now; return the delivery."""
        return self.admin("POST", f"/deliveries/{delivery_id}/redeliver")

    def timeline(self) -> JSON:
        """Return what will happen (``pending``) and what has happened (``past``)."""
        return self.admin("GET", "/timeline")

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

    def snapshot(self, name: str) -> JSON:
        """Keep the sandbox as it is now under a name; return what is kept."""
        return self.admin("POST", "/snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Bring the sandbox back to a snapshot."""
        self.admin("POST", f"/snapshots/{quote(name, safe='')}/restore")

    def fork(self) -> "Sandbox":
        """Return a new sandbox that is as this one is now, with tokens of its own."""
        return Sandbox(self.admin("POST", "/fork"), self.exchange)

    def reset(self) -> None:
        """Bring the sandbox back to its scenario's start; tokens stay good."""
        self.admin("POST", "/reset")

    def delete(self) -> None:
        """Take the sandbox away."""
        self.admin("DELETE")


def in_app(app: "Flask", origin: str = "http://127.0.0.1") -> Exchange:
    """Return how to call the admin API of an application in this process; ``origin`` is what addresses are built on."""

    def exchange(method: str, path: str, body: JSON | None) -> JSON:
        # A client for each call: receivers of webhooks and other threads may call meanwhile.
        answer = app.test_client(use_cookies=False).open(f"{PREFIX}{path}", method=method, json=body, base_url=origin)
        found: JSON = answer.get_json() if answer.data else {}
        if answer.status_code >= 300:
            raise said_no(answer.status_code, found)
        return found

    return exchange


def over_http(root: str, admin_token: str | None = None) -> Exchange:
    """Return how to call the admin API of a server at ``root``, such as ``http://127.0.0.1:8089``."""
    wire = Wire(root, admin_token)

    def exchange(method: str, path: str, body: JSON | None) -> JSON:
        # Whatever is written may take as long as it takes, since webhooks may have to be sent on the way.
        status, found = wire.exchange(method, path, body, READING_SECONDS if method == "GET" else None)
        if status >= 300:
            raise said_no(status, found)
        return found

    return exchange


def found(exchange: Exchange, scenario: object = "agency", **more: object) -> Sandbox:
    """Make a sandbox of a shipped scenario, by its name, or of one as an object; ``more`` is what the admin API takes."""
    return Sandbox(exchange("POST", "/sandboxes", {"scenario": scenario, **more}), exchange)


def made_in(factory: "SandboxFactory", scenario: object, wanted: JSON, *, default: bool = False) -> str:
    """Make a sandbox in this process, and return its id: ``scenario`` may be the path of a file, too.

    ``wanted`` is what the admin API takes. With ``default`` it takes the place of the default sandbox.

    Raises:
        Unanswered: there is no such scenario, or a wish cannot be.

    """
    from inbox_mock.admin.operation import checked
    from inbox_mock.admin.sandboxes import CREATE, overrides_of
    from inbox_mock.domain.errors import Invalid
    from inbox_mock.scenarios.errors import ScenarioError
    from inbox_mock.scenarios.loading import find, from_object

    try:
        overrides = overrides_of(checked(CREATE, dict(wanted)))
        chosen = from_object(scenario) if isinstance(scenario, dict) else find(str(scenario))
        return str(factory.create(chosen, overrides, default=default).id)
    except ScenarioError as mistake:
        raise AdminError(str(mistake), ("scenario", str(mistake))) from None
    except Invalid as refused:
        fields = [(problem.field or "", problem.title or "") for problem in refused.problems]
        raise AdminError("; ".join(f"{field}: expected {expected}" for field, expected in fields), *fields) from None


def existing(exchange: Exchange, sandbox_id: str = "default") -> Sandbox:
    """Return a sandbox that there is already."""
    return Sandbox(exchange("GET", f"/sandboxes/{quote(sandbox_id, safe='')}", None), exchange)
