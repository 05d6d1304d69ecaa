"""What is refused, and how: tokens, scopes, other accounts' records, paths, methods, bodies, and requests beyond the rate limit."""

from inbox_contracts.provider.api import JSON, Api, wanted
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import (
    CHANGED,
    CREATED,
    UNKNOWN,
    created_at,
    path_of,
)
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Write

STRANGERS = {"no token": None, "an unknown token": "0" * 64, "a token of nonsense": "nonsense"}
CHALLENGE = 'Bearer realm="Doorkeeper", error="invalid_token", error_description="'
FAILURE = "application/vnd.api+json; charset=utf-8"
EXCEEDED = "API v3 rate limit exceeded."
UNREADABLE = (b"", b"{", b"[]", b'"text"', b"null")


@claim("unauthorized", fidelity=recorded("2016 and 2017"))
def unauthorized(trial: Trial) -> None:
    """Without a good token: 401, unauthorized, as application/json, with WWW-Authenticate and without rate-limit headers."""
    for resource in trial.resources:
        for who, token in STRANGERS.items():
            answer = Api(trial.target.connection, token).call("GET", path_of(resource.plural))
            _is_unauthorized(answer, who)
            expect(answer.header("X-RateLimit-Remaining") is None, f"{answer.about}: rate-limit headers, with {who}")
    if not trial.read_only:
        for method, path in (("POST", "/hosts"), ("PUT", f"/hosts/{UNKNOWN}"), ("DELETE", f"/bookings/{UNKNOWN}")):
            _is_unauthorized(Api(trial.target.connection, None).call(method, path, {"hosts": [{}]}), "no token")


def _is_unauthorized(answer: ApiResponse, who: str) -> None:
    same(answer.status, 401, f"{answer.about}: the status, with {who}")
    challenge = answer.header("WWW-Authenticate") or ""
    expect(challenge.startswith(CHALLENGE), f"{answer.about}: WWW-Authenticate is {shown(challenge)}, expected {CHALLENGE}...")
    same(answer.json, {"errors": [{"code": "unauthorized"}]}, f"{answer.about}: the body")
    same(answer.header("Content-Type"), "application/json; charset=utf-8", f"{answer.about}: Content-Type")
    same(answer.header("Cache-Control"), "no-store", f"{answer.about}: Cache-Control")


@claim("expired-token", fidelity=recorded("the official engine refreshes its token only on these words"), reads=False, fake=True)
def expired_token(trial: Trial) -> None:
    """An expired token is answered 401, and WWW-Authenticate says: The access token expired."""
    with trial.workspace() as workspace:
        api = Api(trial.target.connection, workspace.fake.issue_token(expires_in=60))
        api.get("/inbox/conversations")
        workspace.advance("61s")
        answer = api.call("GET", "/inbox/conversations")
        _is_unauthorized(answer, "an expired token")
        challenge = answer.header("WWW-Authenticate") or ""
        expired = "The access token expired"
        expect(expired in challenge, f"{answer.about}: WWW-Authenticate is {shown(challenge)}, expected {expired} in it")


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
    same(answer.header("Content-Type"), FAILURE, f"{answer.about}: Content-Type")


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
        _are_errors(answer)
        asked = trial.api.call("OPTIONS", path)
        expect(asked.status in {200, 204, 405}, f"{asked.about}: the status of OPTIONS, expected 405, or 200 or 204 where it is supported")


def _are_errors(answer: ApiResponse) -> list[JSON]:
    errors = answer.json.get("errors")
    good = isinstance(errors, list) and errors and all(isinstance(e, dict) and isinstance(e.get("code"), str) for e in errors)
    expect(good, f'{answer.about}: the body is {shown(answer.json)}, expected {{"errors": [{{"code": ...}}]}}')
    return list(errors)


@claim("unreadable-bodies", fidelity=assumed("never recorded or documented"), reads=False)
def unreadable_bodies(trial: Trial) -> None:
    """A body that is no JSON, or not one record under its plural, is refused with an error of the API, never with 500."""
    with trial.workspace() as workspace:
        for plural in CREATED:
            path = created_at(plural).format(rental=workspace.id("rentals"))
            for body in (*UNREADABLE, f'{{"{plural}": {{}}}}'.encode(), f'{{"{plural}": []}}'.encode()):
                answer = workspace.api.call("POST", path, body)
                expect(400 <= answer.status < 500, f"{answer.about}: the status of the body {body!r}, expected 400 or another refusal")
                _are_errors(answer)


REFUSED: tuple[tuple[str, JSON, str], ...] = (
    ("messages", {"content": None}, "content"),
    ("messages", {"content": ""}, "content"),
    ("messages", {"origin": "pigeon"}, "origin"),
    ("messages", {"origin": None}, "origin"),
    ("messages", {"visibility": "secret"}, "visibility"),
    ("messages", {"channel": "pigeon", "visibility": "external"}, "channel"),
    ("messages", {"channel": "airbnb", "visibility": "internal"}, "visibility"),
    ("messages", {"conversation_id": UNKNOWN}, "conversation"),
    ("messages", {"sender_id": UNKNOWN}, "sender"),
    ("messages", {"attachment_ids": [UNKNOWN]}, "attachments"),
    ("participants", {"member_type": "Ghost"}, "member_type"),
    ("participants", {"conversation_id": UNKNOWN}, "conversation"),
    ("participants", {"member_id": UNKNOWN}, "member"),
    ("conversations", {"default_channel": "pigeon"}, "default_channel"),
    ("conversations", {"assignee_id": UNKNOWN}, "assignee"),
    ("hosts", {"firstname": ""}, "firstname"),
    ("hosts", {"email": "nonsense"}, "email"),
    ("clients", {"fullname": "x" * 151}, "fullname"),
    ("clients", {"notes": "x" * 5001}, "notes"),
    ("clients", {"emails": [{"label": "default"}]}, "emails"),
    ("clients", {"phones": [{"label": "mobile"}]}, "phones"),
    ("clients", {"preferred_locale": "xx"}, "preferred_locale"),
    ("sources", {"name": ""}, "name"),
    ("sources", {"name": "x" * 51}, "name"),
    ("bookings", {"start_at": None}, "start_at"),
    ("bookings", {"end_at": "2001-01-01T00:00:00Z"}, "end_at"),
    ("bookings", {"unavailable": True}, "status"),
    ("inquiries", {"lastname": ""}, "lastname"),
    ("inquiries", {"message": "x" * 501}, "message"),
    ("inquiries", {"adults": 0}, "adults"),
    ("inquiries", {"children": -1}, "children"),
    ("inquiries", {"email": None}, "email"),
    ("inquiries", {"phone": "+33 6 00 00 00 00"}, "country_code"),
)
"""New records that a documented constraint forbids: what is wrong on top of the least that is needed, and the field."""


@claim("constraints", fidelity=documented("/reference/endpoints; the body is recorded, 2016"), reads=False)
def constraints(trial: Trial) -> None:
    """What the tables forbid is answered 422 with validation_failed, each field and a title, of a new record and of a change."""
    with trial.workspace() as workspace:
        for plural, wrong, field in REFUSED:
            told = f"{plural} with {shown(wrong)}"
            attributes = {**workspace.least(plural), **wrong}
            _is_invalid(workspace.attempt(plural, attributes), told, field)
            if set(wrong) <= writable(plural):
                changes = {name: value for name, value in attributes.items() if name in writable(plural)}
                _is_invalid(workspace.api.call("PUT", f"{path_of(plural)}/{workspace.id(plural)}", {plural: [changes]}), told, field)
        _is_invalid(workspace.attempt("hosts", {"firstname": "", "lastname": ""}), "hosts without names", "firstname", "lastname")


def writable(plural: str) -> set[str]:
    """Return the attributes that a change may write."""
    return {attribute.name for attribute in RESOURCES[plural].attributes if attribute.write in {Write.ALWAYS, Write.UPDATE}}


def _is_invalid(answer: ApiResponse, told: str, *wrong: str) -> None:
    wanted(answer, 422)
    errors = _are_errors(answer)
    expect(all(isinstance(error.get("title"), str) for error in errors), f"{answer.about}: an error without title: {shown(errors)}")
    same({error["code"] for error in errors}, {"validation_failed"}, f"{answer.about}: the codes, for {told}")
    fields = {str(error.get("field")).removesuffix("_id") for error in errors}
    missing = {field.removesuffix("_id") for field in wrong} - fields
    expect(not missing, f"{answer.about}: the fields are {', '.join(sorted(fields))}, expected {', '.join(wrong)} for {told}")
    found = answer.header("Content-Type"), answer.header("Cache-Control"), answer.header("ETag")
    same(found, (FAILURE, "no-cache", None), f"{answer.about}: Content-Type, Cache-Control and ETag")
    expect(answer.header("X-RateLimit-Remaining"), f"{answer.about}: no X-RateLimit-Remaining")


TITLES = (
    ("hosts", {"firstname": ""}, "can't be blank"),
    ("messages", {"content": None}, "can't be blank"),
    ("messages", {"sent_at": None}, "can't be blank"),  # which recordings of 2018 allow
    ("messages", {"origin": "pigeon"}, "is not included in the list"),
)


@claim("error-titles", fidelity=assumed("texts of Rails, recorded of clients and rentals; of other resources never"), reads=False)
def error_titles(trial: Trial) -> None:
    """The title of an error is what Rails says: can't be blank, is not included in the list."""
    with trial.workspace() as workspace:
        for plural, wrong, title in TITLES:
            answer = workspace.attempt(plural, {**workspace.least(plural), **wrong})
            wanted(answer, 422)
            same([error.get("title") for error in _are_errors(answer)], [title], f"{answer.about}: the titles, for {shown(wrong)}")


@claim("rate-limit", fidelity=documented("/reference, rate limiting"), reads=False, fake=True)
def rate_limit(trial: Trial) -> None:
    """Beyond an application's limit calls are answered 429, API v3 rate limit exceeded., until the hour is over."""
    with trial.workspace({"rate_limit": 5}) as workspace:
        apis = workspace.api, Api(trial.target.connection, workspace.fake.issue_token("public"))
        answers = [apis[number % 2].call("GET", "/accounts") for number in range(7)]
        statuses = [answer.status for answer in answers]
        same(statuses, [200] * 5 + [429] * 2, "the statuses of seven calls, five of which are allowed in an hour")
        same(answers[-1].header("X-RateLimit-Remaining"), "0", "X-RateLimit-Remaining of a 429")
        same(answers[-1].header("X-RateLimit-Reset"), answers[0].header("X-RateLimit-Reset"), "X-RateLimit-Reset of a 429")
        text = answers[-1].body.decode(errors="replace")
        expect(EXCEEDED in text, f"the body of a 429 is {text!r}, expected {EXCEEDED} in it")
        workspace.advance("1h")
        same(workspace.api.call("GET", "/accounts").status, 200, "the status an hour later")
