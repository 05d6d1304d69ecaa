"""What a request is answered, and that answer cached: a read is answered the same until a record changes."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from sys import getsizeof

from inbox_mock.api import rendering
from inbox_mock.api.addressing import ROOT, Call
from inbox_mock.api.fault_injection import InjectedFault
from inbox_mock.api.rendering import Headers
from inbox_mock.domain.reasons import Reason
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.oauth import Grant
from inbox_mock.store.access import Allowance
from inbox_mock.store.database import Row
from inbox_mock.store.journal import size_besides_body

BESIDES = 8_000
"""About how many bytes of memory are kept of an answer besides its texts: its headers, and its entry in the journal."""
ASKED = (
    *("QUERY_STRING", "HTTP_AUTHORIZATION", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT", "HTTP_USER_AGENT", "CONTENT_TYPE"),
    *("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME", ROOT),
)
"""The keys of a request's environ on which the answer to a read depends, and its entry in the journal."""


def key_of(request: Call) -> Hashable:
    """Return what another request has too only if it is answered the same."""
    return (request.method, request.path, *map(request.environ.get, ASKED))


def is_over(work: UnitOfWork, allowance: Allowance) -> bool:
    """Return whether a request is one more than is allowed."""
    return allowance.used > allowance.limit and work.settings.rate_limit_enforced


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
    """What a request is answered, before a fault has its way with it; ``fault`` is the one that strikes it, if one does.

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
        if is_over(work, allowance):
            return None
        work.reasons += self.reasons
        rate = rendering.rate_headers(allowance)
        answered = self.entry["response"]
        entry = {**self.entry, "at": work.now, "response": {**answered, "headers": {**answered["headers"], **dict(rate)}}}
        return Answered(self.answered.body, self.answered.status, self.lasting.headers + rate, None, lambda _body, _headers: entry)
