"""Operations of what surrounds the inbox: clients, sources, inquiries, rentals, applications, accounts, me, auth."""

from inbox_mock.api.crud import create_operation, get_operation, list_operation, update_operation
from inbox_mock.api.operation import EMBEDDING, LISTING, operation
from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Listed, Result, changed, created, listing, read_all
from inbox_mock.api.visibility import visible
from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.services import accounts, bookings, people
from inbox_mock.store import access

CLIENTS, SOURCES, INQUIRIES = RESOURCES["clients"], RESOURCES["sources"], RESOURCES["inquiries"]
RENTALS, APPLICATIONS, ACCOUNTS, ME = (
    RESOURCES["rentals"],
    RESOURCES["applications"],
    RESOURCES["accounts"],
    RESOURCES["accounts_applications"],
)

list_clients = list_operation(CLIENTS)
get_clients = get_operation(CLIENTS)
create_client = create_operation(CLIENTS, people.create_client)
update_client = update_operation(CLIENTS, people.edit_client)

list_sources = list_operation(SOURCES)
get_sources = get_operation(SOURCES)
create_source = create_operation(SOURCES, accounts.create_source)
update_source = update_operation(SOURCES, accounts.edit_source)

list_inquiries = list_operation(INQUIRIES)
get_inquiries = get_operation(INQUIRIES)


@operation(
    "POST",
    "/rentals/<rental_id>/inquiries",
    resource=INQUIRIES,
    body="create",
    status=201,
    query=EMBEDDING,
    refusals=(400, 404, 422),
    fidelity=documented(INQUIRIES.page),
)
def create_inquiry(context: RequestContext) -> Result:
    """Create an inquiry."""
    return created(context, bookings.create_inquiry(context.work, context.grant.actor, context.rental_id, context.written))


@operation(
    "PUT",
    "/inquiries/<ids>",
    resource=INQUIRIES,
    body="update",
    query=EMBEDDING,
    refusals=(400, 404, 422),
    fidelity=documented(INQUIRIES.page),
)
def update_inquiry(context: RequestContext) -> Result:
    """Update an inquiry."""
    inquiry_id, owned_only = context.record_id, context.owned_only("inquiries")
    bookings.edit_inquiry(context.work, context.grant.actor, inquiry_id, context.written, owned_only=owned_only)
    return changed(context, inquiry_id)


list_rentals = list_operation(RENTALS)
get_rentals = get_operation(RENTALS)

list_applications = list_operation(APPLICATIONS)
get_applications = get_operation(APPLICATIONS)
update_application = update_operation(APPLICATIONS, accounts.edit_application, recorded("applications, 2019; no update is documented"))


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
    return Result(ME, read_all(context, ME, rows), Listed(len(rows.rows), 1, ME.cap))


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
