"""The Python client of the admin API: a fake, and a sandbox of it with its address and token, clock, guests and journal.

The same client calls a server over HTTP or an application in this process; only the way of sending a call differs.
"""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from inbox_mock.client.calls import (
    JSON,
    PREFIX,
    AdminError,
    ClockClient,
    SandboxGoneError,
    Send,
    ServerUnreachableError,
    as_sent,
    error_of,
    every_page,
    over_http,
)
from inbox_mock.domain.addresses import callable_root

__all__ = [
    "JSON",
    "PREFIX",
    "AdminClient",
    "AdminError",
    "ClockClient",
    "SandboxClient",
    "SandboxGoneError",
    "ServerUnreachableError",
    "connect",
]

__tracebackhide__ = True  # pytest shows the frames of tests, and none of this module


class AdminClient:
    """Calls the admin API of one fake. ``root`` is the root of its server; ``send`` sends a call."""

    def __init__(self, root: str, send: Send) -> None:
        self.root = root
        self.send = send

    def call(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """Call, and return the answer; ``path`` begins after ``/__admin``.

        Raises:
            ServerUnreachableError: nothing listens there, or something else does.
            AdminError: the fake refuses.
        """
        status, answer = self.send(method, path, body)
        if status >= 300:
            raise error_of(status, answer)
        return answer

    def create_sandbox(self, scenario: object = "agency", **more: object) -> "SandboxClient":
        """Create a sandbox from a shipped scenario's name or a scenario as an object; ``more`` is what the admin API takes."""
        made = self.call("POST", "/sandboxes", {"scenario": scenario} | {name: as_sent(name, given) for name, given in more.items()})
        return SandboxClient(self, str(made["id"]), made)

    def sandboxes(self, name: str = "") -> list[JSON]:
        """Return every sandbox as the admin API lists it, oldest first; with ``name``, those whose name or id contains it."""
        return every_page(lambda skip: self.call("GET", f"/sandboxes?skip={skip}&name={quote(name, safe='')}")["sandboxes"])

    def prune(self, older_than: timedelta | str | None = None, *, dry_run: bool = False) -> JSON:
        """Remove the sandboxes that have expired, and those not used for so long; return what they were, and their bytes."""
        aged = {} if older_than is None else {"older_than": as_sent("older_than", older_than)}
        return self.call("POST", "/sandboxes/prune", {"dry_run": dry_run, **aged})

    def sandbox(self, sandbox_id: str = "default") -> "SandboxClient":
        """Return a sandbox by its id, without a call."""
        return SandboxClient(self, sandbox_id)


def connect(url: str, admin_token: str | None = None) -> AdminClient:
    """Return a client for the server at ``url``, such as ``http://127.0.0.1:8089``, or the base URL of its API."""
    root = callable_root(url)
    return AdminClient(root, over_http(root, admin_token))


class SandboxClient:
    """One isolated sandbox of a fake. Every call raises AdminError, with the reason, when the fake refuses.

    Calls take durations as texts or timedeltas, and times as texts or aware datetimes.
    """

    def __init__(self, server: AdminClient, sandbox_id: str, made: JSON | None = None) -> None:
        self.server = server
        self.id = sandbox_id
        self._made = made

    @property
    def made(self) -> JSON:
        """The sandbox as the admin API described it first: ``id``, ``api_url``, ``token``, ``scenario``, ``seed`` ..."""
        if self._made is None:
            self._made = self.admin("GET")
        return self._made

    @property
    def url(self) -> str:
        """The base URL of the API, which ends in ``/api/v3``."""
        return str(self.made["api_url"])

    @property
    def root_url(self) -> str:
        """The root of the server, without a slash at its end."""
        return self.url.removesuffix("/api/v3")

    @property
    def oauth_url(self) -> str:
        """The base URL of OAuth: ``/authorize`` and ``/token`` are below it."""
        return f"{self.root_url}/oauth"

    @property
    def dashboard_url(self) -> str:
        """The address at which a browser shows this sandbox, if the fake listens on a port."""
        return f"{self.root_url}/#/{quote(self.id, safe='')}/inbox"

    @property
    def token(self) -> str:
        """A token of the client's own application, with every scope.

        Raises:
            AdminError: credentials are not shown to a reader's admin token, or the application is installed on no account.
        """
        if self.made["token"] is None:
            if any(one["client_secret"] is None for one in self.made["applications"]):
                raise AdminError("the admin token has the role read, to which credentials are not shown; expected one with own or all")
            raise AdminError("the client's own application is installed on no account; expected a scenario in which it is on one")
        return str(self.made["token"])

    @property
    def refresh_token(self) -> str:
        """The refresh token of `token`. Once it was exchanged and the new token used, both are revoked."""
        return str(self.admin("POST", f"/tokens/{quote(self.token, safe='')}/refresh_token")["refresh_token"])

    @property
    def application(self) -> JSON:
        """The client's own application: ``id``, ``name``, ``client_id``, ``client_secret`` and ``token``."""
        found: JSON = next(found for found in self.made["applications"] if found["token"] == self.token)
        return found

    @property
    def clock(self) -> ClockClient:
        """The sandbox's clock."""
        return ClockClient(self.admin)

    def admin(self, method: str, path: str = "", body: JSON | None = None) -> JSON:
        """Call the sandbox's admin API; ``path`` begins where the sandbox's own address ends, as ``/clock`` does.

        Raises:
            SandboxGoneError: there is no such sandbox.
            ServerUnreachableError: nothing listens there, or something else does.
            AdminError: the fake refuses.
        """
        address = f"/sandboxes/{quote(self.id, safe='')}"
        content = None if body is None else {name: as_sent(name, given) for name, given in body.items()}
        status, answer = self.server.send(method, f"{address}{path}", content)
        if status == 404 and path and self.server.send("GET", address, None)[0] == 200:
            raise error_of(status, answer)
        if status == 404:
            raise SandboxGoneError(f"{self.server.root} has no sandbox {self.id!r}; expected the id of one, or default")
        if status >= 300:
            raise error_of(status, answer)
        return answer

    def _record(self, name: str, method: str, path: str, body: JSON | None = None) -> JSON:
        found: JSON = self.admin(method, path, body)[name]
        return found

    def issue_token(self, /, *scopes: str, **more: object) -> str:
        """Return a new token, with every scope unless some are named; ``more`` is ``application_id``, ``account_id``, ``expires_in``.

        The last one is in seconds, or a timedelta.
        """
        if isinstance(lifetime := more.get("expires_in"), timedelta):
            more["expires_in"] = int(lifetime.total_seconds())
        return str(self.admin("POST", "/tokens", {**({"scopes": list(scopes)} if scopes else {}), **more})["token"])

    def revoke_token(self, token: str) -> None:
        """Revoke a token."""
        self.admin("DELETE", f"/tokens/{quote(token, safe='')}")

    def book(self, /, channel: str = "airbnb", **more: object) -> JSON:
        """Book as a guest; return the booking. ``more`` is what the admin API takes, ``conversation_delay="10m"`` for one."""
        return self._record("booking", "POST", "/bookings", {"channel": channel, **more})

    def cancel(self, booking_id: int) -> JSON:
        """Cancel a booking as its guest; return the booking."""
        return self._record("booking", "POST", f"/bookings/{booking_id}/cancel")

    def open_conversation(self, booking_id: int) -> JSON:
        """Open the booking's conversation now, as the channel does; return the conversation."""
        return self._record("conversation", "POST", f"/bookings/{booking_id}/conversation")

    def never_open_conversation(self, booking_id: int) -> None:
        """Make the channel never open the booking's conversation."""
        self.admin("POST", f"/bookings/{booking_id}/conversation", {"never": True})

    def write(self, /, conversation_id: int, content: str, *, writer: str = "guest", **more: object) -> JSON:
        """Write as ``guest``, as ``staff``, or as ``host`` in the channel's own app; return the message."""
        body = {"from": writer, "content": content, **more}
        return self._record("message", "POST", f"/conversations/{conversation_id}/messages", body)

    def add_host(self, conversation_id: int, host_id: int) -> JSON:
        """Add a host to a conversation, as the channel does; return the participant."""
        return self._record("participant", "POST", f"/conversations/{conversation_id}/participants", {"host_id": host_id})

    def change(self, /, conversation_id: int, **changes: object) -> JSON:
        """Change ``closed``, ``marked_as_spam`` or ``assignee_id`` of a conversation, as staff; return it."""
        return self._record("conversation", "PATCH", f"/conversations/{conversation_id}", changes)

    def thread(self, conversation_id: int) -> list[JSON]:
        """Return what the guest sees on the channel, each as ``{"from", "content", "at", "message_id", "attachments"}``."""
        path = f"/conversations/{conversation_id}/thread"
        return every_page(lambda skip: self.admin("GET", f"{path}?skip={skip}")["messages"], "message_id")

    def fault(self, /, kind: str, **more: object) -> JSON:
        """Set a fault, and return it; ``more`` is what the kind takes, ``status=503, times=2`` for one."""
        return self.admin("POST", "/faults", {"kind": kind, **more})

    def faults(self) -> list[JSON]:
        """Return the faults, with how often each has struck."""
        found: list[JSON] = self.admin("GET", "/faults")["faults"]
        return found

    def remove_fault(self, fault_id: int) -> None:
        """Remove a fault, and end its effects."""
        self.admin("DELETE", f"/faults/{fault_id}")

    end_fault = remove_fault
    """Its name in version 0.2."""

    def webhook(self, /, url: str, *events: str, **more: object) -> JSON:
        """Subscribe an address to events, to all of them if none is named; return the subscription, with its ``id`` and ``secret``.

        In a scenario that has a ``receiver`` the first address takes this role, with the scenario's events, retries and latency
        where the call names none; ``role="auditor"`` takes another one.
        """
        return self.admin("POST", "/webhooks", {"url": url, **({"events": list(events)} if events else {}), **more})

    def webhooks(self) -> list[JSON]:
        """Return the subscriptions; ``url`` is None where nobody has taken the scenario's ``role`` yet."""
        found: list[JSON] = self.admin("GET", "/webhooks")["webhooks"]
        return found

    def unsubscribe(self, webhook_id: int) -> None:
        """Remove a subscription."""
        self.admin("DELETE", f"/webhooks/{webhook_id}")

    def deliveries(self) -> list[JSON]:
        """Return every webhook, with its attempts."""
        return every_page(lambda skip: self.admin("GET", f"/deliveries?skip={skip}")["deliveries"])

    def redeliver(self, delivery_id: int) -> JSON:
        """Send a webhook again, now; return the delivery."""
        return self.admin("POST", f"/deliveries/{delivery_id}/redeliver")

    def timeline(self) -> JSON:
        """Return the events to come (``pending``) and those that have happened (``past``); all of one moment while the clock stands."""
        pending = every_page(lambda skip: self.admin("GET", f"/timeline?skip={skip}")["pending"])
        past = every_page(lambda skip: self.admin("GET", f"/timeline?skip={skip}")["past"])
        return {"pending": sorted(pending, key=lambda event: (event["due_at"], event["id"])), "past": past}

    def journal(self, after: int = 0) -> list[JSON]:
        """Return every request and webhook attempt after an entry's id, oldest first."""
        return [*self.journal_entries(after)]

    def journal_entries(self, after: int = 0) -> Iterator[JSON]:
        """Yield what `journal` returns, a page at a time."""
        while page := self.journal_page(after):
            yield from page
            after = page[-1]["id"]

    def journal_page(self, after: int, *, wait: bool = False) -> list[JSON]:
        """Return the journal's first entries after an entry's id; if there are none, ``wait`` some seconds for one.

        Raises:
            AdminError: the server sends what comes before, which would be read for ever.
        """
        entries: list[JSON] = self.admin("GET", f"/journal?after={after}{'&wait=1' if wait else ''}")["entries"]
        if entries and entries[0]["id"] <= after:
            raise AdminError(f"{self.server.root} sent entry {entries[0]['id']} of the journal; expected entries after {after}")
        return entries

    def report(self) -> JSON:
        """Return the report on the client's conduct."""
        return self.admin("GET", "/report?format=json")

    def export(self, format: str, *, of: str = "journal", private: bool = False) -> JSON:  # noqa: A002 - as the admin API calls it
        """Return the journal, or the ``state``, as a file of a format: its ``name``, ``content`` as bytes, and what it lacks, ``told``."""
        return self.admin("GET", f"/export?format={quote(format)}&of={quote(of)}&private={private:d}")

    def bundle(self) -> bytes:
        """Return the sandbox as a reproduction bundle, the content of a zip file without secrets."""
        content: bytes = self.admin("GET", "/bundle")["content"]
        return content

    def snapshot(self, name: str) -> JSON:
        """Take a snapshot under a name; return it."""
        return self.admin("POST", "/snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Restore a snapshot."""
        self.admin("POST", f"/snapshots/{quote(name, safe='')}/restore")

    def label(self, /, **changes: object) -> JSON:
        """Change ``name``, ``note`` or ``ttl``, for how long it is kept unused; return the sandbox."""
        return self.admin("PATCH", "", changes)

    def fork(self, /, **more: object) -> "SandboxClient":
        """Return a copy of this sandbox, with tokens of its own; ``more`` is what the admin API takes."""
        made = self.admin("POST", "/fork", more)
        return SandboxClient(self.server, str(made["id"]), made)

    def reset(self) -> None:
        """Reset the sandbox to the start of its scenario; tokens stay valid."""
        self.admin("POST", "/reset")

    def delete(self) -> None:
        """Delete the sandbox."""
        self.admin("DELETE")
