"""How the admin API shows a sandbox: where it is, who may call in it, its time, and what is said of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from inbox_mock.admin.operation import FLAG, JSON, NUMBER, OR_NULL, TEXT, TIMESTAMP, TIMESTAMP_OR_NULL
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain import times
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import oauth
from inbox_mock.store import access
from inbox_mock.store.homes import Facts, Label, Listed

if TYPE_CHECKING:
    from inbox_mock.admin.operation import AdminCall

CLOCK = record({"now": TIMESTAMP, "mode": {"enum": ["manual", "real"]}, "rate": {"type": "number"}}, "Clock")
APPLICATION = record({"id": NUMBER, "name": TEXT, "client_id": TEXT, "client_secret": OR_NULL, "token": OR_NULL}, "SandboxApplication")
OF_A_SANDBOX: Mapping[str, JSON] = {
    "id": TEXT,
    "api_url": TEXT,
    "token": {**OR_NULL, "description": "that of the client's own application, on the first account on which it is installed"},
    "applications": list_of(APPLICATION),
    "accounts": list_of(record({"id": NUMBER, "token": OR_NULL}, "SandboxAccount")),
    "clock": CLOCK,
    "scenario": TEXT,
    "seed": NUMBER,
    "strict": FLAG,
    "cached": {**FLAG, "description": "whether an answer is kept until a record changes, or each is made anew"},
    "name": OR_NULL,
    "note": OR_NULL,
    "owner": {**OR_NULL, "description": "the name of the admin token that made it"},
    "ttl": {"type": ["number", "null"], "description": "how many seconds of the wall clock it is kept unused; null: for good"},
    "expires_at": {**TIMESTAMP_OR_NULL, "description": "when it expires, by the wall clock, unless it is used before"},
}
SANDBOX = record(OF_A_SANDBOX, "Sandbox")
LISTED = record({**OF_A_SANDBOX, "created_at": TIMESTAMP, "used_at": TIMESTAMP}, "ListedSandbox")


def sandbox_record(call: "AdminCall", sandbox: Sandbox) -> JSON:
    """Return a sandbox as the admin API shows it to a caller, at its present."""
    with sandbox.read() as work:
        wall = work.wall  # what is due by now happens first
    return _shown(call, sandbox.id, sandbox.storage.label, sandbox.storage.facts, wall)


def listed_record(call: "AdminCall", found: Listed) -> JSON:
    """Return a sandbox as a list shows it to a caller, as its last unit of work left it."""
    wall = call.factory.wall()
    return _shown(call, found.id, found.label, found.facts, wall) | used(found.label, wall)


def used(label: Label, wall: float) -> JSON:
    """Return when a sandbox was made, and when it was used last."""
    return {"created_at": _wire(label.created_at), "used_at": _wire(min(label.used_at, wall))}


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
        "cached": work.settings.cached,
    }


def _shown(call: "AdminCall", sandbox_id: str, label: Label, facts: Facts, wall: float) -> JSON:
    clock = {"now": times.wire(facts.clock.at(wall)), "mode": facts.clock.mode, "rate": facts.clock.rate}
    description = facts.description if call.shows_credentials else _without_credentials(facts.description)
    said = {"name": label.name, "note": label.note, "owner": label.owner, "ttl": label.ttl, "expires_at": _wire(label.expires_at)}
    cached = {"cached": description.get("cached", True)}  # one that version 0.2 made does not say so
    return {"id": sandbox_id, "api_url": f"{call.origin}/api/v3", **description, **cached, "clock": clock, **said}


def _wire(seconds: float | None) -> str | None:
    return None if seconds is None else times.wire(datetime.fromtimestamp(seconds, UTC))


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
    tokens = {application_id: token for (application_id, _), token in reversed(first.items())}
    for row in access.applications(work.db):
        client_id, client_secret = oauth.client_credentials_of(work, row)
        told = {"client_id": client_id, "client_secret": client_secret, "token": tokens.get(row["id"])}
        found.append({"id": row["id"], "name": row["name"], **told})
    return found
