"""A copy of a sandbox, in memory and for one export: it can be asked and acted upon, nobody else notices, and tests assert its answers."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

import orjson

from inbox_mock.admin import actors, faults
from inbox_mock.admin.operation import AdminCall, AdminOperation, declared_in
from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api.addressing import ROOT
from inbox_mock.api.execution import run
from inbox_mock.api.front import FrontCall
from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.pipeline import Backend, Pace
from inbox_mock.bundles.saving import start_image
from inbox_mock.domain import times
from inbox_mock.domain.admin_tokens import Caller
from inbox_mock.domain.errors import Refusal
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.timeline import pass_time
from inbox_mock.recordings import Exchange, Place, RecordedRequest, RecordedResponse, header
from inbox_mock.recordings.writing import ADMIN, JSON, VARIABLE, place_of
from inbox_mock.scenarios.build import Overrides, SandboxFactory, build_image, build_recipe
from inbox_mock.scenarios.loading import from_object
from inbox_mock.services import oauth
from inbox_mock.simulation.actions import handlers
from inbox_mock.store import commands
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
        self._backend = Backend(sandboxes, Pace(10**9, lambda: 0.0), lambda: 0.0, lambda: "", lambda _: None)
        self._index = OperationIndex(OPERATIONS)

    def spare(self) -> None:
        """Exempt the next request from faults and from the rate limit."""
        with self.sandbox.work() as work:
            for table in ("fault_pasts", "faults", "rate_limits"):
                work.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours

    def pass_until(self, at: datetime) -> None:
        """Handle what is due by a time, without webhooks."""
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
        body, status, headers = run(self._backend, call, *found, request.body or b"")
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


NOTHING = object()
UPLOADS = "/uploads/"
"""How the part of a file's address begins that another sandbox does not have."""


def started(copy: Copy, start: Start) -> Copy:
    """Return a copied sandbox as it was before all that its journal and its command log say, given its start; as it is if that is gone."""
    with copy.sandbox.work() as work:
        log = commands.every(work.db)
    return Copy(start_image(start, log) or copy.sandbox.image()[0], 0.0)


def reproduced(steps: Iterable[Exchange | Command], tokens: Mapping[str, JSON], scenario: Mapping[str, Any]) -> tuple[list[Exchange], int]:
    """Return steps as a test takes them: answers hold what a new sandbox of a scenario answers, too, without addresses.

    What others did is a request to the admin API, without an answer. Also return how many answers of the new sandbox were others.
    """
    copy = Copy(build_image(from_object(scenario), Overrides(mode="manual"), 0.0), 0.0)
    with copy.sandbox.work() as work:
        given = {
            name: oauth.issue_token(work, made["application_id"], made["account_id"], tuple(made["scopes"]))["token"]
            for name, made in tokens.items()
        }
    found: list[Exchange] = []
    differing = 0
    for step in steps:
        at = times.parse(step.at) if isinstance(step, Command) else step.at
        if at is not None:
            copy.pass_until(at)
        if isinstance(step, Command):
            found += [_asked(step)] if copy.act(step) else []
            continue
        variable = VARIABLE.search(header(step.request.headers, "Authorization") or "")
        if variable is not None and variable[1] not in given:  # a token of no account: a test cannot make it
            differing += 1
            continue
        again = copy.answer(step.request, variable and given[variable[1]])
        response, is_same = _agreed(step.response, again, place_of(step.request.url)[0])
        found.append(replace(step, response=response))
        differing += not is_same
    return found, differing


def _asked(command: Command) -> Exchange:
    """Return the request to the sandbox's admin API that does what a command did."""
    operation = ACTIONS[command.kind]
    path: Any = command.details["path"]
    rule = re.sub(r"<(\w+)>", lambda named: quote(str(path[named[1]]), safe=""), operation.rule.removeprefix("/sandboxes/<id>"))
    request = RecordedRequest(operation.method, ADMIN + rule, (), orjson.dumps(command.details["body"]))
    return Exchange(Place("commands", command.id), request, None, times.parse(command.at))


def _agreed(response: RecordedResponse | None, again: RecordedResponse | None, origin: str) -> tuple[RecordedResponse | None, bool]:
    """Return what two answers have in common, and whether they are the same but for addresses."""
    if response is None or again is None:
        return response and RecordedResponse(response.status, (), None), True
    if response.status != again.status:
        return None, False
    if not response.body or not again.body:
        return (None if response.status == 304 else RecordedResponse(response.status)), True  # the ETag depends on addresses
    try:
        recorded, answered = orjson.loads(response.body), orjson.loads(again.body)
    except orjson.JSONDecodeError:  # as a fault may have it: a test asserts the status alone
        return RecordedResponse(response.status), response.body == again.body
    both = _common(recorded, answered, origin)
    return RecordedResponse(response.status, (), orjson.dumps(both)), both == _common(recorded, recorded, origin)


def _common(one: object, other: object, origin: str) -> object:
    """Return what two values of JSON have in common, without addresses; NOTHING if that is nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = {name: _common(value, other[name], origin) for name, value in one.items() if name in other}
        return {name: value for name, value in both.items() if value is not NOTHING}
    if isinstance(one, list) and isinstance(other, list):
        items = [_common(*pair, origin) for pair in zip(one, other, strict=False)]
        return items if len(one) == len(other) and NOTHING not in items else NOTHING
    is_address = isinstance(one, str) and (origin in one or one.startswith(UPLOADS))
    return one if one == other and type(one) is type(other) and not is_address else NOTHING
