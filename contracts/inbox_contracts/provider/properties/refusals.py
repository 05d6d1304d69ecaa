"""What is refused, and how: tokens, scopes, other accounts' records, paths, methods, bodies, and requests beyond the rate limit."""

from datetime import UTC, datetime

import orjson

from inbox_contracts.provider.api import JSON, Api, errors_of
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.headers import allowance_of
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import (
    CHANGED,
    CREATED,
    UNKNOWN,
    address_of,
    created_at,
    path_of,
)
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import assumed, documented, recorded

STRANGERS = {"no token": None, "an unknown token": "0" * 64, "a token of nonsense": "nonsense"}
CHALLENGE = 'Bearer realm="Doorkeeper", error="invalid_token", error_description="'
FAILURE = "application/vnd.api+json; charset=utf-8"
EXCEEDED = "API v3 rate limit exceeded."


@claim("unauthorized", fidelity=recorded("2016 and 2017"))
def unauthorized(trial: Trial) -> None:
    """Without a good token: 401, unauthorized, as application/json, with WWW-Authenticate and without rate-limit headers."""
    for resource in trial.resources:
        for who, token in STRANGERS.items():
            answer = Api(trial.target.connection, token).call("GET", path_of(resource.plural))
            _is_unauthorized(answer, who)
            expect(answer.header("X-RateLimit-Remaining") is None, f"{answer.about}: rate-limit headers, with {who}")
        # A cache that knows the answer may not give it to a stranger.
        current = trial.api.call("GET", path_of(resource.plural)).header("ETag")
        held = Api(trial.target.connection, None).call("GET", path_of(resource.plural), headers={"If-None-Match": current or "*"})
        same(held.status, 401, f"{held.about}: the status without a token, with the current ETag in If-None-Match")
    if not trial.read_only:
        for method, path in (("POST", "/hosts"), ("PUT", f"/hosts/{UNKNOWN}"), ("DELETE", f"/bookings/{UNKNOWN}")):
            _is_unauthorized(Api(trial.target.connection, None).call(method, path, {"hosts": [{}]}), "no token")
        asked = Api(trial.target.connection, None).call("HEAD", "/hosts")
        same(asked.status, 401, f"{asked.about}: the status, with no token")


def _is_unauthorized(answer: ApiResponse, who: str) -> None:
    same(answer.status, 401, f"{answer.about}: the status, with {who}")
    challenge = answer.header("WWW-Authenticate") or ""
    expect(challenge.startswith(CHALLENGE), f"{answer.about}: WWW-Authenticate is {shown(challenge)}, expected {CHALLENGE}...")
    same(answer.json, {"errors": [{"code": "unauthorized"}]}, f"{answer.about}: the body")
    same(answer.header("Content-Type"), "application/json; charset=utf-8", f"{answer.about}: Content-Type")
    same(answer.header("Cache-Control"), "no-store", f"{answer.about}: Cache-Control")
    same(answer.header("Pragma"), "no-cache", f"{answer.about}: Pragma")


@claim("expired-token", fidelity=recorded("the official engine refreshes its token only on these words"), reads=False, fake=True)
def expired_token(trial: Trial) -> None:
    """An expired token is answered 401, for reads and writes, and WWW-Authenticate says: The access token expired; a revoked one 401."""
    with trial.workspace() as workspace:
        api = Api(trial.target.connection, workspace.fake.issue_token(expires_in=60))
        api.get("/inbox/conversations")
        workspace.advance("61s")
        answer = api.call("GET", "/inbox/conversations")
        _is_unauthorized(answer, "an expired token")
        challenge = answer.header("WWW-Authenticate") or ""
        expired = "The access token expired"
        expect(expired in challenge, f"{answer.about}: WWW-Authenticate is {shown(challenge)}, expected {expired} in it")
        _is_unauthorized(api.call("POST", "/hosts", {"hosts": [workspace.least("hosts")]}), "an expired token")
        revoked = workspace.fake.issue_token()
        workspace.fake.revoke_token(revoked)
        _is_unauthorized(Api(trial.target.connection, revoked).call("GET", "/inbox/conversations"), "a revoked token")


STAY = {"start_at": "2041-01-01T16:00:00Z", "end_at": "2041-01-08T10:00:00Z"}
UNKNOWN_TOO: tuple[tuple[str, str, str, JSON], ...] = (
    ("DELETE", f"/bookings/{UNKNOWN}", "bookings", {}),
    ("PATCH", f"/hosts/{UNKNOWN}", "hosts", {}),
    ("POST", f"/rentals/{UNKNOWN}/bookings", "bookings", {**STAY, "booked": True}),
    ("PUT", f"/inbox/conversations/{UNKNOWN}/connect_booking", "bookings", {"id": UNKNOWN}),
    ("PUT", f"/inbox/conversations/{UNKNOWN}/disconnect_booking", "bookings", {"id": UNKNOWN}),
    ("PUT", f"/inbox/messages/{UNKNOWN}/add_attachment", "attachments", {"id": UNKNOWN}),
)
"""What else may be done to a record that does not exist: method, path, plural of what is written, and that."""


@claim("unknown-ids", fidelity=recorded("public clients map the status"))
def unknown_ids(trial: Trial) -> None:
    """An id that does not exist is answered 404."""
    trial.need_all_views()
    for resource in trial.readable():
        answer = trial.api.call("GET", f"{path_of(resource.plural)}/{UNKNOWN}")
        same(answer.status, 404, f"{answer.about}: the status of an id that does not exist")
    if not trial.read_only:
        for plural in sorted(set(CHANGED) & {resource.plural for resource in trial.readable()}):
            answer = trial.api.call("PUT", f"{path_of(plural)}/{UNKNOWN}", {plural: [{}]})
            same(answer.status, 404, f"{answer.about}: the status of a change to what does not exist")
        for method, path, plural, written in UNKNOWN_TOO:
            answer = trial.api.call(method, path, {plural: [written]})
            same(answer.status, 404, f"{answer.about}: the status of what is done to what does not exist")


@claim("not-found-body", fidelity=assumed("never recorded from this API"))
def not_found_body(trial: Trial) -> None:
    """The body of a 404 is {"errors":[{"code":"not_found"}]}, at unknown addresses, too."""
    answers = [trial.api.call("GET", f"{path_of(resource.plural)}/{UNKNOWN}") for resource in trial.readable()]
    answers.append(trial.api.call("GET", "/nonsense"))
    for answer in answers:
        same(answer.status, 404, f"{answer.about}: the status")
        _is_error(answer, {"code": "not_found"})


@claim(
    "refusal-bodies",
    fidelity=assumed("the body of a 403 was never recorded, and of a 429 the text alone is documented"),
    reads=False,
    fake=True,
)
def refusal_bodies(trial: Trial) -> None:
    """The body of a 403 is {"errors":[{"code":"forbidden"}]}, that of a 429 has rate_limit_exceeded and the documented text."""
    with trial.workspace({"rate_limit": 2}) as workspace:
        api = Api(trial.target.connection, workspace.fake.issue_token("public"))
        _is_error(api.call("GET", "/hosts"), {"code": "forbidden"})
        for _ in range(2):
            api.call("GET", "/accounts")
        _is_error(api.call("GET", "/accounts"), {"code": "rate_limit_exceeded", "title": EXCEEDED})


def _is_error(answer: ApiResponse, error: JSON) -> None:
    same(answer.json, {"errors": [error]}, f"{answer.about}: the body")
    found = answer.header("Content-Type"), answer.header("Cache-Control"), answer.header("ETag")
    same(found, (FAILURE, "no-cache", None), f"{answer.about}: Content-Type, Cache-Control and ETag")


@claim("method-not-allowed", fidelity=assumed("never recorded or documented"), reads=False)
def method_not_allowed(trial: Trial) -> None:
    """A method that an address has not is answered 405, with Allow, in the format of the API's errors."""
    for path, allowed in (("/inbox/conversations", {"GET", "POST"}), ("/accounts", {"GET"}), ("/me", {"GET"})):
        answer = trial.api.call("DELETE", path)
        same(answer.status, 405, f"{answer.about}: the status of a method that the address does not support")
        allow = answer.header("Allow") or ""
        found = {method.strip() for method in allow.split(",")}
        expect(
            allowed <= found and "DELETE" not in found, f"{answer.about}: Allow is {shown(allow)}, expected {', '.join(sorted(allowed))}"
        )
        errors_of(answer)
        asked = trial.api.call("OPTIONS", path)
        expect(asked.status in {200, 204, 405}, f"{asked.about}: the status of OPTIONS, expected 405, or 200 or 204 where it is supported")
    with trial.workspace() as workspace:  # nothing but bookings can be taken back
        for plural in CREATED:
            if plural != "bookings":
                path = address_of(plural, workspace.id(plural))
                answer = workspace.api.call("DELETE", path)
                same(answer.status, 405, f"{answer.about}: the status of a method that the address does not support")
                same(workspace.api.call("GET", path).status, 200, f"GET {path}: the status after DELETE, which was refused")


UNREADABLE = (b"", b"{", b"[]", b'"text"', b"null")


@claim("unreadable-bodies", fidelity=assumed("never recorded or documented"), reads=False)
def unreadable_bodies(trial: Trial) -> None:
    """A body that is no JSON, or not one record under its plural, is refused with an error of the API, never with 500."""
    with trial.workspace() as workspace:
        for plural in CREATED:
            path, address = created_at(plural).format(rental=workspace.id("rentals")), address_of(plural, workspace.id(plural))
            two = orjson.dumps({plural: [workspace.resolved(workspace.least(plural))] * 2})
            for body in (*UNREADABLE, f'{{"{plural}": {{}}}}'.encode(), f'{{"{plural}": []}}'.encode(), two):
                _is_refused(workspace.api.call("POST", path, body), body)
            for body in (b"{", f'{{"{plural}": []}}'.encode(), f'{{"{plural}": [{{"name": "\xff"}}]}}'.encode("latin-1")):
                _is_refused(workspace.api.call("PUT", address, body), body)
        conversation, message = (address_of(plural, workspace.id(plural)) for plural in ("conversations", "messages"))
        for path in (f"{conversation}/connect_booking", f"{conversation}/disconnect_booking", f"{message}/add_attachment"):
            for body in (b"{", b'{"bookings": []}', b'{"attachments": [{"id": "x"}]}'):
                _is_refused(workspace.api.call("PUT", path, body), body)


def _is_refused(answer: ApiResponse, body: bytes) -> None:
    expect(400 <= answer.status < 500, f"{answer.about}: the status of the body {body!r}, expected 400 or another refusal")
    errors_of(answer)


@claim(
    "rate-limit",
    fidelity=documented("/reference, rate limiting; writes and full hours: recorded"),
    reads=False,
    fake=True,
)
def rate_limit(trial: Trial) -> None:
    """All calls of an application count alike, refused or not; beyond its limit: 429, API v3 rate limit exceeded., until the hour ends."""
    with trial.workspace({"rate_limit": 6}) as workspace:
        other = Api(trial.target.connection, workspace.fake.issue_token("public"))
        calls = [
            workspace.api.call("GET", "/accounts"),
            other.call("GET", "/accounts"),
            workspace.attempt("hosts", workspace.least("hosts")),
            workspace.attempt("hosts", {"firstname": ""}),
            workspace.api.call("GET", f"/hosts/{UNKNOWN}"),
            workspace.api.call("GET", "/hosts", page=2),
        ]
        same([answer.status for answer in calls], [200, 200, 201, 422, 404, 200], "the statuses of six calls, which are allowed in an hour")
        left = [allowance_of(answer)[1] for answer in calls if answer.status != 404]  # no source says what a 404 tells
        told = "X-RateLimit-Remaining of a GET, another token's, a POST, one that is refused, and a GET after one of what does not exist"
        same(left, [5, 4, 3, 2, 0], told)
        reset = allowance_of(calls[0])[2]
        workspace.fake.clock.advance(to=times.wire(datetime.fromtimestamp(reset - 1, UTC)))  # the hour's last second
        for api in (workspace.api, other):
            answer = api.call("GET", "/accounts")
            same(answer.status, 429, f"{answer.about}: the status beyond what is allowed in an hour")
            same(allowance_of(answer)[1:], (0, reset), "X-RateLimit-Remaining and -Reset of a 429")
            text = answer.body.decode(errors="replace")
            expect(EXCEEDED in text, f"the body of a 429 is {text!r}, expected {EXCEEDED} in it")
        workspace.advance("1s")
        again = workspace.api.call("GET", "/accounts")
        same(again.status, 200, "the status when the hour is over, as X-RateLimit-Reset has told")
        same(allowance_of(again)[1:], (5, reset + 3600), "X-RateLimit-Remaining and -Reset in the next hour")
