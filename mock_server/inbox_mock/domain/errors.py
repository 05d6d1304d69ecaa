"""Everything that can be refused, in the words of the domain.

* Refusal
    - Unauthorized     no usable token came with the request
    - Forbidden        the token lacks the scope
    - NotFound         the record is not in this sandbox, or belongs to another account
    - Unreadable       the body is not what a body must look like
    - Invalid          a field breaks a constraint
    - RateLimited      the application used up its hour
    - MethodRefused    the address exists, the method does not
    - AddressTooLong   the answer's Link header would be longer than clients can read
    - BodyTooLarge     the body is larger than this server reads
    - Busy             another advance of the same sandbox is under way
    - Broken           a bug of this project: an answer, too
    - OAuthRefused     the token endpoint says no
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, addressed to one field where there is one."""

    code: str
    title: str | None = None
    field: str | None = None


def invalid(field: str, title: str) -> Problem:
    """Return the problem of a field that breaks a constraint."""
    return Problem("validation_failed", title, field)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """A request that was understood and turned down."""

    code = "refused"

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems or (Problem(self.code),)
        super().__init__("; ".join(f"{p.field or p.code}: {p.title or p.code}" for p in self.problems))


class Unauthorized(Refusal):
    """No usable token came with the request."""

    code = "unauthorized"

    def __init__(self, reason: str = "The access token is invalid") -> None:
        super().__init__()
        self.reason = reason


class Forbidden(Refusal):
    """The token lacks the scope."""

    code = "forbidden"


class NotFound(Refusal):
    """The record is not in this sandbox, or belongs to another account."""

    code = "not_found"


class BadRequest(Refusal):
    """The body is not what a body must look like."""

    code = "bad_request"

    def __init__(self, title: str) -> None:
        super().__init__(Problem(self.code, title))


class Invalid(Refusal):
    """A field breaks a constraint."""

    code = "validation_failed"


class RateLimited(Refusal):
    """The application used up its hour."""

    code = "rate_limit_exceeded"

    def __init__(self) -> None:
        super().__init__(Problem(self.code, "API v3 rate limit exceeded."))


class MethodNotAllowed(Refusal):
    """The address exists, the method does not."""

    code = "method_not_allowed"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


class UriTooLong(Refusal):
    """The answer's Link header would be longer than clients can read."""

    code = "uri_too_long"

    def __init__(self) -> None:
        super().__init__(Problem(self.code, "ask for fewer ids at once: the Link header would pass 65,000 bytes"))


class PayloadTooLarge(Refusal):
    """The body is larger than this server reads."""

    code = "payload_too_large"


class Conflict(Refusal):
    """Another advance of the same sandbox is under way."""

    code = "busy"


class InternalError(Refusal):
    """A bug of this project: an answer, too."""

    code = "internal_server_error"

    def __init__(self) -> None:
        super().__init__(Problem(self.code, "a bug of the Inbox Mock; its log says more"))


class OAuthRefused(Refusal):
    """The token endpoint says no; ``error`` is the OAuth 2.0 error code."""

    code = "oauth"

    def __init__(self, error: str, description: str) -> None:
        super().__init__(Problem(error, description))
        self.error = error
        self.description = description
