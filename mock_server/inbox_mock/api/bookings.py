"""Operations of bookings: the list and its filters, reading by id, creating, updating and cancelling."""

from dataclasses import replace

from inbox_mock.api.crud import change, creation
from inbox_mock.api.operation import EMBEDDING, LISTING, operation
from inbox_mock.api.request_context import RequestContext, ids_in, only_record
from inbox_mock.api.result import Result, by_ids, listing
from inbox_mock.api.visibility import all_bookings, sees_all_bookings, visible
from inbox_mock.domain import limits, times
from inbox_mock.domain.fidelity import documented
from inbox_mock.resources import RESOURCES
from inbox_mock.services import bookings
from inbox_mock.store import records
from inbox_mock.store.records import Selection

FILTERS = ("from", "until", "months", "status", "include_canceled", "rental_id", "client_id")
STATUSES = {"booked": "Booked", "unavailable": "Unavailable", "tentative": "Tentative"}
ORDER = "rental_id, start_at, id"
BOOKINGS = RESOURCES["bookings"]
DOCUMENTED = documented(BOOKINGS.page)


@operation("GET", "/bookings", resource=BOOKINGS, query=(*LISTING, *FILTERS), fidelity=DOCUMENTED)
def list_bookings(context: RequestContext) -> Result:
    """List bookings.

    Without filters, those that have not ended and are not cancelled.
    """
    return listing(context, _filtered(context), lambda since: _cancelled_since(context, since))


@operation("GET", "/bookings/<ids>", resource=BOOKINGS, query=(*EMBEDDING, "include_canceled"), refusals=(404, 414), fidelity=DOCUMENTED)
def get_bookings(context: RequestContext) -> Result:
    """Get a booking, or several by ids joined with commas.

    A cancelled one shows with ``include_canceled`` only.
    """
    return by_ids(context, _visible(context), lambda since: _cancelled_since(context, since))


def _create(context: RequestContext) -> int:
    return bookings.create_booking(context.work, context.grant.actor, context.rental_id, context.written)


def _edit(context: RequestContext, booking_id: int) -> None:
    owned_only = context.owned_only("bookings")
    bookings.edit_booking(context.work, context.grant.actor, booking_id, context.written, owned_only=owned_only)


create_booking = creation(BOOKINGS, "/rentals/<rental_id>/bookings", _create)
update_booking = change(BOOKINGS, _edit)


@operation("DELETE", "/bookings/<ids>", resource=BOOKINGS, body="optional", status=204, refusals=(400, 404), fidelity=DOCUMENTED)
def cancel_booking(context: RequestContext) -> Result:
    """Cancel a booking.

    The body is optional, and may give reasons.
    """
    reasons = {} if context.body in (None, {}) else only_record(context.body, "bookings")
    bookings.cancel_booking(context.work, context.grant.actor, context.record_id, reasons, owned_only=context.owned_only("bookings"))
    return Result(BOOKINGS)


def _visible(context: RequestContext) -> Selection:
    """Return what the token may see, cancelled bookings if they are asked for and allowed."""
    selection = replace(visible(context, "bookings"), order=ORDER)
    asked = sees_all_bookings(context) and context.query.given.get("include_canceled") == "true"
    return selection if asked else selection.narrowed("canceled_at IS NULL")


def _filtered(context: RequestContext) -> Selection:
    query, selection = context.query, _visible(context)
    begin = query.time("from") or context.now
    ends_after = begin if sees_all_bookings(context) else max(begin, context.now)
    selection = selection.narrowed("end_at_global > ?", ends_after)
    until = query.time("until")
    if until is not None:
        selection = selection.narrowed("start_at_global < ?", until)
    months = min(query.number("months", 0), limits.MONTHS)
    if months:
        end = times.add_months(times.parse(ends_after), months)
        selection = selection.narrowed("start_at_global < ?", times.wire(end))
    statuses = [STATUSES[name] for name in query.names("status") if name in STATUSES]
    if statuses:
        selection = selection.narrowed(f"status IN ({', '.join('?' * len(statuses))})", *statuses)
    for column in ("rental_id", "client_id"):
        if query.given.get(column, "").strip():
            selection = selection.among(ids_in(query.given[column]), column)
    return selection


def _cancelled_since(context: RequestContext, since: str) -> list[int]:
    return records.page(context.work.db, all_bookings(context).narrowed("canceled_at >= ?", since), -1, 0)[0]
