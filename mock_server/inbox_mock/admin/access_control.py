"""Access control of the admin API, and its refusals as RFC 9457 problems."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING

import orjson
from flask import Request, Response, request

from inbox_mock.admin.checking import read_body
from inbox_mock.api.addressing import OWN_ADDRESS, name_in
from inbox_mock.api.rendering import phrase
from inbox_mock.domain import errors, limits
from inbox_mock.domain.addresses import Network, is_this_machine, is_within, plain_host
from inbox_mock.domain.admin_tokens import AdminToken, Caller, wanted
from inbox_mock.domain.errors import BLANK, Forbidden, Invalid, Problem, Refusal, Unauthorized, invalid
from inbox_mock.domain.spelling import FOUND, UNKNOWN, instead, listed, of_field, shortened
from inbox_mock.domain.values import encodable, whole_number

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PREFIX = "/__admin"
PUBLISHED = "--public-url without --trust-proxy, with which calls of this machine cannot be told from a proxy's"
PROBLEM_JSON = "application/problem+json"
SENT_BY_PROXIES = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
PRESENTS_NONE = "the admin API wants the token of --admin-token-file, as Authorization: Bearer ..."
NOUNS = {"deliveries": "delivery", "inbox": "conversation"}
"""What one of several is called in a refusal, where that is not the part of the address without its s."""


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The rules of access.

    With ``tokens``, every request must present one of them. Without, requests come from this machine, or from one of ``networks``, and
    address it by a loopback address, its own, or one of ``hosts``, which are plain hosts. None comes through a proxy, whose other
    side is unknown: what its headers say can be written by anybody, so that they are there is all that counts. A proxy may add none:
    ``published`` says that there is one of which nothing is known.
    """

    tokens: tuple[AdminToken, ...]
    hosts: frozenset[str]
    networks: frozenset[Network] = frozenset()
    published: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a blank host, with which a request without one has access."""
        if not all(map(str.strip, self.hosts)):
            raise ValueError("found a blank host; expected a name or an address")

    def check(self, request: Request, least: str) -> Caller:
        """Check that a request may call what wants at ``least`` this role, and return who calls.

        Without a token no page of another site has access, even if that site's name resolves to this machine.

        Raises:
            Unauthorized: there are admin tokens, and the request presents none of them.
            Forbidden: the token's role is not enough; or, without tokens, the request comes from elsewhere, addresses a host that is not
                allowed, or comes from a page of another site.
        """
        if self.tokens:
            found = self._presented(request)
            if not found:
                given = "Authorization" in request.headers
                told = "found a token that is none of --admin-token-file" if given else PRESENTS_NONE
                raise Unauthorized(f"{told}; {'expected' if given else 'here'} one with the role {wanted(least)}")
            if not found[0].may(least):
                raise Forbidden(
                    Problem("role", f"found the role {found[0].role}, of the token {found[0].name!r}; expected {wanted(least)}")
                )
            return found[0]
        self.check_host(request)
        origin = request.headers.get("Origin")
        foreign = origin is not None and origin != f"{request.scheme}://{request.host}"
        if foreign or request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            raise Forbidden(Problem("origin", "the admin API answers no page of another site"))
        return Caller()

    def _presented(self, request: Request) -> list[Caller]:
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ").strip().encode()
        return [one.caller for one in self.tokens if compare_digest(presented, one.token.encode())]

    def trusts(self, request: Request) -> bool:
        """Return whether a request may be told hosts and files.

        It presents an admin token, or comes from this machine or an allowed network, whether or not there are tokens.
        """
        try:
            self._check_sender(request)
        except Forbidden:
            return bool(self._presented(request))
        return True

    def check_host(self, request: Request) -> None:
        """Check that a request comes from this machine, or an allowed network, and addresses an allowed name; a token allows all.

        Raises:
            Forbidden: the request comes from elsewhere, or addresses a host that is not allowed, or none.
        """
        if not self.tokens:
            self._check_sender(request)

    def _check_sender(self, request: Request) -> None:
        sign = PUBLISHED if self.published else _sign_of_a_proxy(request.environ)
        if sign is not None:
            told = f"without an admin token the admin API answers nobody through a proxy, found {sign}; start with --admin-token-file"
            raise Forbidden(Problem("address", told))
        own, peer = plain_host(request.environ.get(OWN_ADDRESS, "")), plain_host(request.remote_addr or "")
        if not (is_this_machine(peer) or (peer and peer == own) or is_within(peer, self.networks)):
            told = f"found {peer!r}; start with --admin-token-file, or with --allow-admin-from {peer or 'ADDRESS'}"
            raise Forbidden(Problem("address", f"without an admin token the admin API answers this machine only, {told}"))
        name = plain_host(name_in(request.environ.get("HTTP_HOST", "")))
        if not name:
            raise Forbidden(Problem("host", "the request names no host; expected the header Host, such as localhost"))
        if name not in self.hosts and name != own and not is_this_machine(name):
            raise Forbidden(Problem("host", f"the host {name!r} is not allowed: use localhost, or start with --allow-host {name}"))


def _sign_of_a_proxy(environ: "WSGIEnvironment") -> str | None:
    """Return what tells that a proxy has passed a request on, or None if nothing does: a proxy may leave no trace.

    nginx before 1.29.7 adds no header, but speaks HTTP/1.0 unless it is told otherwise.
    """
    for key in environ:
        if key in SENT_BY_PROXIES or key.startswith("HTTP_X_FORWARDED"):
            return f"the header {key.removeprefix('HTTP_').replace('_', '-').title()}"
    return "HTTP/1.0, which few but proxies speak" if environ.get("SERVER_PROTOCOL") == "HTTP/1.0" and environ.get("HTTP_HOST") else None


def problem_of(refusal: Refusal) -> Response:
    """Return a refusal as problem+json, with ``errors`` naming each field and what was expected there."""
    body: dict[str, object] = {"type": "about:blank", "title": phrase(refusal.status), "status": refusal.status, "code": refusal.code}
    told = _wrong_fields(refusal) if isinstance(refusal, Invalid) else []
    detail = "; ".join(_sentence(p, found) for p, found in told) if told else _detail(refusal)
    if detail:
        body["detail"] = encodable(detail)
    if told:
        body["errors"] = [
            {"field": p.field, **({} if found is None else {"found": found}), "expected": encodable(p.title or "")} for p, found in told
        ]
    answer = Response(orjson.dumps(body), refusal.status, content_type=PROBLEM_JSON)
    if isinstance(refusal, errors.MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(refusal.allowed)
    return answer


def _detail(refusal: Refusal) -> str:
    """Return what a refusal that names no fields says of this request."""
    match refusal:
        case Unauthorized() | errors.HomeUnavailable():
            return refusal.reason
        case errors.PayloadTooLarge():
            return limits.too_large(limits.of_body(request.path))
        case errors.MethodNotAllowed():
            return f"found {request.method}; expected {listed(refusal.allowed)}"
    said = "; ".join(p.title for p in refusal.problems if p.title)
    return _missing() if isinstance(refusal, errors.NotFound) and not said else said


def _missing() -> str:
    """Return what the request addresses and is not there."""
    sandbox_id = (request.view_args or {}).get("id")
    if sandbox_id is None:
        return f"no such address; {PREFIX}/openapi.json lists the addresses"
    plural, _, rest = request.path.partition(f"/{sandbox_id}/")[2].partition("/")
    noun = NOUNS.get(plural, plural.removesuffix("s"))
    return f"the sandbox {sandbox_id!r} has no {noun} {shortened(rest.partition('/')[0])}".rstrip()


def _wrong_fields(refusal: Invalid) -> list[tuple[Problem, str | None]]:
    """Return the problems of a refusal, each with what was found there."""
    given: object = request.args
    if request.method != "GET":
        with suppress(errors.BadRequest):  # a file has no fields
            given = read_body(request.get_data())
    told = [_of_an_id(problem, given) for problem in refusal.problems]
    return [(problem, found_in(given, problem)) for problem in told]


def _of_an_id(problem: Problem, given: object) -> Problem:
    """Return the problem of an id that leads nowhere, which is as good as blank to the API, in words for whoever chose the id."""
    field = f"{(problem.field or '').removesuffix('_id')}_id"
    if problem.title != BLANK or not isinstance(given, Mapping) or given.get(field) in (None, ""):
        return problem
    noun = "host" if field == "assignee_id" else field.removesuffix("_id")
    return invalid(field, f"the id of a {noun} of this sandbox")


def _sentence(problem: Problem, found: str | None) -> str:
    """Return what is wrong with a field, as the command line says it."""
    told = instead(found, str(problem.title))
    return told if problem.field is None or told.startswith(f"{problem.field}:") else of_field(problem.field, told)


def found_in(given: object, problem: Problem) -> str | None:
    """Return what is given for a problem's field, as JSON; None if nothing is, or the problem says it itself."""
    here = given
    for step in (problem.field or "").split("."):
        number = whole_number(step, 9)
        if isinstance(here, Mapping) and step in here:
            here = here[step]
        elif isinstance(here, list) and number is not None and number < len(here):
            here = here[number]
        else:
            return None
    says_it = any(part in (problem.title or "") for part in (FOUND, UNKNOWN))  # of an unknown key, what it stands for is no matter
    return None if says_it else shortened(orjson.dumps(here).decode())
