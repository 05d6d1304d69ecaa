"""Which records a token may see at all: in lists, by id, and embedded in others."""

from collections.abc import Callable

from inbox_mock.api.request_context import RequestContext
from inbox_mock.store.access import AUTHORISED, INSTALLED
from inbox_mock.store.records import Selection


def visible(context: RequestContext, plural: str) -> Selection:
    """Return the records of a resource that the request's token may see."""
    special = SPECIAL.get(plural)
    return special(context) if special else Selection(plural, context.grant.account_id)


def sees_all_bookings(context: RequestContext) -> bool:
    """Return whether the token may see more of bookings than their public part."""
    return "bookings_read" in context.grant.scopes


def all_bookings(context: RequestContext) -> Selection:
    """Return the account's bookings; for client credentials those of all its accounts."""
    if context.grant.account_id is not None:
        return Selection("bookings", context.grant.account_id)
    return Selection("bookings", where=(f"account_id IN ({AUTHORISED})",), values=(context.grant.application_id,))


def _bookings(context: RequestContext) -> Selection:
    """Without a read scope, only bookings that have not ended and are not cancelled."""
    selection = all_bookings(context)
    if sees_all_bookings(context):
        return selection
    return selection.narrowed("canceled_at IS NULL").narrowed("end_at_global > ?", context.now)


def _accounts(context: RequestContext) -> Selection:
    """The token's account, or all authorised ones for client credentials."""
    if context.grant.account_id is not None:
        return Selection("accounts", where=("id = ?",), values=(context.grant.account_id,))
    return Selection("accounts", where=(f"id IN ({AUTHORISED})",), values=(context.grant.application_id,))


def _rentals(context: RequestContext) -> Selection:
    """The account's rentals, or the published ones of all authorised accounts for client credentials."""
    if context.grant.account_id is not None:
        return Selection("rentals", context.grant.account_id)
    where = (f"account_id IN ({AUTHORISED})", "published_at IS NOT NULL")
    return Selection("rentals", where=where, values=(context.grant.application_id,))


def _applications(context: RequestContext) -> Selection:
    """The applications that are installed on the account."""
    return Selection("applications", where=(INSTALLED,), values=(context.grant.account_id,))


def _inquiries(context: RequestContext) -> Selection:
    """The account's inquiries; for an owner's token its own ones only."""
    selection = Selection("inquiries", context.grant.account_id)
    if "inquiries_read" in context.grant.scopes:
        return selection
    return selection.narrowed("application_id = ?", context.grant.application_id)


SPECIAL: dict[str, Callable[[RequestContext], Selection]] = {
    "bookings": _bookings,
    "accounts": _accounts,
    "rentals": _rentals,
    "applications": _applications,
    "inquiries": _inquiries,
}
