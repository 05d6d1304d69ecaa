"""Tokens of a sandbox: issuing and revoking them."""

from inbox_mock.admin.operation import JSON, TEXT, TIMESTAMP_OR_NULL, AdminCall, operation
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import oauth
from inbox_mock.store import access
from inbox_mock.store.rows import ApplicationRow

ID: JSON = {"type": "integer", "minimum": 1, "maximum": 2**53}


@operation(
    "POST",
    "/sandboxes/<id>/tokens",
    status=201,
    answer=record({"token": TEXT, "scopes": list_of(TEXT), "expires_at": TIMESTAMP_OR_NULL}, "Token"),
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
    with call.work() as work:
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
    with call.work() as work:
        if not oauth.revoke_token(work, call.path["token"]):
            raise NotFound


@operation(
    "POST",
    "/sandboxes/<id>/tokens/<token>/refresh_token",
    status=201,
    refusals=(404,),
    answer=record({"refresh_token": TEXT}, "RefreshToken"),
)
def issue_refresh_token(call: AdminCall) -> JSON:
    """Issue the refresh token that belongs to a token; the same one each time."""
    with call.work() as work:
        found = oauth.refresh_token_of(work, call.path["token"])
        if found is None:
            raise NotFound
        return {"refresh_token": found}


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
