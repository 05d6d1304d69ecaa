"""The pipeline of every request of the API and of OAuth: its sandbox, a kept answer or a new one, fault, journal, headers.

A read is answered the same until a record changes. What an operation answers is in `inbox_mock.api.execution`.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from sys import getsizeof
from threading import Lock
from typing import cast

from inbox_mock.api import rendering
from inbox_mock.api.addressing import ROOT, Call
from inbox_mock.api.fault_injection import InjectedFault
from inbox_mock.api.rendering import Headers, Rendered
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.errors import NotFound, NotRead, Refusal
from inbox_mock.domain.reasons import Reason, in_words
from inbox_mock.engine import redaction
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import UnitOfWork, Writes
from inbox_mock.services.oauth import Grant
from inbox_mock.store.database import Row
from inbox_mock.store.journal import size_besides_body
from inbox_mock.store.values import MISREAD

REFUSED = "inbox_mock.refused"
"""The key of a request's environ under which a server puts the `NotRead` of a request that it refuses."""
JOURNALED = "inbox_mock.journaled"
"""The key under which an answered request has the id of its sandbox, and the id and content of its journal entry."""
Journaled = tuple[str, int, Row]
TOO_FAST = NotRead(503, "this sandbox is called too often: try again in a second")


BESIDES = 8_000
"""About how many bytes of memory are kept of an answer besides its texts: its headers, and its entry in the journal."""
ASKED = (
    *("QUERY_STRING", "HTTP_AUTHORIZATION", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT", "HTTP_USER_AGENT", "CONTENT_TYPE"),
    *("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME", ROOT),
)
"""The keys of a request's environ on which the answer to a read depends, and its entry in the journal."""


class Pace:
    """Counts the requests to each sandbox in the present second; ``seconds`` is a clock that never goes back.

    A program that runs wild must not take the server from those who share it. That is the server's limit, not the API's hourly one, so
    what is beyond it is answered 503 and not 429: that the real service is overloaded can happen, that a client has used up its hour
    would not be true.
    """

    def __init__(self, most: int, seconds: Callable[[], float]) -> None:
        self.most = most
        self._seconds = seconds
        self._second = 0
        self._counted: Counter[str] = Counter()
        self._lock = Lock()

    def allows(self, sandbox_id: str) -> bool:
        """Count a request, and return whether the sandbox has had at most ``most`` in this second."""
        second = int(self._seconds())
        with self._lock:
            if second != self._second:
                self._second, self._counted = second, Counter()
            self._counted[sandbox_id] += 1
            return self._counted[sandbox_id] <= self.most


@dataclass(frozen=True, slots=True)
class Backend:
    """What answering needs: the sandboxes, their pace, a stopwatch (seconds), a source of request ids, and a way to wait (seconds)."""

    sandboxes: Sandboxes
    pace: Pace
    stopwatch: Callable[[], float]
    request_id: Callable[[], str]
    wait: Callable[[float], object]


def key_of(request: Call) -> Hashable:
    """Return what another request has too only if it is answered the same."""
    return (request.method, request.path, *map(request.environ.get, ASKED))


@dataclass(frozen=True, slots=True)
class Lasting:
    """Why an answer stays the same as long as no record changes, and as long as a grant holds: it only reads, and no fault strikes it.

    Unless ``at`` is None, it is the answer at that time only. ``headers`` are those without the rate limit's.
    """

    grant: Grant
    at: str | None
    headers: Headers


@dataclass(slots=True)
class Answered:
    """What a request is answered, before a fault changes it; ``fault`` is the one that strikes it, if one does.

    ``entry`` returns the part of the journal's entry that depends on the API that was called, given the body and the headers
    that reach the client.
    """

    body: bytes
    status: int
    headers: Headers
    fault: InjectedFault | None
    entry: Callable[[bytes, Headers], Row]
    lasting: Lasting | None = None


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A lasting answer, the reasons that explain it, and its entry in the journal, without secrets."""

    answered: Answered
    lasting: Lasting
    reasons: list[Reason]
    entry: Row

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.answered.body) + getsizeof(self.entry["response"]["body"]) + size_besides_body(self.entry) + BESIDES

    def again(self, work: UnitOfWork) -> Answered | None:
        """Return the answer to the same request now, or None if it is another one."""
        grant, at = self.lasting.grant, self.lasting.at
        if at not in {None, work.now} or grant.has_expired(work.now):
            return None
        allowance = work.spend(grant.application_id)
        if allowance.exceeded:
            return None
        work.reasons += self.reasons
        rate = rendering.rate_headers(allowance)
        answered = self.entry["response"]
        entry = {**self.entry, "at": work.now, "response": {**answered, "headers": {**answered["headers"], **dict(rate)}}}
        return Answered(self.answered.body, self.answered.status, self.lasting.headers + rate, None, lambda _body, _headers: entry)


def respond(
    backend: Backend,
    request: Call,
    sandbox_id: str,
    answer: Callable[[UnitOfWork], Answered],
    render: Callable[[Refusal], Rendered] = rendering.refused,
    *,
    key: Hashable = None,
) -> Rendered:
    """Answer a request in the sandbox that its credential names, with the fault that strikes it, and write it into the journal.

    One that only reads has a ``key``, which another one has only if it asks for the same; it opens no transaction, unless it has to.
    If the sandbox is called too often in this second, it is not waited for: the answer is a refusal, as ``render`` makes it.
    """
    try:
        return _respond(backend, request, sandbox_id, answer, render, key)
    except NotFound:
        backend.sandboxes.forget(sandbox_id)  # another process has deleted it, and its credentials are unknown
        return _respond(backend, request, DEFAULT_SANDBOX, answer, render, key)


def _respond(
    backend: Backend,
    request: Call,
    sandbox_id: str,
    answer: Callable[[UnitOfWork], Answered],
    render: Callable[[Refusal], Rendered],
    key: Hashable,
) -> Rendered:
    started = backend.stopwatch()
    sandbox = backend.sandboxes.get_or_default(sandbox_id)
    if not backend.pace.allows(sandbox.id):
        return at_once(backend, sandbox.now, TOO_FAST, render, Reason("sandbox_rate", {"most": backend.pace.most}))
    beside = partial(_beside, sandbox, request.environ.get("REMOTE_PORT"), sandbox.last_entry, sandbox.answered)
    if key is not None and not sandbox.writes:
        with suppress(Writes, *MISREAD):  # a transaction tells which value of the database is wrong, if one is
            return _answer_in(sandbox.read(), backend, request, started, answer, key, beside)
    return _answer_in(sandbox.work(), backend, request, started, answer, key, beside)


def _beside(sandbox: Sandbox, port: str | None, arrived_after: int, answered: int) -> Row:
    """Return what tells rules which answers the client cannot have known: those given while it waited, or on other connections."""
    found: Row = {"arrived_after": arrived_after} if sandbox.answered > answered else {}
    sandbox.answered += 1
    if port is not None:  # which the system chooses: the same calls leave the same journal
        connection = sandbox.connections.setdefault(port, len(sandbox.connections) + 1)
        if connection > 1:
            found["connection"] = connection
    return found


def _answer_in(
    opening: AbstractContextManager[UnitOfWork],
    backend: Backend,
    request: Call,
    started: float,
    answer: Callable[[UnitOfWork], Answered],
    key: Hashable,
    beside: Callable[[], Row],
) -> Rendered:
    with opening as work:
        began = work.now
        known = None if key is None else cast("CachedAnswer | None", work.kept(key))
        again = None if known is None else known.again(work)
        answered = again or answer(work)
        fault, status, headers, seen = answered.fault, answered.status, answered.headers, answered.body
        if fault is not None:
            answered.body, seen = fault.end(answered.body, headers)
        if work.reasons:
            headers += rendering.why_header(in_words(work.reasons))
        told = {
            "at": work.now,
            "method": request.method,
            "path": request.path,
            "status": None if fault is not None and fault.unanswered else status,
            "caused": work.caused,
            **answered.entry(seen, headers),
        }
        if work.now != began:  # the answer takes its time, or time passes in it
            told["request"] = {**told["request"], "began": began}
        entry = told if again else redaction.of_entry(work, told)
        if answered.lasting is not None:
            kept = CachedAnswer(answered, answered.lasting, work.reasons, entry)
            work.keep(key, kept, kept.size + len(str(key)))
        if told_beside := beside():  # not kept with the answer: it is about this request alone
            entry = {**entry, "request": {**entry["request"], **told_beside}}
        work.request_id = request_id = backend.request_id()
        work.record(entry)
        headers.append(("X-Mock-Request-Id", str(work.journaled)))
    request.environ[JOURNALED] = work.sandbox_id, work.journaled, entry
    longer = 0.0 if fault is None else fault.wait(backend.wait)
    headers += rendering.trace_headers(work.now, request_id, backend.stopwatch() - started + longer)
    if fault is not None:
        fault.finish(headers)
    return rendering.complete(answered.body, status, headers)


def at_once(
    backend: Backend,
    now: str,
    refusal: Refusal,
    render: Callable[[Refusal], Rendered] = rendering.refused,
    reason: Reason | None = None,
) -> Rendered:
    """Return a refusal that is about no record of a sandbox, dated by its time ``now``, without waiting for it."""
    started = backend.stopwatch()
    body, status, headers = render(refusal)
    if reason is not None:
        headers += rendering.why_header(in_words([reason]))
    if refusal is TOO_FAST:
        headers.append(("Retry-After", "1"))
    headers += rendering.trace_headers(now, backend.request_id(), backend.stopwatch() - started)
    return rendering.complete(body, status, headers)
