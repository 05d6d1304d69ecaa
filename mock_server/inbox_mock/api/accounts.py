"""Operations of what surrounds the inbox: clients, sources, inquiries, rentals, applications, accounts, me, auth."""

from inbox_mock.api.crud import change, creation, crud, get_operation
from inbox_mock.api.operation import LISTING, operation
from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import PagePosition, Result, listing, read_all
from inbox_mock.api.visibility import visible
from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.services import accounts, bookings, people
from inbox_mock.store import access

INQUIRIES, ACCOUNTS, ME = RESOURCES["inquiries"], RESOURCES["accounts"], RESOURCES["accounts_applications"]


def _create_inquiry(context: RequestContext) -> int:
    return bookings.create_inquiry(context.work, context.grant.actor, context.rental_id, context.written)


def _edit_inquiry(context: RequestContext, inquiry_id: int) -> None:
    owned_only = context.owned_only("inquiries")
    bookings.edit_inquiry(context.work, context.grant.actor, inquiry_id, context.written, owned_only=owned_only)


clients = crud(RESOURCES["clients"], people.create_client, people.edit_client)
sources = crud(RESOURCES["sources"], accounts.create_source, accounts.edit_source)
inquiries = crud(INQUIRIES)
create_inquiry = creation(INQUIRIES, "/rentals/<rental_id>/inquiries", _create_inquiry)
update_inquiry = change(INQUIRIES, _edit_inquiry)
rentals = crud(RESOURCES["rentals"])
applications = crud(
    RESOURCES["applications"], edit=accounts.edit_application, update=recorded("applications, 2019; no update is documented")
)


@operation("GET", "/accounts", resource=ACCOUNTS, query=LISTING, fidelity=documented(ACCOUNTS.page))
def list_accounts(context: RequestContext) -> Result:
    """List accounts.

    Client credentials learn which accounts have uninstalled the application since.
    """
    return listing(context, visible(context, "accounts"), lambda since: _uninstalled_since(context, since))


get_accounts = get_operation(ACCOUNTS)


@operation("GET", "/me", resource=ME, query=("fields",), fidelity=documented(ME.page))
def get_me(context: RequestContext) -> Result:
    """Get the installation that the token belongs to.

    For client credentials, all of them.
    """
    rows = access.installations(context.work.db, context.grant.application_id, context.grant.account_id)
    return Result(ME, read_all(context, ME, rows), PagePosition(len(rows.rows), 1, ME.cap))


@operation("GET", "/auth", resource=ME, scopes=("public",), fidelity=recorded("auth, 2017; undocumented"))
def get_auth(context: RequestContext) -> Result:
    """Get what the token is worth."""
    user_id = access.first_user(context.work.db, context.grant.account_id)
    found: dict[str, object] = {
        "account_id": context.grant.account_id,
        "accounts_user_id": user_id,
        "scopes": sorted(context.grant.scopes),
        "user_id": user_id,
    }
    return Result(ME, alone=("auth", found))


def _uninstalled_since(context: RequestContext, since: str) -> list[int]:
    if context.grant.account_id is not None:
        return []
    return access.uninstalled_since(context.work.db, context.grant.application_id, since)
