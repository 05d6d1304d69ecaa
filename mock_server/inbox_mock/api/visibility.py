"""Which records a token sees at all, in lists, by id, and embedded in others."""

from collections.abc import Callable

from inbox_mock.api.request_context import RequestContext
from inbox_mock.resources.registry import RESOURCES
from inbox_mock.services.accounts import INSTALLED
from inbox_mock.store.records import Selection

AUTHORISED = "SELECT account_id FROM installations WHERE application_id = ? AND uninstalled_at IS NULL"


def visible(call: RequestContext, plural: str) -> Selection:
    """Return the records of a resource that the call's token sees."""
    special = SPECIAL.get(plural)
    return special(call) if special else Selection(RESOURCES[plural].table, call.grant.account_id)


def sees_all_bookings(call: RequestContext) -> bool:
    """Whether the token sees more of bookings than their public part."""
    return "bookings_read" in call.grant.scopes


def all_bookings(call: RequestContext) -> Selection:
    """Return the account's bookings; for client credentials those of all its accounts."""
    if call.grant.account_id is not None:
        return Selection("bookings", call.grant.account_id)
    return Selection("bookings", where=(f"account_id IN ({AUTHORISED})",), values=(call.grant.application_id,))


def _bookings(call: RequestContext) -> Selection:
    """Without a read scope bookings show while they are to come, and not cancelled."""
    selection = all_bookings(call)
    if sees_all_bookings(call):
        return selection
    return selection.narrowed("canceled_at IS NULL").narrowed("end_at_global > ?", call.work.now)


def _accounts(call: RequestContext) -> Selection:
    """The token's account, or all authorised ones for client credentials."""
    if call.grant.account_id is not None:
        return Selection("accounts", where=("id = ?",), values=(call.grant.account_id,))
    return Selection("accounts", where=(f"id IN ({AUTHORISED})",), values=(call.grant.application_id,))


def _rentals(call: RequestContext) -> Selection:
    """The account's rentals, or the published ones of all authorised accounts for client credentials."""
    if call.grant.account_id is not None:
        return Selection("rentals", call.grant.account_id)
    where = (f"account_id IN ({AUTHORISED})", "published_at IS NOT NULL")
    return Selection("rentals", where=where, values=(call.grant.application_id,))


def _applications(call: RequestContext) -> Selection:
    """The applications that are installed on the account."""
    return Selection("applications", where=(INSTALLED,), values=(call.grant.account_id,))


def _inquiries(call: RequestContext) -> Selection:
    """The account's inquiries; for an owner's token its own ones only."""
    selection = Selection("inquiries", call.grant.account_id)
    if "inquiries_read" in call.grant.scopes:
        return selection
    return selection.narrowed("application_id = ?", call.grant.application_id)


SPECIAL: dict[str, Callable[[RequestContext], Selection]] = {
    "bookings": _bookings,
    "accounts": _accounts,
    "rentals": _rentals,
    "applications": _applications,
    "inquiries": _inquiries,
}
