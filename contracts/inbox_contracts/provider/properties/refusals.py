"""What is refused, and how: tokens, scopes, other accounts' records, paths, methods, bodies, and requests beyond the rate limit."""

from inbox_contracts.provider.api import JSON, Api, records_of
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import CANCELLED_TOO, CHANGED, CREATED, LISTED, ContractOperation, created_at, operations, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import assumed, documented, recorded

UNKNOWN = 987_654_321
STRANGERS = {"no token": None, "an unknown token": "0" * 64, "a token of nonsense": "nonsense"}
CHALLENGE = 'Bearer realm="Doorkeeper", error="invalid_token", error_description="'
UNREADABLE = (b"", b"{", b"[]", b'"text"', b"null")
AUTHORIZATION = documented("/reference/authorization")
ALONE = (
    "public",
    "applications_read",
    "applications_write",
    *(f"{area}_{power}" for area in ("bookings", "inquiries") for power in ("read", "write", "write_owned")),
    *(f"{area}_{power}" for area in ("clients", "inbox", "rentals", "payments", "reviews") for power in ("read", "write")),
    "webhooks_read",
)


@claim("unauthorized", fidelity=recorded("2016 and 2017"))
def unauthorized(trial: Trial) -> None:
    """Without a good token: 401, unauthorized, as application/json, with WWW-Authenticate and without rate-limit headers."""
    for resource in trial.resources:
        for who, token in STRANGERS.items():
            answer = Api(trial.target.connection, token).call("GET", path_of(resource.plural))
            _is_unauthorized(answer, who)
            expect(answer.header("X-RateLimit-Remaining") is None, f"{answer.about}: rate-limit headers, with {who}")


def _is_unauthorized(answer: ApiResponse, who: str) -> None:
    same(answer.status, 401, f"{answer.about}: the status, with {who}")
    challenge = answer.header("WWW-Authenticate") or ""
    expect(challenge.startswith(CHALLENGE), f"{answer.about}: WWW-Authenticate is {challenge!r}, expected {CHALLENGE}...")
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
        wanted = "The access token expired"
        expect(wanted in challenge, f"{answer.about}: WWW-Authenticate is {challenge!r}, expected {wanted} in it")


@claim("unknown-ids", fidelity=recorded("public clients map the status"))
def unknown_ids(trial: Trial) -> None:
    """An id that does not exist is answered 404."""
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
        same(answer.json, {"errors": [{"code": "not_found"}]}, f"{answer.about}: the body")


@claim("method-not-allowed", fidelity=assumed("never recorded or documented"), reads=False)
def method_not_allowed(trial: Trial) -> None:
    """A method that an address has not is answered 405, with Allow, in the format of the API's errors."""
    for path, allowed in (("/inbox/conversations", {"GET", "POST"}), ("/accounts", {"GET"}), ("/me", {"GET"})):
        answer = trial.api.call("DELETE", path)
        same(answer.status, 405, f"{answer.about}: the status of a method that the address does not support")
        allow = answer.header("Allow") or ""
        found = {method.strip() for method in allow.split(",")}
        expect(allowed <= found and "DELETE" not in found, f"{answer.about}: Allow is {allow!r}, expected {sorted(allowed)}")
        _are_errors(answer)


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
    ("messages", {"sent_at": None}, "sent_at"),
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
    ("sources", {"name": ""}, "name"),
    ("sources", {"name": "x" * 51}, "name"),
    ("bookings", {"start_at": None}, "start_at"),
    ("bookings", {"end_at": "2001-01-01T00:00:00Z"}, "end_at"),
    ("bookings", {"unavailable": True}, "status"),
    ("inquiries", {"lastname": ""}, "lastname"),
    ("inquiries", {"message": "x" * 501}, "message"),
    ("inquiries", {"adults": 0}, "adults"),
)
"""New records that a documented constraint forbids: what is wrong on top of the least that is needed, and the field."""


@claim("constraints", fidelity=documented("/reference/endpoints; the body is recorded, 2016"), reads=False)
def constraints(trial: Trial) -> None:
    """What the tables forbid is answered 422 with validation_failed, the field and a title."""
    with trial.workspace() as workspace:
        for plural, wrong, field in REFUSED:
            answer = workspace.attempt(plural, {**workspace.least(plural), **wrong})
            told = f"{plural} with {shown(wrong)}"
            same(answer.status, 422, f"{answer.about}: the status of {told}")
            errors = _are_errors(answer)
            expect(all(isinstance(error.get("title"), str) for error in errors), f"{answer.about}: an error without title: {shown(errors)}")
            same({error["code"] for error in errors}, {"validation_failed"}, f"{answer.about}: the codes, for {told}")
            fields = {str(error.get("field")).removesuffix("_id") for error in errors}
            expect(field.removesuffix("_id") in fields, f"{answer.about}: the fields are {sorted(fields)}, expected {field} for {told}")


@claim("scopes", fidelity=AUTHORIZATION, reads=False, fake=True)
def scopes(trial: Trial) -> None:
    """Each operation is done with any one of its scopes, and answered 403 without; write implies read."""
    from hypothesis import strategies as st

    with trial.workspace() as workspace:

        def as_granted(granted: tuple[str, ...], operation: ContractOperation) -> None:
            _try(_granted(*granted), granted, operation)

        def _granted(*granted: str) -> Api:
            return Api(trial.target.connection, workspace.fake.issue_token(*granted))

        for scope in ALONE:
            api = _granted(scope)
            for operation in operations():
                _try(api, (scope,), operation)
        several = st.lists(st.sampled_from(ALONE), min_size=2, max_size=4, unique=True).map(tuple)
        trial.explore(as_granted, 30, granted=several, operation=st.sampled_from(operations()))


def _try(api: Api, granted: tuple[str, ...], operation: ContractOperation) -> None:
    path = operation.path.format(id=UNKNOWN, rental=1)
    answer = api.call(operation.method, path, {operation.plural: [{}]} if operation.method in {"POST", "PUT"} else None)
    told = f"{answer.about}, with the scopes {' '.join(granted)}"
    held = {"public", *granted, *(f"{scope.removesuffix('_write')}_read" for scope in granted if scope.endswith("_write"))}
    if held.isdisjoint(operation.scopes):
        same(answer.status, 403, f"{told}: the status")
    else:
        allowed = answer.status < 300 or answer.status in {400, 404, 422}
        expect(allowed, f"{told}: refused, though {' or '.join(operation.scopes)} allows it")


@claim("accounts-apart", fidelity=documented("/reference/endpoints/accounts"), reads=False, fake=True)
def accounts_apart(trial: Trial) -> None:
    """A token of one account sees nothing of another account, by no id, and changes nothing there."""
    with trial.workspace("three-accounts") as workspace:
        apis = [Api(trial.target.connection, account["token"]) for account in workspace.fake.made["accounts"]]
        for resource in LISTED:
            if resource.plural == "applications":  # the same applications are installed on several accounts
                continue
            query: dict[str, object] = {"from": "2000-01-01"} if resource.plural == "bookings" else {}
            seen = [{record["id"] for record in api.all_of(path_of(resource.plural), **query)} for api in apis]
            same(seen[0] & seen[1], set(), f"the ids of {resource.plural} that tokens of two accounts both list")
            path = path_of(resource.plural)
            for record_id in sorted(seen[1])[:2]:
                answer = apis[0].call("GET", f"{path}/{record_id}")
                same(answer.status, 404, f"{answer.about}: the status of a record of another account")
                if resource.plural in CREATED:
                    shown_too: dict[str, object] = {**CANCELLED_TOO.get(resource.plural, {})}
                    before = apis[1].one(f"{path}/{record_id}", **shown_too)
                    answer = apis[0].call("PUT", f"{path}/{record_id}", {resource.plural: [{}]})
                    same(answer.status, 404, f"{answer.about}: the status of a change of another account's record")
                    after = apis[1].one(f"{path}/{record_id}", **shown_too)
                    same(after, before, f"{path}/{record_id}, after another account tried to change it")
            for mine, theirs in zip(sorted(seen[0])[:1], sorted(seen[1])[:1], strict=False):
                several = apis[0].get(f"{path}/{mine},{theirs}", **CANCELLED_TOO.get(resource.plural, {}))
                same([record["id"] for record in records_of(several)], [mine], f"{several.about}: the ids")
        _embeds_nothing_of_others(apis)


def _embeds_nothing_of_others(apis: list[Api]) -> None:
    """A message of one's own cannot be tied to what belongs to somebody else, and nothing is embedded that does."""
    theirs = {plural: [record["id"] for record in apis[1].all_of(path_of(plural))] for plural in ("hosts", "conversations", "participants")}
    own = apis[0].all_of(path_of("conversations"), include="participants")
    found = {participant["id"] for conversation in own for participant in conversation["participants"]}
    same(found & set(theirs["participants"]), set(), "the ids of embedded participants of another account")
    if own and theirs["hosts"]:
        change = {"conversations": [{"assignee_id": theirs["hosts"][0]}]}
        answer = apis[0].call("PUT", f"{path_of('conversations')}/{own[0]['id']}", change)
        same(answer.status, 422, f"{answer.about}: the status of assigning a conversation to another account's host")


@claim("rate-limit", fidelity=documented("/reference, rate limiting"), reads=False, fake=True)
def rate_limit(trial: Trial) -> None:
    """Beyond the limit calls are answered 429, API v3 rate limit exceeded., until the hour is over."""
    with trial.workspace({"rate_limit": 5}) as workspace:
        answers = [workspace.api.call("GET", "/accounts") for _ in range(7)]
        statuses = [answer.status for answer in answers]
        same(statuses, [200] * 5 + [429] * 2, "the statuses of seven calls, five of which are allowed in an hour")
        same(answers[-1].header("X-RateLimit-Remaining"), "0", "X-RateLimit-Remaining of a 429")
        text = answers[-1].body.decode(errors="replace")
        expect("API v3 rate limit exceeded." in text, f"the body of a 429 is {text!r}, expected API v3 rate limit exceeded.")
        workspace.advance("1h")
        same(workspace.api.call("GET", "/accounts").status, 200, "the status an hour later")
