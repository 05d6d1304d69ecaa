"""Everything that can be refused: the refusals, each with its code and HTTP status."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from inbox_mock.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, addressed to one field where there is one."""

    code: str
    title: str | None = None
    field: str | None = None


BLANK = "can't be blank"
"""What is wrong with a field that needs a value, and with an id that leads to no record of the account."""


def invalid(field: str, title: str) -> Problem:
    """Return the problem of a field that breaks a constraint."""
    return Problem("validation_failed", title, field)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of the server
    """A request that was understood and turned down: ``code`` names the reason, ``status`` is the HTTP status of the answer.

    ``title`` is the reason in words, for a refusal without ``problems``.
    """

    code = "refused"
    status = 400
    title: str | None = None

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems or (Problem(self.code, self.title),)
        super().__init__("; ".join(f"{p.field or p.code}: {p.title or p.code}" for p in self.problems))


class Unauthorized(Refusal):
    """The request presents no usable token.

    ``reason`` is what the real service says of it, ``why`` what this one knows besides, for X-Mock-Why and the journal.
    """

    code = "unauthorized"
    status = 401

    def __init__(self, reason: str = "The access token is invalid", why: Reason | None = None) -> None:
        super().__init__()
        self.reason, self.why = reason, why


class Forbidden(Refusal):
    """The token lacks the scope."""

    code = "forbidden"
    status = 403


class NotFound(Refusal):
    """The record is not in this sandbox, or belongs to another account."""

    code = "not_found"
    status = 404


class BadRequest(Refusal):
    """The body does not have the expected form."""

    code = "bad_request"
    status = 400

    def __init__(self, title: str) -> None:
        super().__init__(Problem(self.code, title))


class Invalid(Refusal):
    """A field breaks a constraint."""

    code = "validation_failed"
    status = 422


def raise_together(*checks: Callable[[], object]) -> None:
    """Call every check.

    Raises:
        Invalid: some do; it has the problems of all.
    """
    problems: list[Problem] = []
    for check in checks:
        try:
            check()
        except Invalid as refusal:
            problems += refusal.problems
    if problems:
        raise Invalid(*problems)


class RateLimited(Refusal):
    """The application has used up its requests of this hour."""

    code = "rate_limit_exceeded"
    status = 429
    title = "API v3 rate limit exceeded."


class MethodNotAllowed(Refusal):
    """The address exists, the method does not."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


class UriTooLong(Refusal):
    """The answer's Link header would be longer than clients can read."""

    code = "uri_too_long"
    status = 414
    title = "ask for fewer ids at once: the Link header would pass 65,000 bytes"


class PayloadTooLarge(Refusal):
    """The body is larger than this server reads."""

    code = "payload_too_large"
    status = 413


class SandboxFull(Refusal):
    """What a sandbox keeps has reached its limit."""

    code = "sandbox_full"
    status = 507
    title = "the sandbox is full: reset it, or make another one"


class HomeUnavailable(Refusal):
    """The place where sandboxes are kept cannot be reached, read or written; nothing was changed, as far as it is known.

    ``reason`` may name hosts and files: it is for the log, and for whoever may read the admin API. ``title`` is for everybody.
    """

    code = "service_unavailable"
    status = 503
    title = "the place where sandboxes are kept cannot be read or written: try again"

    def __init__(self, reason: str, title: str = title) -> None:
        super().__init__(Problem(self.code, title))
        self.reason, self.title = reason, title

    def __str__(self) -> str:
        """Return why."""
        return self.reason

    def in_full(self) -> "HomeUnavailable":
        """Return the refusal that tells the reason."""
        return HomeUnavailable(self.reason, self.reason)


class Elsewhere(BaseException):
    """A sandbox is served by another worker, which is to be given the request. No Exception: nothing answers it as an error."""

    def __init__(self, sandbox_id: str) -> None:
        super().__init__(sandbox_id)
        self.sandbox_id = sandbox_id


class SandboxExists(Exception):  # noqa: N818 - another process was faster, which its maker can handle
    """A sandbox of this id exists already."""


class Conflict(Refusal):
    """Another advance of the same sandbox is running."""

    code = "busy"
    status = 409


class NotRead(Refusal):
    """A request that the server cannot read, or not to its end: nothing of it is executed. ``status`` is one of ``codes``."""

    codes = MappingProxyType(
        {
            400: "bad_request",
            408: "request_timeout",
            413: "payload_too_large",
            414: "uri_too_long",
            417: "expectation_failed",
            421: "misdirected_request",
            431: "headers_too_large",
            501: "not_implemented",
            503: "service_unavailable",
            505: "version_not_supported",
        }
    )

    def __init__(self, status: int, title: str) -> None:
        self.status, self.code = status, self.codes[status]
        super().__init__(Problem(self.code, title))


class InternalError(Refusal):
    """A bug of this project."""

    code = "internal_server_error"
    status = 500
    title = "a bug of the Inbox Mock; its log says more"


class OAuthRefused(Refusal):
    """The OAuth endpoints refuse the request; ``error`` is the OAuth 2.0 error code."""

    code = "oauth"
    status = 401

    def __init__(self, error: str, description: str) -> None:
        super().__init__(Problem(error, description))
        self.error = error
        self.description = description
