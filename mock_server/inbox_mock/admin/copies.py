"""A copy of a sandbox, in memory and for one export: it can be asked and acted upon, and nobody else notices."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from inbox_mock.admin import actors, faults
from inbox_mock.admin.operation import AdminCall, AdminOperation, declared_in
from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api.addressing import ROOT
from inbox_mock.api.front import FrontCall
from inbox_mock.api.index import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.pace import Pace
from inbox_mock.api.pipeline import Server, run
from inbox_mock.domain.admin_tokens import Caller
from inbox_mock.domain.errors import Refusal
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.timeline import pass_time
from inbox_mock.recordings.exchange import RecordedRequest, RecordedResponse, header
from inbox_mock.recordings.writing import place_of
from inbox_mock.scenarios.build import SandboxFactory, build_recipe
from inbox_mock.simulation.actions import handlers
from inbox_mock.store.commands import Command
from inbox_mock.store.homes import Start
from inbox_mock.store.homes.memory import MemoryHome
from inbox_mock.webhooks.sender import WebhookSender

ACTIONS: dict[str, AdminOperation] = {
    operation.name: operation for module in (actors, faults) for operation in declared_in(vars(module)) if operation.method != "GET"
}
"""What others than the client do by the admin API, by the kind of command with which it is logged."""


class Copy:
    """A sandbox of an image. Its clock stands, unless it is moved, at the wall clock's time ``wall``, and it sends no webhook."""

    def __init__(self, image: bytes, wall: float) -> None:
        sandboxes = Sandboxes(MemoryHome(), lambda: wall, handlers, describe, build_recipe)
        self.sandbox = sandboxes.add(Start(image=image), image, default=True)
        self._factory = SandboxFactory(sandboxes, lambda: wall, lambda _: False)
        self._server = Server(sandboxes, Pace(10**9, lambda: 0.0), lambda: 0.0, lambda: "", lambda _: None)
        self._index = OperationIndex(OPERATIONS)

    def spare(self) -> None:
        """Let no fault strike the next request, and no rate limit."""
        with self.sandbox.work() as work:
            for table in ("fault_pasts", "faults", "rate_limits"):
                work.db.execute(f"DELETE FROM {table}")  # noqa: S608

    def pass_until(self, at: datetime) -> None:
        """Let happen what is due by a time, without webhooks."""
        with self.sandbox.work() as work:
            pass_time(work, max(at, work.instant) - work.instant)

    def answer(self, request: RecordedRequest, credential: str | None) -> RecordedResponse | None:
        """Return the answer to a request of the API; None if it names no operation."""
        root, target = place_of(request.url)
        path, _, query = target.partition("?")
        found = self._index.match(request.method, unquote(path))
        if found is None:
            return None
        given = {
            "HTTP_AUTHORIZATION": credential and f"Bearer {credential}",
            "HTTP_IF_NONE_MATCH": header(request.headers, "If-None-Match"),
        }
        environ = {"QUERY_STRING": query, ROOT: root} | {name: value for name, value in given.items() if value}
        call = FrontCall(environ, request.method, unquote(path))
        body, status, headers = run(self._server, call, *found, request.body or b"")
        return RecordedResponse(status, tuple(headers), body)

    def act(self, command: Command) -> bool:
        """Do again what others than the client did, and return whether that was possible; ``command`` is one of `ACTIONS`."""
        details: Any = command.details
        path = {name: str(value) for name, value in details["path"].items()} | {"id": self.sandbox.id}
        call = AdminCall(Caller(), self._factory, "", path, {**details["body"]}, {}, WebhookSender(), operation=command.kind)
        with suppress(Refusal):
            ACTIONS[command.kind].run(call)
            return True
        return False
