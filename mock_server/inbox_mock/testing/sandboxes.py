"""Sandboxes of a fake in this process, whose webhooks may go to functions and WSGI applications, without a socket."""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from inbox_mock.client import JSON, PREFIX, AdminClient, AdminError, SandboxClient
from inbox_mock.client.calls import FILE_NAME, file_of
from inbox_mock.conduct.failure import broken_told, failing, violations_told
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from inbox_mock.app import Fake
    from inbox_mock.engine.sandbox import Sandbox
    from inbox_mock.scenarios.build import SandboxFactory

__tracebackhide__ = True
RAISED = 500
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
    from inbox_mock.admin.labels import label_of
    from inbox_mock.admin.operation import checked
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
    from inbox_mock.admin.sandbox_shown import listed
    from inbox_mock.domain.admin_tokens import Caller
    from inbox_mock.store.homes import Listed

    storage = fake.sandboxes.get(sandbox_id).storage
    call = AdminCall(Caller(), fake.factory, origin, {}, {}, {}, fake.sender)
    made = listed(call, Listed(storage.id, storage.label, storage.facts, storage.size))
    return SandboxClient(client_of(fake.wsgi, origin), sandbox_id, orjson.loads(orjson.dumps(made)))


def receiving_sandbox(fake: "Fake", sandbox_id: str, origin: str, receivers: "Receivers | None" = None) -> "ReceivingSandbox":
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

    def __init__(self, server: AdminClient, made: JSON, receivers: "Receivers") -> None:
        super().__init__(receivers.raising(server), str(made["id"]), made)
        self._receivers = receivers

    def webhooks_to(self, receiver: Callable[..., Any], *events: str, path: str = "/", **more: object) -> JSON:
        """Send webhooks to a function of one argument, the `Webhook`, or to a WSGI application, such as one of Flask or Django.

        In a scenario that has a receiver, it takes that role, as `webhook` says. They arrive while the clock is advanced, signed,
        at ``path``. A function may return the status of its answer, by default 200. An exception of the receiver is raised by the
        call that sent the webhook. Return the subscription.

        Raises:
            TypeError: the receiver is neither a function of one argument nor a WSGI application.
        """
        return self.webhook(self._receivers.add(receiver, path), *events, **more)

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
            world = f"scenario {report['scenario']}, seed {report['seed']}"
            raise ConductError(violations_told(violations, world, on_purpose="judge(allow=[{}])"))


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as a function receives it: header names as they were written, the body untouched."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def event(self) -> str:
        """Its event, such as ``inbox_message_created``."""
        return str(self.json["event"])


class Receivers:
    """Passes webhooks to receivers. An exception of a receiver is kept in ``raised``, and counts as a response with status 500."""

    def __init__(self, sender: WebhookSender) -> None:
        self.raised: list[BaseException] = []
        self._sender = sender
        self._hosts: list[str] = []
        self._closed = False

    def add(self, receiver: Callable[..., Any], path: str) -> str:
        """Return the URL of a receiver: a function of one argument, the `Webhook`, or a WSGI application.

        Raises:
            TypeError: it is neither.
        """
        answer = _answering(receiver)
        host = next(name for name in (f"receiver-{number}.test" for number in count(1)) if name not in self._sender.local_receivers)

        def receive(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
            try:
                return answer(url, headers, body)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - pytest's own failures are no Exceptions; it is raised again later
                self.raised.append(error)
                return RAISED, {}, f"{type(error).__name__}: {error}"

        self._sender.local_receivers[host] = receive
        self._hosts.append(host)
        return f"http://{host}/{path.removeprefix('/')}"

    def raising(self, server: AdminClient) -> AdminClient:
        """Return a client whose calls raise the exceptions of receivers that ran during them.

        After `close` it makes no calls: the application may belong to another test by then.
        """

        def send(method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
            if self._closed:
                raise AdminError("this sandbox is held no longer: its inbox_mock() has ended")
            answer = server.send(method, path, body)
            if self.raised:
                raised, self.raised[:] = self.raised[0], []
                raise raised
            return answer

        return AdminClient(server.root, send)

    def close(self) -> BaseException | None:
        """Remove every receiver; return a receiver's exception that no call has raised yet."""
        self._closed = True
        for host in self._hosts:
            self._sender.local_receivers.pop(host, None)
        return next(iter(self.raised), None)


Answering = Callable[[str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], str]]


def _answering(receiver: Callable[..., Any]) -> Answering:
    arguments = _arguments(receiver)
    if arguments == 1 and not inspect.iscoroutinefunction(receiver):
        return _by_function(receiver)
    if arguments == 2:
        return _by_wsgi(receiver)
    raise TypeError(f"webhooks cannot go to {receiver!r}: expected a function of one argument, the webhook, or a WSGI application")


def _arguments(receiver: Callable[..., Any]) -> int | None:
    """Return how many positional arguments a callable requires, or None if that cannot be told."""
    try:
        found = inspect.signature(receiver).parameters.values()
    except (TypeError, ValueError):
        return None
    return sum(one.default is one.empty and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} for one in found)


def _by_function(receiver: Callable[[Webhook], object]) -> Answering:
    def answer(_url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        status = receiver(Webhook(headers, body))
        return (status if isinstance(status, int) and not isinstance(status, bool) else 200), {}, ""

    return answer


def _by_wsgi(receiver: Callable[..., Any]) -> Answering:
    from werkzeug.test import Client

    client = Client(receiver, use_cookies=False)

    def answer(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        parts = urlsplit(url)
        answered = client.open(
            parts.path, method="POST", base_url=f"http://{parts.netloc}", query_string=parts.query, headers=dict(headers), data=body
        )
        return answered.status_code, dict(answered.headers), answered.get_data(as_text=True)

    return answer
