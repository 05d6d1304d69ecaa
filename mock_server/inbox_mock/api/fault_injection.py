"""Applying faults to requests in the API pipeline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from inbox_mock.api.addressing import Call
from inbox_mock.api.rendering import Headers
from inbox_mock.domain import times
from inbox_mock.domain.errors import Problem, RateLimited, Unauthorized
from inbox_mock.domain.reasons import Reason
from inbox_mock.engine.timeline import pass_time
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active
from inbox_mock.faults.active import RequestStrike
from inbox_mock.faults.declaration import ConnectionEffect, Replacement, RequestFacts
from inbox_mock.store import faults as store
from inbox_mock.store.access import Allowance, window_of

CONNECTION = "inbox_mock.connection"  # the key in the WSGI environ under which a server puts its ConnectionControl
ConnectionControl = Callable[[ConnectionEffect, int], None]
"""Tells the server what to do to the connection, and how many bytes of the body to send before it is cut."""

SYNCED_AT = "x-updated-since-request-synced-at"


@dataclass(frozen=True, slots=True)
class ErrorFormat:
    """The errors of an API: their content type, and the body that names a problem."""

    content_type: str
    body: Callable[[Problem], bytes]


class Replaced(Exception):  # noqa: N818 - a response, not an error
    """A fault answers in place of the operation, with ``problem`` in the API's format where the replacement has no body."""

    def __init__(self, replacement: Replacement, errors: ErrorFormat, problem: Problem | None = None) -> None:
        super().__init__(replacement.status)
        self.status = replacement.status
        self.body = errors.body(problem or _problem_of(self.status)) if replacement.body is None else replacement.body
        self.headers: Headers = [("Content-Type", replacement.content_type or errors.content_type), ("Cache-Control", "no-cache")]


class InjectedFault:
    """The fault that strikes a request, from the moment it is chosen until the response is sent.

    ``errors`` is the format of the API that was called; ``control`` is None where no server on a port answers.
    """

    def __init__(self, strike: RequestStrike, errors: ErrorFormat, control: ConnectionControl | None) -> None:
        self._strike = strike
        self._effect = strike.effect
        self._errors = errors
        self._control = control
        self._past: UnitOfWork | None = None
        self._kept: int | None = None

    @property
    def unanswered(self) -> bool:
        """Whether no response reaches the client."""
        return self._effect.connection in {"close", "reset"} and self._control is not None

    @property
    def shift(self) -> int:
        """The number of records by which a list's page has moved."""
        return self._effect.shift

    def allowance(self, allowance: Allowance) -> Allowance:
        """Return what is left of the hour's requests."""
        if isinstance(self._effect.refusal, RateLimited):
            return replace(allowance, used=allowance.limit + 1)
        return replace(allowance, used=allowance.limit) if self._effect.spends_the_hour else allowance

    def begin(self, work: UnitOfWork) -> None:
        """Apply the effects before the operation.

        Raises:
            Refusal: the fault is a refusal of the API.
            Replaced: the fault answers in place of the operation.
        """
        effect = self._effect
        if effect.connection is not None and self._control is None:
            reason = Reason("fault_needs_server")
            work.reasons.append(reason)
            raise Replaced(Replacement(status=501), self._errors, Problem("not_implemented", reason.text))
        if effect.takes and not effect.waits:
            pass_time(work, effect.takes)
        if effect.refusal is not None:
            raise effect.refusal
        if not effect.applied:
            raise Replaced(effect.replacement or Replacement(status=503, body=b""), self._errors)

    def replace(self) -> None:
        """Replace the answer to an operation that was carried out, if the fault does.

        Raises:
            Replaced: the fault answers in its place.
        """
        if self._effect.replacement is not None:
            raise Replaced(self._effect.replacement, self._errors)

    def unit_of_work_for_read(self, work: UnitOfWork) -> UnitOfWork:
        """Return the unit of work that the operation reads: of the sandbox as it was when the fault was set, for a stale read."""
        if not self._effect.reads_past:
            return work
        self._past = work.on(store.past(work.db, self._strike.fault_id))
        return self._past

    def end(self, body: bytes, headers: Headers) -> tuple[bytes, bytes]:
        """Return the response's body, and the part of it that reaches the client; close the database opened for a stale read."""
        if self._past is not None:
            self._past.db.close()
        headers += self._effect.headers
        if self._effect.rewrite is not None:
            body = self._effect.rewrite(body)
        if self.unanswered:
            headers.clear()
            return b"", b""
        if self._effect.connection != "cut" or self._control is None:
            return body, body
        self._kept = len(body) // 2 if self._effect.kept is None else self._effect.kept
        return body, body[: self._kept]

    def wait(self, sleep: Callable[[float], object]) -> float:
        """Sleep if the fault requires it; return the seconds to add to the measured duration of the request."""
        seconds = self._effect.takes.total_seconds()
        if not self._effect.waits:
            return seconds
        sleep(seconds)
        return 0.0

    def finish(self, headers: Headers) -> None:
        """Set the synced-at header to the time of the stale read, and tell the server what to do to the connection."""
        if self._past is not None and self._effect.honest:
            headers[:] = [(name, times.synced_at(self._strike.set_at) if name == SYNCED_AT else value) for name, value in headers]
        if self._control is not None and self._effect.connection is not None:
            self._control(self._effect.connection, self._kept or 0)


def strike(work: UnitOfWork, request: Call, errors: ErrorFormat, application_id: int, token_id: int = 0) -> InjectedFault | None:
    """Return the fault that strikes a request, or None.

    Raises:
        Unauthorized: the fault makes the token invalid.
    """
    path, query = request.path.rstrip("/"), request.environ.get("QUERY_STRING", "")
    facts = RequestFacts(request.method, path, query, application_id, token_id, window_of(work.instant))
    struck = active.strike(work, facts)
    if struck is None:
        return None
    work.reasons.append(struck.reason)
    if isinstance(struck.effect.refusal, Unauthorized):
        raise struck.effect.refusal
    return InjectedFault(struck, errors, request.environ.get(CONNECTION))


def _problem_of(status: int) -> Problem:
    title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown Error"
    return Problem(title.lower().replace(" ", "_").replace("-", "_"), title)
