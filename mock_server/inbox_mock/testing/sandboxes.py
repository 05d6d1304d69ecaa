"""Sandboxes of a fake in this process, whose webhooks may go to functions and applications, without a socket."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

from inbox_mock.client import JSON, PREFIX, AdminClient, AdminError, SandboxClient
from inbox_mock.client.asynchronous import AsyncSandbox
from inbox_mock.client.calls import FILE_NAME, file_of
from inbox_mock.conduct.failure import broken_told, failing, violations_told
from inbox_mock.conduct.text import world_of
from inbox_mock.testing.receivers import Kind, Receiver, Receivers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from inbox_mock.app import Fake
    from inbox_mock.engine.sandbox import Sandbox
    from inbox_mock.scenarios.build import SandboxFactory

__tracebackhide__ = True
THIS_MACHINE = {"REMOTE_ADDR": "127.0.0.1"}


class ConductError(AssertionError):
    """The client broke a rule of conduct, or a rule could not judge. The text says which, why it matters, and how to mend it."""


def client_of(app: "WSGIApplication", origin: str = "http://127.0.0.1") -> AdminClient:
    """Return a client for the admin API of an application in this process; addresses begin with ``origin``."""

    def send(method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
        from werkzeug.test import Client

        client = Client(app, use_cookies=False)
        response = client.open(f"{PREFIX}{path}", method=method, json=body, base_url=origin, environ_base=THIS_MACHINE)
        if FILE_NAME in (named := response.headers.get("Content-Disposition", "")):
            return response.status_code, file_of(named, response.data, response.headers.get("X-Mock-Why"))
        return response.status_code, response.get_json() if response.data else {}

    return AdminClient(origin, send)


def create_sandbox(factory: "SandboxFactory", scenario: object, overrides: JSON, *, default: bool = False) -> str:
    """Create a sandbox in this process, and return its id.

    ``scenario`` is a shipped scenario's name, a file's path, or a scenario as an object; ``overrides`` is what the admin API
    takes in addition. With ``default`` it replaces the default sandbox.

    Raises:
        AdminError: there is no such scenario, or an override is invalid.
    """
    from inbox_mock.admin.access_control import found_in
    from inbox_mock.admin.checking import checked
    from inbox_mock.admin.labels import label_of
    from inbox_mock.admin.sandboxes import create_sandbox, overrides_of
    from inbox_mock.domain.errors import Invalid
    from inbox_mock.scenarios.errors import ScenarioError
    from inbox_mock.scenarios.loading import find, from_object

    try:
        body = checked(create_sandbox, dict(overrides))
        chosen = from_object(scenario) if isinstance(scenario, dict) else find(str(scenario))
        return str(factory.create(chosen, overrides_of(body), label_of(body), default=default).id)
    except ScenarioError as error:
        raise AdminError(str(error), ("scenario", str(error))) from None
    except Invalid as refused:
        fields = [(problem.field or "", problem.title or "") for problem in refused.problems]
        found = {problem.field or "": said for problem in refused.problems if (said := found_in(overrides, problem)) is not None}
        raise AdminError("", *fields, found=found) from None


def sandbox_of(fake: "Fake", sandbox_id: str, origin: str) -> SandboxClient:
    """Return a client for a sandbox of a fake in this process; what the admin API shows of it is known without a call."""
    from inbox_mock.admin.operation import AdminCall
    from inbox_mock.admin.sandbox_shown import listed_record
    from inbox_mock.domain.admin_tokens import Caller
    from inbox_mock.store.homes import Listed

    storage = fake.sandboxes.get(sandbox_id).storage
    call = AdminCall(Caller(), fake.factory, origin, {}, {}, {}, fake.sender)
    made = listed_record(call, Listed(storage.id, storage.label, storage.facts, storage.size))
    return SandboxClient(client_of(fake.wsgi, origin), sandbox_id, orjson.loads(orjson.dumps(made)))


def receiving_sandbox(fake: "Fake", sandbox_id: str, origin: str, receivers: Receivers | None = None) -> "ReceivingSandbox":
    """Return what `sandbox_of` does, for webhooks to functions and applications; ``receivers`` are closed by who gives them."""
    plain = sandbox_of(fake, sandbox_id, origin)
    return ReceivingSandbox(plain.server, plain.made, receivers or Receivers(fake.sender))


def judged(sandbox: "Sandbox") -> JSON:
    """Return what is ``broken``, and the ``violations`` that are errors, in a sandbox of a fake in this process.

    Where nobody has asked anything yet, no rule is evaluated; where nothing is wrong, no report is made.
    """
    from inbox_mock.admin.journal import operations
    from inbox_mock.conduct.evaluation import offered_rules
    from inbox_mock.conduct.report import has_errors, report_on

    if sandbox.last_entry and has_errors(sandbox, operations()):
        report = report_on(sandbox, operations())
        return report | {"violations": failing(report)}
    return {"broken": offered_rules().broken, "violations": []}


class ReceivingSandbox(SandboxClient):
    """A sandbox whose webhooks may go to functions and applications of this process."""

    def __init__(self, server: AdminClient, made: JSON, receivers: Receivers) -> None:
        super().__init__(receivers.raising(server), str(made["id"]), made)
        self.receivers = receivers

    @property
    def async_(self) -> AsyncSandbox:
        """The same sandbox for tests with an event loop: ``await sandbox.async_.clock.advance("10m")``."""
        return AsyncSandbox(self)

    def webhooks_to(self, receiver: Receiver, *events: str, path: str = "/", kind: Kind | None = None, **more: object) -> JSON:
        """Send webhooks to a function, an application, or the URL of a server, while the clock is advanced; return the subscription.

        A function, plain or asynchronous, takes one argument, the `Webhook`, and may return the status of its answer, by default 200.
        Anything else that it returns is an error of the receiver.
        An application is one of WSGI (Flask, Django ...), or of ASGI (FastAPI, Starlette ...), whose lifespan begins before the first
        webhook. Where it cannot be told which, ``kind`` says it: ``"function"``, ``"wsgi"``, ``"asgi"``, or ``"asgi2"`` for ASGI 2.
        What is asynchronous runs in the event loop in which it is given, or, without one, in another thread; it has five seconds.
        In the loop's own thread, use `async_`: other calls would block the receiver, and say so.

        Webhooks come signed, at ``path``, below that of a URL. An exception of the receiver is raised by the call that sent the webhook.
        In a scenario that has a receiver, it takes that role; events, role and ``more`` are those of `webhook`.

        Raises:
            TypeError: it is nothing of this, or it cannot be told what it is.
            ValueError: there is no such ``kind``.
        """
        if isinstance(receiver, str):
            return self.webhook(receiver if path == "/" else f"{receiver.rstrip('/')}/{path.removeprefix('/')}", *events, **more)
        return self.webhook(self.receivers.add(receiver, path, kind), *events, **more)

    def judge(self, allow: Iterable[str] = ()) -> None:
        """Raise an error if the client has broken a rule of conduct, except those whose codes are given, such as ``["MSG002"]``.

        The fixtures of pytest do it by themselves. Notes raise nothing.

        Raises:
            ConductError: a rule is broken, or one could not judge.
            AdminError: an allowed code belongs to no rule.
        """
        report = self.admin("GET", f"/report?format=json&allow={quote(','.join(allow))}")
        if report["broken"]:
            raise ConductError(broken_told(report["broken"]))
        if violations := failing(report):
            raise ConductError(violations_told(violations, world_of(report), on_purpose="judge(allow=[{}])"))
