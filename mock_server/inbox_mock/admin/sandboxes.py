"""Creating, reading, resetting, forking and deleting sandboxes; their tokens and their snapshots."""

from collections.abc import Mapping
from typing import Any

from inbox_mock.admin.operation import JSON, PAGED, AdminCall, operation
from inbox_mock.domain.access import ALL_SCOPES, DEFAULT_SANDBOX
from inbox_mock.domain.admin_tokens import OWN
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine import snapshots
from inbox_mock.engine.sandbox import Sandbox, now_of
from inbox_mock.engine.snapshots import EXPECTED_NAME
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ReceiverError, ScenarioError
from inbox_mock.scenarios.loading import find_shipped, from_object
from inbox_mock.services import oauth
from inbox_mock.store import access
from inbox_mock.store.homes import Facts, Kept, Label
from inbox_mock.store.rows import ApplicationRow
from inbox_mock.webhooks.deliveries import RECEIVER

TEXT: JSON = {"type": "string"}
ID: JSON = {"type": "integer", "minimum": 1, "maximum": 2**53}
CLOCK: JSON = {"type": "object", "properties": {"now": TEXT, "mode": {"enum": ["manual", "real"]}, "rate": {"type": "number"}}}
SANDBOX: JSON = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "api_url": TEXT,
        "token": {"type": ["string", "null"]},
        "applications": {"type": "array", "items": {"type": "object"}},
        "accounts": {"type": "array", "items": {"type": "object"}},
        "clock": CLOCK,
        "scenario": TEXT,
        "seed": {"type": "integer"},
        "strict": {"type": "boolean"},
        "owner": {"type": ["string", "null"], "description": "the name of the admin token that made it"},
    },
}
MODE = {"enum": ["manual", "real"], "description": "manual or real"}
DEFAULT_SCENARIO = "agency"
EXPECTED_SNAPSHOT = "the name of a snapshot of this sandbox; as it is now, if left out"
SNAPSHOT: JSON = {"type": "object", "properties": {"name": TEXT, "at": TEXT, "bytes": {"type": "integer"}}}


@operation(
    "POST",
    "/sandboxes",
    status=201,
    refusals=(422,),
    answer=SANDBOX,
    body={
        "scenario": {"type": ["string", "object"], "description": "the name of a shipped scenario, or a scenario as an object"},
        "name": {"type": "string", "pattern": r"^\S(.{0,62}\S)?$", "description": "what a scenario that is given as an object is called"},
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**53, "description": "a whole number from 0: what the dice start from"},
        "clock": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"mode": MODE, "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 100_000}},
            "description": "an object: mode (manual or real) and rate (seconds per second, above 0)",
        },
        "strict": {"type": "boolean", "description": "true or false"},
        "webhook_url": {
            "type": ["string", "object"],
            "additionalProperties": {"type": "string"},
            "description": "the address that hears the scenario's webhooks, or an object with the address for each of its roles",
        },
    },
)
def create_sandbox(call: AdminCall) -> JSON:
    """Create a sandbox from a scenario."""
    body = call.body
    wanted = body.get("scenario", DEFAULT_SCENARIO)
    try:
        scenario = (
            from_object(wanted, body.get("name", "scenario")) if isinstance(wanted, dict) else find_shipped(_shipped_name(str(wanted)))
        )
        sandbox = call.factory.create(scenario, overrides_of(body), Label(owner=call.caller.name))
    except ScenarioError as error:
        field = "webhook_url" if isinstance(error, ReceiverError) else "scenario"
        raise Invalid(*(invalid(field, line) for line in str(error).splitlines())) from None
    return shown(call, sandbox)


@operation(
    "GET",
    "/sandboxes",
    refusals=(422,),
    query=PAGED,
    answer={"type": "object", "properties": {"sandboxes": {"type": "array", "items": SANDBOX}, "count": {"type": "integer"}}},
)
def list_sandboxes(call: AdminCall) -> JSON:
    """List the sandboxes, oldest first: a page of the latest, and how many there are; with the role own, of one's own.

    None is waited for or woken: each is shown as its last unit of work left it.
    """
    limit, skip = call.page
    owner = call.caller.name if call.caller.role == OWN else None
    page, count = call.factory.sandboxes.home.listed(limit, skip, owner=owner)
    wall = call.factory.wall()
    return {"sandboxes": [_shown(call, found.id, found.label, found.facts, wall) for found in page], "count": count}


@operation("GET", "/sandboxes/<id>", refusals=(404,), answer=SANDBOX)
def get_sandbox(call: AdminCall) -> JSON:
    """Get a sandbox."""
    return shown(call, call.in_sandbox)


@operation("DELETE", "/sandboxes/<id>", status=204)
def delete_sandbox(call: AdminCall) -> None:
    """Delete a sandbox."""
    if call.in_sandbox.id == DEFAULT_SANDBOX:
        raise Invalid(invalid("id", "a sandbox other than the default one, which can be reset but not deleted"))
    call.factory.sandboxes.remove(call.in_sandbox)


@operation("POST", "/sandboxes/<id>/reset", answer=SANDBOX)
def reset_sandbox(call: AdminCall) -> JSON:
    """Reset to the scenario's start; tokens stay valid."""
    call.in_sandbox.reset()
    return shown(call, call.in_sandbox)


@operation(
    "POST",
    "/sandboxes/<id>/tokens",
    status=201,
    answer={
        "type": "object",
        "properties": {"token": TEXT, "scopes": {"type": "array", "items": TEXT}, "expires_at": {"type": ["string", "null"]}},
    },
    body={
        "application_id": {**ID, "description": "the id of an application of this sandbox"},
        "account_id": {**ID, "description": "the id of an account on which the application is installed"},
        "scopes": {
            "type": "array",
            "items": {"enum": list(ALL_SCOPES)},
            "description": f"a list of scopes, each one of {', '.join(ALL_SCOPES)}",
        },
        "expires_in": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10**8,
            "description": "seconds of the sandbox's clock, from 1; never, if left out",
        },
    },
)
def issue_token(call: AdminCall) -> JSON:
    """Issue a token; with every scope, for the client's own application, unless specified otherwise."""
    with call.in_sandbox.work() as work:
        application_id = application_in(work, call.body)["id"]
        accounts = access.installed(work.db, application_id)
        account_id = call.body.get("account_id", accounts[0] if accounts else None)
        if account_id not in accounts:
            raise Invalid(invalid("account_id", "the id of an account on which the application is installed"))
        granted: list[str] = call.body.get("scopes", list(ALL_SCOPES))
        lifetime: int | None = call.body.get("expires_in")
        token = oauth.issue_token(work, application_id, account_id, tuple(dict.fromkeys(granted)), lifetime_seconds=lifetime)
        return {"token": token["token"], "scopes": granted, "expires_at": token["expires_at"]}


@operation("DELETE", "/sandboxes/<id>/tokens/<token>", status=204, refusals=(404,))
def revoke_token(call: AdminCall) -> None:
    """Revoke a token."""
    with call.in_sandbox.work() as work:
        if not oauth.revoke_token(work, call.path["token"]):
            raise NotFound


@operation(
    "POST",
    "/sandboxes/<id>/tokens/<token>/refresh_token",
    status=201,
    refusals=(404,),
    answer={"type": "object", "properties": {"refresh_token": TEXT}},
)
def issue_refresh_token(call: AdminCall) -> JSON:
    """Issue the refresh token that belongs to a token; the same one each time."""
    with call.in_sandbox.work() as work:
        found = oauth.refresh_token_of(work, call.path["token"])
        if found is None:
            raise NotFound
        return {"refresh_token": found}


@operation(
    "POST",
    "/sandboxes/<id>/snapshots",
    status=201,
    answer=SNAPSHOT,
    body={"name": {"type": "string", "pattern": f"^{snapshots.NAME.pattern}$", "description": EXPECTED_NAME}},
)
def take_snapshot(call: AdminCall) -> JSON:
    """Take a snapshot under a name; it replaces an earlier one of that name."""
    return _shown_snapshot(snapshots.take(call.factory.sandboxes, call.in_sandbox, str(call.body.get("name", ""))))


@operation(
    "GET",
    "/sandboxes/<id>/snapshots",
    refusals=(404,),
    answer={"type": "object", "properties": {"snapshots": {"type": "array", "items": SNAPSHOT}}},
)
def list_snapshots(call: AdminCall) -> JSON:
    """List the snapshots."""
    return {"snapshots": [_shown_snapshot(snapshot) for snapshot in call.in_sandbox.storage.snapshots()]}


@operation("POST", "/sandboxes/<id>/snapshots/<name>/restore", answer=SANDBOX)
def restore_snapshot(call: AdminCall) -> JSON:
    """Restore a snapshot, its time and journal included; tokens stay valid."""
    call.in_sandbox.restore(snapshots.find(call.in_sandbox, call.path["name"]))
    return shown(call, call.in_sandbox)


@operation("DELETE", "/sandboxes/<id>/snapshots/<name>", status=204)
def delete_snapshot(call: AdminCall) -> None:
    """Delete a snapshot."""
    snapshots.forget(call.factory.sandboxes, call.in_sandbox, call.path["name"])


@operation(
    "POST",
    "/sandboxes/<id>/fork",
    status=201,
    answer=SANDBOX,
    body={"snapshot": {"type": "string", "description": EXPECTED_SNAPSHOT}},
)
def fork_sandbox(call: AdminCall) -> JSON:
    """Fork the sandbox, as it is now or from a snapshot; the fork has tokens of its own."""
    name = call.body.get("snapshot")
    try:
        label = Label(owner=call.caller.name)
        fork = snapshots.fork(call.factory.sandboxes, call.in_sandbox, label, None if name is None else str(name))
    except NotFound:
        raise Invalid(invalid("snapshot", EXPECTED_SNAPSHOT)) from None
    return shown(call, fork)


def application_in(work: UnitOfWork, body: JSON) -> ApplicationRow:
    """Return the application that a body names by id; by default the client's own.

    Raises:
        Invalid: there is no such application.
    """
    client = access.client_application(work.db)
    try:
        return work.db.get(ApplicationRow, body.get("application_id", client["id"] if client else None))
    except NotFound:
        raise Invalid(invalid("application_id", "the id of an application of this sandbox")) from None


def overrides_of(body: JSON) -> Overrides:
    """Return the scenario's settings that the body of `create_sandbox` overrides."""
    clock: JSON = body.get("clock", {})
    urls = body.get("webhook_url", {})
    receivers = tuple(urls.items()) if isinstance(urls, dict) else ((RECEIVER, urls),)
    return Overrides(seed=body.get("seed"), mode=clock.get("mode"), rate=clock.get("rate"), strict=body.get("strict"), receivers=receivers)


def _shipped_name(name: str) -> str:
    """Return the name of a shipped scenario. The admin API reads no other files of this machine."""
    if "/" in name or "\\" in name or name.endswith((".yaml", ".yml")):
        raise Invalid(invalid("scenario", "the name of a shipped scenario, or a scenario as an object"))
    return name


def shown(call: AdminCall, sandbox: Sandbox) -> JSON:
    """Return a sandbox as the admin API shows it to a caller, at its present."""
    with sandbox.work() as work:
        wall = work.wall  # what is due by now happens first
    return _shown(call, sandbox.id, sandbox.storage.label, sandbox.storage.facts, wall)


def describe(work: UnitOfWork) -> JSON:
    """Return what the admin API shows of a sandbox, without its address and its clock."""
    first = _first_tokens(work)
    client = access.client_application(work.db)
    accounts = [account["id"] for account in oauth.accounts(work)]
    own = client["id"] if client else None
    tokens = [first.get((own, account_id)) for account_id in accounts]
    return {
        "token": next((token for token in tokens if token), None),
        "applications": _applications(work, first),
        "accounts": [{"id": account_id, "token": token} for account_id, token in zip(accounts, tokens, strict=True)],
        "clock": None,  # that of the moment at which it is shown
        "scenario": work.settings.scenario,
        "seed": work.settings.seed,
        "strict": work.settings.strict,
    }


def _shown(call: AdminCall, sandbox_id: str, label: Label, facts: Facts, wall: float) -> JSON:
    clock = {"now": now_of(facts.clock, wall), "mode": facts.clock.mode, "rate": facts.clock.rate}
    description = facts.description if call.shows_credentials else _without_credentials(facts.description)
    return {"id": sandbox_id, "api_url": f"{call.origin}/api/v3", **description, "clock": clock, "owner": label.owner}


def _without_credentials(description: Mapping[str, Any]) -> JSON:
    """Return a description as it is shown to who may only read."""
    applications = [{**one, "client_secret": None, "token": None} for one in description["applications"]]
    accounts = [{**one, "token": None} for one in description["accounts"]]
    return {**description, "token": None, "applications": applications, "accounts": accounts}


def _first_tokens(work: UnitOfWork) -> dict[tuple[object, object], str]:
    """Return the token that each application got on each account when the sandbox was built."""
    found: dict[tuple[object, object], str] = {}
    for row in access.unlimited_tokens(work.db):
        found.setdefault((row["application_id"], row["account_id"]), oauth.full_token(work, row))
    return found


def _applications(work: UnitOfWork, first: dict[tuple[object, object], str]) -> list[JSON]:
    found: list[JSON] = []
    for row in access.applications(work.db):
        client_id, client_secret = oauth.client_credentials_of(work, row)
        token = next((token for (application_id, _), token in first.items() if application_id == row["id"]), None)
        found.append({"id": row["id"], "name": row["name"], "client_id": client_id, "client_secret": client_secret, "token": token})
    return found


def _shown_snapshot(snapshot: Kept) -> JSON:
    return {"name": snapshot.name, "at": snapshot.at, "bytes": snapshot.size}
