"""Operations of bookings: the default list of future ones that are not cancelled, its filters, and cancelling."""

from dataclasses import replace

import orjson

from inbox_mock.api.operation import EMBEDDING, LISTING, Operation
from inbox_mock.api.request_context import RequestContext, ids_in, only_record
from inbox_mock.api.result import Result, by_ids, changed, created, listing
from inbox_mock.api.visibility import all_bookings, sees_all_bookings, visible
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import documented
from inbox_mock.resources.bookings import PAGE, RESOURCE
from inbox_mock.services import bookings
from inbox_mock.store import records
from inbox_mock.store.records import Selection

FILTERS = ("from", "until", "months", "status", "include_canceled", "rental_id", "client_id")
STATUSES = {"booked": "Booked", "unavailable": "Unavailable", "tentative": "Tentative"}
ORDER = "rental_id, start_at, id"
MOST_MONTHS = 1200


def list_bookings(call: RequestContext) -> Result:
    """Answer future bookings that are not cancelled, or what the filters ask for."""
    return listing(call, _filtered(call), lambda since: _cancelled_since(call, since))


def get_bookings(call: RequestContext) -> Result:
    """Answer bookings by id; a cancelled one only with ``include_canceled``."""
    return by_ids(call, _visible(call), lambda since: _cancelled_since(call, since))


def create_booking(call: RequestContext) -> Result:
    """Book a rental on the client's behalf."""
    return created(call, bookings.create_booking(call.work, call.actor, call.rental_id, call.written))


def update_booking(call: RequestContext) -> Result:
    """Change a booking."""
    booking_id = call.record_id
    bookings.edit_booking(call.work, call.actor, booking_id, call.written, owned_only=call.owned_only("bookings"))
    return changed(call, booking_id)


def cancel_booking(call: RequestContext) -> Result:
    """Cancel a booking. The body is optional, and may say why."""
    reasons = {} if call.body in (None, {}) else only_record(call.body, "bookings")
    bookings.cancel_booking(call.work, call.actor, call.record_id, reasons, owned_only=call.owned_only("bookings"))
    return Result(RESOURCE)


def _visible(call: RequestContext) -> Selection:
    """Return what the token sees, cancelled ones if asked for and allowed."""
    selection = replace(visible(call, "bookings"), order=ORDER)
    asked = sees_all_bookings(call) and call.query.given.get("include_canceled") == "true"
    return selection if asked else selection.narrowed("canceled_at IS NULL")


def _filtered(call: RequestContext) -> Selection:
    query, selection = call.query, _visible(call)
    begin = query.time("from") or call.work.now
    ends_after = begin if sees_all_bookings(call) else max(begin, call.work.now)
    selection = selection.narrowed("end_at_global > ?", ends_after)
    until = query.time("until")
    if until is not None:
        selection = selection.narrowed("start_at_global < ?", until)
    months = min(query.number("months", 0), MOST_MONTHS)
    if months:
        end = times.add_months(times.parse(ends_after), months)
        selection = selection.narrowed("start_at_global < ?", times.wire(end))
    statuses = [STATUSES[name] for name in query.names("status") if name in STATUSES]
    if statuses:
        selection = selection.narrowed(f"status IN ({', '.join('?' * len(statuses))})", *statuses)
    for column in ("rental_id", "client_id"):
        if query.given.get(column, "").strip():
            ids = orjson.dumps(ids_in(query.given[column])).decode()
            selection = selection.narrowed(f"{column} IN (SELECT value FROM json_each(?))", ids)  # noqa: S608 - the columns are ours
    return selection


def _cancelled_since(call: RequestContext, since: str) -> list[int]:
    return records.page(call.work.db, all_bookings(call).narrowed("canceled_at >= ?", since), -1, 0)[0]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET",
        rule="/bookings",
        name="list_bookings",
        summary="List bookings",
        resource=RESOURCE,
        scopes=RESOURCE.read_scopes,
        run=list_bookings,
        query=(*LISTING, *FILTERS),
        fidelity=documented(PAGE),
    ),
    Operation(
        method="GET",
        rule="/bookings/<ids>",
        name="get_bookings",
        summary="Get a booking, or several by ids joined with commas",
        resource=RESOURCE,
        scopes=RESOURCE.read_scopes,
        run=get_bookings,
        query=(*EMBEDDING, "include_canceled"),
        refusals=(404, 414),
        fidelity=documented(PAGE),
    ),
    Operation(
        method="POST",
        rule="/rentals/<rental_id>/bookings",
        name="create_booking",
        summary="Create a booking",
        resource=RESOURCE,
        scopes=RESOURCE.write_scopes,
        run=create_booking,
        body="create",
        status=201,
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=documented(PAGE),
    ),
    Operation(
        method="PUT",
        rule="/bookings/<ids>",
        name="update_booking",
        summary="Update a booking",
        resource=RESOURCE,
        scopes=RESOURCE.write_scopes,
        run=update_booking,
        body="update",
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=documented(PAGE),
    ),
    Operation(
        method="DELETE",
        rule="/bookings/<ids>",
        name="cancel_booking",
        summary="Cancel a booking",
        resource=RESOURCE,
        scopes=RESOURCE.write_scopes,
        run=cancel_booking,
        body="optional",
        status=204,
        refusals=(400, 404),
        fidelity=documented(PAGE),
    ),
)
