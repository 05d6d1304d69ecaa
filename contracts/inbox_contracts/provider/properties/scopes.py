"""Who may do what: every operation by every scope, accounts that see nothing of each other, the rate limit."""

from inbox_contracts.provider.api import Api
from inbox_contracts.provider.expectations import NotJudged, expect, same
from inbox_contracts.provider.resources import LISTED, ContractOperation, operations, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import documented

AUTHORIZATION = documented("/reference/authorization")
ALONE = (
    "public",
    "applications_read",
    "applications_write",
    *(f"{area}_{power}" for area in ("bookings", "inquiries") for power in ("read", "write", "write_owned")),
    *(f"{area}_{power}" for area in ("clients", "inbox", "rentals", "payments", "reviews") for power in ("read", "write")),
    "webhooks_read",
)


def _held(granted: tuple[str, ...]) -> set[str]:
    """Return all that scopes allow: public always, and read where there is write."""
    return {"public", *granted, *(f"{scope.removesuffix('_write')}_read" for scope in granted if scope.endswith("_write"))}


@claim("scopes", fidelity=AUTHORIZATION, reads=False, fake=True)
def scopes(trial: Trial) -> None:
    """Each operation is done with any one of its scopes, and answered 403 without; write implies read."""
    from hypothesis import strategies as st

    with trial.workspace() as workspace:
        sandbox = workspace.sandbox
        if sandbox is None:
            raise NotJudged("it needs tokens of every scope, which only a fake issues")

        def as_granted(granted: tuple[str, ...], operation: ContractOperation) -> None:
            token = sandbox.admin("POST", "/tokens", {"scopes": list(granted)})["token"]
            _try(Api(trial.target.connection, token), granted, operation)

        for scope in ALONE:
            token = sandbox.admin("POST", "/tokens", {"scopes": [scope]})["token"]
            for operation in operations():
                _try(Api(trial.target.connection, token), (scope,), operation)
        several = st.lists(st.sampled_from(ALONE), min_size=2, max_size=4, unique=True).map(tuple)
        trial.explore(as_granted, 30, granted=several, operation=st.sampled_from(operations()))


def _try(api: Api, granted: tuple[str, ...], operation: ContractOperation) -> None:
    path = operation.path.format(id=987_654_321, rental=1)
    body: dict[str, list[dict[str, object]]] | None = {operation.plural: [{}]} if operation.method in {"POST", "PUT"} else None
    answer = api.call(operation.method, path, body)
    told = f"{answer.about}, with the scopes {' '.join(granted)}"
    if _held(granted).isdisjoint(operation.scopes):
        same(answer.status, 403, f"{told}: the status")
    else:
        allowed = answer.status < 300 or answer.status in {400, 404, 422}
        expect(allowed, f"{told}: refused, though {' or '.join(operation.scopes)} allows it")


@claim("accounts-apart", fidelity=documented("/reference/endpoints/accounts"), reads=False, fake=True)
def accounts_apart(trial: Trial) -> None:
    """A token of one account sees nothing of another account."""
    with trial.workspace("three-accounts") as workspace:
        sandbox = workspace.sandbox
        if sandbox is None:
            raise NotJudged("it needs tokens of several accounts, which only a fake issues")
        tokens = [account["token"] for account in sandbox.made["accounts"]]
        apis = [Api(trial.target.connection, token) for token in tokens]
        for resource in LISTED:
            if resource.plural == "applications":  # the same ones are installed on several accounts
                continue
            query: dict[str, object] = {"from": "2000-01-01"} if resource.plural == "bookings" else {}
            seen = [{record["id"] for record in api.all_of(path_of(resource.plural), **query)} for api in apis]
            same(seen[0] & seen[1], set(), f"the ids of {resource.plural} that tokens of two accounts both list")
            for record_id in sorted(seen[1])[:2]:
                answer = apis[0].call("GET", f"{path_of(resource.plural)}/{record_id}")
                same(answer.status, 404, f"{answer.about}: the status of a record of another account")


@claim("rate-limit", fidelity=documented("/reference, rate limiting"), reads=False, fake=True)
def rate_limit(trial: Trial) -> None:
    """Beyond the limit calls are answered 429, API v3 rate limit exceeded., until the hour is over."""
    with trial.workspace({"rate_limit": 5}) as workspace:
        if workspace.sandbox is None:
            raise NotJudged("it needs a server that may be called until it refuses")
        answers = [workspace.api.call("GET", "/accounts") for _ in range(7)]
        same(
            [answer.status for answer in answers],
            [200] * 5 + [429] * 2,
            "the statuses of seven calls, five of which are allowed in an hour",
        )
        same(answers[-1].header("X-RateLimit-Remaining"), "0", "X-RateLimit-Remaining of a 429")
        text = answers[-1].body.decode(errors="replace")
        expect("API v3 rate limit exceeded." in text, f"the body of a 429 is {text!r}, expected API v3 rate limit exceeded.")
        workspace.sandbox.clock.advance("1h")
        same(workspace.api.call("GET", "/accounts").status, 200, "the status an hour later")
