"""What a fault does to a request on its way through the pipeline."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import Request

from inbox_mock.api.rendering import JSON_API, Headers, problems_body
from inbox_mock.domain import times
from inbox_mock.domain.errors import Problem, RateLimited, Unauthorized
from inbox_mock.domain.rate_limit import Allowance, window_of
from inbox_mock.engine.timeline import pass_time
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import Asked, Instead
from inbox_mock.services import faults
from inbox_mock.services.faults import Struck
from inbox_mock.services.oauth import Grant
from inbox_mock.store import faults as store

WIRE = "inbox_mock.wire"  # where the server puts what carries out what only the wire can do
Order = Callable[[str, int], None]
SYNCED_AT = "x-updated-since-request-synced-at"
ONLY_SERVED = "only a server on a port can do that, and this one answers in process; nothing was done"


class Answered(Exception):  # noqa: N818 - an answer, not an error
    """A fault answers in place of the verb."""

    def __init__(self, instead: Instead) -> None:
        super().__init__(instead.status)
        self.body, self.status = instead.body, instead.status
        self.headers: Headers = [("Content-Type", instead.content_type), ("Cache-Control", "no-cache")]


class InjectedFault:
    """A request that is struck. ``unanswered``: the client sees no answer; ``work`` is where the verb sees the sandbox."""

    def __init__(self, struck: Struck, work: UnitOfWork, order: Order | None) -> None:
        self._struck = struck
        self._sabotage = struck.sabotage
        self._order = order
        self.work = work
        self._past: UnitOfWork | None = None
        self._kept: int | None = None

    @property
    def unanswered(self) -> bool:
        """Whether no answer goes out."""
        return self._sabotage.wire in {"close", "reset"} and self._order is not None

    @property
    def shifted(self) -> int:
        """By how many records the page has moved."""
        return self._sabotage.shifted

    def allowance(self, allowance: Allowance) -> Allowance:
        """Return what is left of the hour."""
        return replace(allowance, used=allowance.limit + 1) if isinstance(self._sabotage.refusal, RateLimited) else allowance

    def begin(self) -> None:
        """Do what is to be done before the verb.

        Raises:
            Refusal: the fault is one that the API knows itself.
            Answered: the fault answers in place of the verb.

        """
        sabotage = self._sabotage
        if sabotage.wire is not None and self._order is None:
            self.work.why.append(ONLY_SERVED)
            raise Answered(Instead(status=501, body=problems_body([Problem("not_implemented", ONLY_SERVED)]), content_type=JSON_API))
        if sabotage.takes and not sabotage.really:
            pass_time(self.work, sabotage.takes)
        if sabotage.refusal is not None:
            raise sabotage.refusal
        if not sabotage.applied:
            raise Answered(sabotage.instead or Instead(status=503, body=b"", content_type=JSON_API))
        if sabotage.from_the_past:
            self._look_back()

    def end(self, body: bytes, headers: Headers) -> tuple[bytes, bytes]:
        """Return the answer's body, and as much of it as reaches the client."""
        if self._past is not None:
            self._past.db.close()
        headers += self._sabotage.headers
        if self._sabotage.spoil is not None:
            body = self._sabotage.spoil(body)
        if self.unanswered:
            headers.clear()
            return b"", b""
        if self._sabotage.wire != "cut" or self._order is None:
            return body, body
        self._kept = len(body) // 2 if self._sabotage.kept is None else self._sabotage.kept
        return body, body[: self._kept]

    def wait(self, sleep: Callable[[float], None]) -> float:
        """Wait if that is wanted; return by how many seconds it took longer than a stopwatch tells."""
        seconds = self._sabotage.takes.total_seconds()
        if not self._sabotage.really:
            return seconds
        sleep(seconds)
        return 0.0

    def carry_out(self, headers: Headers) -> None:
        """Let the headers tell how old the answer is, and the wire do its part."""
        if self._past is not None and self._sabotage.honest:
            headers[:] = [(name, times.synced_at(self._struck.set_at) if name == SYNCED_AT else value) for name, value in headers]
        if self._order is not None and self._sabotage.wire is not None:
            self._order(self._sabotage.wire, self._kept or 0)

    def _look_back(self) -> None:
        now = self.work
        self._past = now.on(store.past(now.db, self._struck.fault_id))
        self._past.why = now.why
        self.work = self._past


def strike(work: UnitOfWork, asked: Request, grant: Grant) -> InjectedFault | None:
    """Return what a fault does to a request, or None, which is nearly always.

    Raises:
        Unauthorized: the fault is that the token is no longer good.

    """
    if not faults.any_set(work):
        return None
    query = dict(parse_qsl(asked.environ.get("QUERY_STRING", ""), keep_blank_values=True))
    path = asked.path.removeprefix(faults.PREFIX).rstrip("/")
    page = query.pop("page", "1")
    listing = f"{grant.application_id} {path}?{urlencode(sorted(query.items()))}"
    number = (int(page) or 1) if page.isascii() and page.isdigit() and len(page) < 16 else 1
    request = Asked(asked.method, path, listing, number, grant.application_id, grant.token_id, window_of(work.instant))
    struck = faults.strike(work, request)
    if struck is None:
        return None
    work.why.append(struck.why)
    if isinstance(struck.sabotage.refusal, Unauthorized):
        raise struck.sabotage.refusal
    return InjectedFault(struck, work, asked.environ.get(WIRE))
