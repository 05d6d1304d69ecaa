"""A sandbox in which all that a log says is done again: requests, results of webhooks, and commands, each at its time."""

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from math import inf
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from inbox_mock.admin import actors, clock, faults, tokens, webhooks
from inbox_mock.admin.checking import checked
from inbox_mock.admin.operation import AdminCall, AdminOperation, declared_in
from inbox_mock.api.addressing import ROOT
from inbox_mock.api.execution import JOURNALED_HEADERS
from inbox_mock.api.fault_injection import CONNECTION
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.app import Options, create_app
from inbox_mock.bundles import BundleError
from inbox_mock.bundles.bundle import DETACHED, Bundle, Entry, detach, whole_body
from inbox_mock.bundles.saving import entries
from inbox_mock.domain import times
from inbox_mock.domain.access import DEFAULT_SANDBOX, SECRET_DIGITS, full_credential
from inbox_mock.domain.admin_tokens import Caller
from inbox_mock.domain.errors import NotRead
from inbox_mock.engine import beginnings, durations
from inbox_mock.engine.redaction import SECRET_IN_QUERY
from inbox_mock.engine.timeline import catch_up, pass_time
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.scenarios.loading import find_shipped
from inbox_mock.scenarios.timeline import plan_now
from inbox_mock.services import oauth
from inbox_mock.services.messages import edit_message
from inbox_mock.store import commands
from inbox_mock.store import faults as fault_store
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.commands import Command
from inbox_mock.store.homes import Start
from inbox_mock.webhooks.advance import begin_due, begin_step
from inbox_mock.webhooks.deliveries import DeliveryResult, request_of, resume, settle
from inbox_mock.webhooks.sender import WebhookSender, journaled_request, message_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inbox_mock.engine.sandbox import Sandbox

STEPWISE = ("advance_clock", "redeliver")
"""Operations that are logged step by step, and as results of webhooks."""
OPERATIONS: Mapping[str, AdminOperation] = {
    found.name: found
    for module in (tokens, clock, actors, webhooks, faults)
    for found in declared_in(vars(module))
    if found.method != "GET" and found.name not in STEPWISE
}
"""The operations of the admin API that are done again, by name."""
LOGGED = ("step", "due", "resume", "plan_now")
"""Kinds of commands that are logged by what does them."""
LABEL = re.compile(r"(?P<kind>token|refresh|code|secret)-(?P<id>[0-9]{1,18})")
"""What the journal has in place of a credential."""
HALF_A_SECOND = timedelta(milliseconds=500)
"""Logged times are whole seconds: a running clock is put in the middle of one."""
DELIVERED = "delivered"
ADDRESS = "http://localhost"


class SilentSender(WebhookSender):
    """Sends nothing: what receivers have answered is in the log."""

    def may_send_to(self, url: str) -> bool:  # noqa: ARG002 - as a sender has it
        """Return that the log may name any address."""
        return True


class Repeated:
    """The sandbox of a replay. It is in this process alone, and reaches nothing else."""

    def __init__(self, bundle: Bundle, start: bytes) -> None:
        self._wall = 0.0
        options = Options(scenario=find_shipped("empty"), seed=0)
        self._fake = create_app(options, wall=lambda: self._wall, wait=lambda _seconds: None)
        self._fake.sandboxes.remove(self._fake.sandboxes.get(DEFAULT_SANDBOX))
        self._sender = SilentSender()
        # A fork, and a bundle that was opened, go on with the log of another sandbox.
        begins = next((str(one.details.get("of")) for one in bundle.commands if one.details.get("of")), bundle.sandbox_id)
        self._start = Start(image=start)
        self.sandbox = self._added(begins, start)
        with self.sandbox.work() as work:
            commands.begin_anew(work.db)

    def request(self, entry: Entry) -> None:
        """Send a request again, as it was recorded."""
        self._set_time(entry["request"].get("began", entry["at"]))
        environ = self._environ(entry)
        body = self._fake.wsgi(environ, lambda _status, _headers, _error=None: lambda _bytes: None)
        b"".join(body)
        if (close := getattr(body, "close", None)) is not None:
            close()

    def attempt(self, entry: Entry) -> None:
        """Record the result that an attempt to deliver a webhook had."""
        asked = entry["request"]
        with self._at(entry["at"]) as work:
            request = request_of(work, entry["delivery_id"])
            if request is None:
                return
            result = next((str(reason["result"]) for reason in entry["reasons"] if reason.get("code") == "delivery_failed"), DELIVERED)
            origin = str(asked.get("origin", ADDRESS))
            settle(
                work,
                request,
                DeliveryResult(entry["status"], result, journaled_request(origin, *message_of(request, origin)), entry["response"]),
            )

    def command(self, command: Command) -> None:
        """Do again what a command did.

        Raises:
            BundleError: there is no such command.
        """
        operation = OPERATIONS.get(command.kind)
        if operation is not None:
            self._set_time(command.at)
            self._operate(operation, command.details)
        elif command.kind == commands.BEGAN:
            self._began(command.details)
        elif command.kind in DONE:
            with self._at(command.at) as work:
                if command.kind not in LOGGED:
                    work.log(command.kind, **command.details)
                DONE[command.kind](work, command.details)
        else:
            raise BundleError(f"command {command.id} is {command.kind!r}; expected one that this version knows")

    def news(self, after: int) -> "Iterator[Entry]":
        """Yield the entries of the journal after one."""
        with self.sandbox.work() as work:
            yield from entries(work.db, after)

    @contextmanager
    def _at(self, at: str) -> "Iterator[UnitOfWork]":
        self._set_time(at)
        with self.sandbox.work() as work:
            yield work

    def _set_time(self, at: str) -> None:
        """Move the wall clock to where the sandbox's clock shows a time, if that runs."""
        now = self.sandbox.clock
        if now.mode == "real":
            self._wall = max(self._wall, now.wall_at(times.parse(at) + HALF_A_SECOND))

    def _added(self, sandbox_id: str, image: bytes, of: str = "") -> "Sandbox":
        return self._fake.sandboxes.add(self._start, image, default=sandbox_id == DEFAULT_SANDBOX, of=of, named=sandbox_id)

    def _began(self, details: Mapping[str, Any]) -> None:
        """Begin again from the present, under another id if it was a fork, with the tokens that came from elsewhere."""
        image, earlier = self.sandbox.image()[0], self.sandbox
        if details["id"] == earlier.id:
            beginnings.restore(earlier, image)
        else:
            self.sandbox = self._added(str(details["id"]), image, earlier.id)
        with self.sandbox.work() as work:
            commands.replace_last(work.db, work.now, commands.BEGAN, details)
            for token in details["tokens"]:
                work.db.insert("tokens", {**token, "secret": work.dice.hex("replayed", token["id"], SECRET_DIGITS)})
            now = details.get("now")
            if now or work.clock.mode != details["mode"]:
                instant = datetime.fromisoformat(now) if now else work.clock.now
                work.clock = replace(work.clock.moved_to(instant, work.wall), mode=str(details["mode"]))
                sandbox_store.write_clock(work.db, work.clock)

    def _operate(self, operation: AdminOperation, details: Mapping[str, Any]) -> None:
        path = {name: str(value) for name, value in details["path"].items()} | {"id": self.sandbox.id}
        if "token" in path:
            path["token"] = self._credential(path["token"])
        body = checked(operation, details["body"])
        operation.run(AdminCall(Caller(), self._fake.factory, ADDRESS, path, body, {}, self._sender, operation=operation.name))

    def _credential(self, label: str) -> str:
        """Return the credential that a label stands for; one that nobody has for any other text."""
        known = LABEL.fullmatch(label)
        if known is None:
            return label
        with self.sandbox.work() as work:
            if known["kind"] == "secret":
                sql = "SELECT client_secret AS secret, named_client_secret AS name FROM applications WHERE id = ?"
            else:
                sql = "SELECT secret, name FROM tokens WHERE id = ?"
            found = work.db.one(sql, (known["id"],))
            return label if found is None else work.credential(found["secret"], found["name"])

    def _environ(self, entry: Entry) -> dict[str, Any]:
        asked, method = entry["request"], entry["method"]
        query, body, kind = self._query(entry["query"]), whole_body(entry) or b"", ""
        token, is_form = asked.get("token"), isinstance(asked.get("body"), dict)
        if is_form:
            form = urlencode([(name, self._parameter(name, value)) for name, value in asked["body"].items()])
            unreadable = b"[" if asked.get("unreadable") else None
            query, body = (form, b"") if method == "GET" else ("", unreadable or form.encode())
            kind = "" if unreadable else "application/x-www-form-urlencoded"
        origin = str(asked.get("origin", ADDRESS))
        parts = urlsplit(origin)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": entry["path"].encode(errors="surrogatepass").decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": parts.hostname or "localhost",
            "SERVER_PORT": str(parts.port or {"https": 443}.get(parts.scheme, 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": parts.netloc,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": kind,
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            ROOT: origin,
        }
        if all(reason.get("code") != "fault_needs_server" for reason in entry["reasons"]):
            environ[CONNECTION] = lambda _effect, _kept: None
        keys = dict(JOURNALED_HEADERS)
        for name, value in asked.get("headers", {}).items():
            environ[keys.get(name, f"HTTP_{name.upper().replace('-', '_')}")] = value
        if token is not None:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self._credential(token)}"
        elif not is_form and self.sandbox.id != DEFAULT_SANDBOX:  # only a token of this sandbox, though unknown, leads here
            environ["HTTP_AUTHORIZATION"] = f"Bearer {full_credential(self.sandbox.id, '0' * SECRET_DIGITS)}"
        if "unread" in asked:
            environ[REFUSED] = NotRead(int(entry["status"]), asked["unread"])
        return environ

    def _parameter(self, name: str, value: str) -> str:
        return self._credential(value) if name in SECRET_IN_QUERY else value

    def _query(self, text: str) -> str:
        """Return a query with credentials in place of labels."""
        pairs = parse_qsl(text, keep_blank_values=True)
        if not any(name in SECRET_IN_QUERY for name, _ in pairs):
            return text
        return urlencode([(name, self._parameter(name, value)) for name, value in pairs])


def _step(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    begin_step(work, datetime.fromisoformat(details["end"]), str(details["until"]), details.get("most", inf))


def _issue_pair(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    oauth.issue_pair(work, details["application_id"], details["account_id"], tuple(details["scopes"]))


def _edit(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    edit_message(work, Actor(details["account_id"], user_id=details["user_id"]), details["message_id"], details["changes"])


def _end_faults(work: UnitOfWork, details: Mapping[str, Any]) -> None:
    for fault_id in details["ids"]:
        fault_store.change(work.db, fault_id, {"ends_at": work.now})


DONE: Mapping[str, Callable[[UnitOfWork, Mapping[str, Any]], object]] = {
    commands.STEP: _step,
    "due": lambda work, _: begin_due(work),
    "resume": lambda work, _: resume(work),
    "plan_now": lambda work, details: plan_now(work, details["entry"]),
    "issue_pair": _issue_pair,
    "edit_message": _edit,
    "end_faults": _end_faults,
    "pass_time": lambda work, details: pass_time(work, durations.parse(details["by"])),
    "catch_up": lambda work, _: catch_up(work, work.instant),
    DETACHED: lambda work, _: detach(work.db),
}
"""What is done within a unit of work, by the kind of the command."""
