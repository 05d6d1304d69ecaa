"""Operations of what surrounds the inbox: clients, sources, inquiries, rentals, applications, accounts, me, auth."""

from dataclasses import replace

from inbox_mock.api.crud import creating, editing, reading
from inbox_mock.api.operation import EMBEDDING, Operation
from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Listed, Result, changed, created, listing, read_all
from inbox_mock.api.visibility import visible
from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources import accounts, inquiries, rentals, sources
from inbox_mock.resources import applications as application_resource
from inbox_mock.resources import clients as client_resource
from inbox_mock.resources import me as me_resource
from inbox_mock.services import accounts as account_verbs
from inbox_mock.services import bookings as booking_verbs
from inbox_mock.services import people
from inbox_mock.store import records
from inbox_mock.store.records import Rows


def list_accounts(call: RequestContext) -> Result:
    """Answer accounts; client credentials learn which ones uninstalled the application since."""
    return listing(call, visible(call, "accounts"), lambda since: _uninstalled_since(call, since))


def create_inquiry(call: RequestContext) -> Result:
    """Ask about a rental."""
    return created(call, booking_verbs.create_inquiry(call.work, call.actor, call.rental_id, call.written))


def update_inquiry(call: RequestContext) -> Result:
    """Change an inquiry."""
    inquiry_id = call.record_id
    booking_verbs.edit_inquiry(call.work, call.actor, inquiry_id, call.written, owned_only=call.owned_only("inquiries"))
    return changed(call, inquiry_id)


def me(call: RequestContext) -> Result:
    """Answer the installation that the token belongs to; all of them for client credentials."""
    sql = "SELECT * FROM installation_records WHERE id = ? AND account_id = coalesce(?, account_id) ORDER BY account_id"
    cursor = call.work.db.execute(sql, (call.grant.application_id, call.grant.account_id))
    rows = Rows(records.columns_of(cursor), cursor.fetchall())
    return Result(me_resource.RESOURCE, read_all(call, me_resource.RESOURCE, rows), Listed(len(rows.rows), 1, me_resource.RESOURCE.cap))


def auth(call: RequestContext) -> Result:
    """Answer what the token is worth."""
    user_id = call.work.db.value("SELECT min(id) FROM users WHERE account_id = ?", (call.grant.account_id,))
    found: dict[str, object] = {
        "account_id": call.grant.account_id,
        "accounts_user_id": user_id,
        "scopes": sorted(call.grant.scopes),
        "user_id": user_id,
    }
    return Result(me_resource.RESOURCE, alone=("auth", found))


def _uninstalled_since(call: RequestContext, since: str) -> list[int]:
    if call.grant.account_id is not None:
        return []
    sql = "SELECT account_id FROM installations WHERE application_id = ? AND uninstalled_at >= ? ORDER BY account_id"
    return [row[0] for row in call.work.db.execute(sql, (call.grant.application_id, since))]


_LIST_ACCOUNTS, _GET_ACCOUNTS = reading(accounts.RESOURCE, accounts.PAGE)

OPERATIONS: tuple[Operation, ...] = (
    *reading(client_resource.RESOURCE, client_resource.PAGE),
    creating(client_resource.RESOURCE, client_resource.PAGE, people.create_client),
    editing(client_resource.RESOURCE, client_resource.PAGE, people.edit_client),
    *reading(sources.RESOURCE, sources.PAGE),
    creating(sources.RESOURCE, sources.PAGE, account_verbs.create_source),
    editing(sources.RESOURCE, sources.PAGE, account_verbs.edit_source),
    *reading(inquiries.RESOURCE, inquiries.PAGE),
    Operation(
        method="POST",
        rule="/rentals/<rental_id>/inquiries",
        name="create_inquiry",
        summary="Create an inquiry",
        resource=inquiries.RESOURCE,
        scopes=inquiries.RESOURCE.write_scopes,
        run=create_inquiry,
        body="create",
        status=201,
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=documented(inquiries.PAGE),
    ),
    Operation(
        method="PUT",
        rule="/inquiries/<ids>",
        name="update_inquiry",
        summary="Update an inquiry",
        resource=inquiries.RESOURCE,
        scopes=inquiries.RESOURCE.write_scopes,
        run=update_inquiry,
        body="update",
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=documented(inquiries.PAGE),
    ),
    *reading(rentals.RESOURCE, rentals.PAGE),
    *reading(application_resource.RESOURCE, application_resource.PAGE),
    replace(
        editing(application_resource.RESOURCE, application_resource.PAGE, account_verbs.edit_application),
        fidelity=recorded("applications, 2019; no update is documented"),
    ),
    replace(_LIST_ACCOUNTS, run=list_accounts),
    _GET_ACCOUNTS,
    Operation(
        method="GET",
        rule="/me",
        name="get_me",
        summary="Get the installation that the token belongs to",
        resource=me_resource.RESOURCE,
        scopes=me_resource.RESOURCE.read_scopes,
        run=me,
        query=("fields",),
        fidelity=documented("/reference/endpoints/me"),
    ),
    Operation(
        method="GET",
        rule="/auth",
        name="get_auth",
        summary="Get what the token is worth",
        resource=me_resource.RESOURCE,
        scopes=("public",),
        run=auth,
        fidelity=recorded("auth, 2017; undocumented"),
    ),
)
