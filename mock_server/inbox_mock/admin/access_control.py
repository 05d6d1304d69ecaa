"""Access control of the admin API, and its refusals as RFC 9457 problems."""

from dataclasses import dataclass
from hmac import compare_digest

import orjson
from flask import Request, Response

from inbox_mock.api.pipeline import name_in
from inbox_mock.api.rendering import phrase
from inbox_mock.domain import errors
from inbox_mock.domain.addresses import is_this_machine, plain_host
from inbox_mock.domain.errors import Forbidden, Invalid, Problem, Refusal, Unauthorized

PREFIX = "/__admin"
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class AccessControl:
    """The rules of access: with a ``token``, every request must present it; ``hosts`` are plain hosts allowed in the Host header."""

    token: str | None
    hosts: frozenset[str]

    def check(self, request: Request) -> None:
        """Check that a request may use the admin API.

        Without a token only this machine has access, and no page of another site, even if that site's name resolves to this machine.

        Raises:
            Unauthorized: there is an admin token, and the request does not present it.
            Forbidden: the request addresses a host that is not allowed, or comes from a page of another site.
        """
        if self.token is not None:
            presented = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
            if not compare_digest(presented.encode(), self.token.encode()):
                raise Unauthorized("the admin API wants the token of --admin-token, as Authorization: Bearer ...")
            return
        self.check_host(request)
        origin = request.headers.get("Origin")
        foreign = origin is not None and origin != f"{request.scheme}://{request.host}"
        if foreign or request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            raise Forbidden(Problem("origin", "the admin API answers no page of another site"))

    def check_host(self, request: Request) -> None:
        """Check that a request comes from this machine and addresses it by an allowed name; an admin token allows every name.

        Raises:
            Forbidden: the request comes from elsewhere, or addresses a host that is not allowed.
        """
        if self.token is not None:
            return
        name = name_in(request.environ.get("HTTP_HOST") or request.host)
        if plain_host(name) in self.hosts:
            return
        if not is_this_machine(request.remote_addr or ""):
            raise Forbidden(Problem("address", "the admin API answers this machine only: start with --admin-token, or --allow-host"))
        if not is_this_machine(name):
            raise Forbidden(Problem("host", f"the host {name!r} is not allowed: use localhost, or start with --allow-host {name}"))


def problem_of(refusal: Refusal) -> Response:
    """Return a refusal as problem+json, with ``errors`` naming each field and what was expected there."""
    titles = [p.title for p in refusal.problems if p.title]
    detail = refusal.reason if isinstance(refusal, Unauthorized) else "; ".join(titles)
    if isinstance(refusal, errors.NotFound) and not detail:
        detail = f"nothing of this id, or no such address; {PREFIX}/openapi.json lists the addresses"
    body: dict[str, object] = {"type": "about:blank", "title": phrase(refusal.status), "status": refusal.status, "code": refusal.code}
    if detail:
        body["detail"] = detail
    if isinstance(refusal, Invalid):
        body["errors"] = [{"field": p.field, "expected": p.title} for p in refusal.problems]
    answer = Response(orjson.dumps(body), refusal.status, content_type=PROBLEM_JSON)
    if isinstance(refusal, errors.MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(refusal.allowed)
    return answer
