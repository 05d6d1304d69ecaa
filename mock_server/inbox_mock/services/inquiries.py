"""Use cases around inquiries."""

from inbox_mock.domain.bookings import check_period, lock_of
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services.sources import refer_to_source
from inbox_mock.store.database import Row
from inbox_mock.store.rows import InquiryRow, RentalRow
from inbox_mock.webhooks.event_types import publish

WRITE_ONLY = ("accept_privacy_policy",)


def create_inquiry(work: UnitOfWork, actor: Actor, rental_id: int, written: Row) -> int:
    """Ask about a rental. The inquiry is locked to the application that makes it.

    Raises:
        NotFound: the account has no such rental.
        Invalid: the stay is no stay, a phone comes without its country, or the source is unknown or internal.

    """
    rental = work.db.get(RentalRow, rental_id, actor.account_id)
    row = _checked(work, actor, rental, written)
    row |= {"rental_id": rental_id, "account_id": actor.account_id, "application_id": actor.application_id}
    row |= {"locked": lock_of(actor.application_id), "created_at": work.now, "updated_at": work.now}
    inquiry_id = work.db.insert("inquiries", row)
    publish(work, "inquiry_created", inquiry_id, actor.account_id)
    return inquiry_id


def edit_inquiry(work: UnitOfWork, actor: Actor, inquiry_id: int, written: Row, *, owned_only: bool) -> None:
    """Change an inquiry.

    Raises:
        NotFound: the account has no such inquiry, or ``owned_only`` and it is another's.
        Invalid: the inquiry is locked to another application, what `create_inquiry` says, or the rental is unknown.

    """
    inquiry = work.db.get(InquiryRow, inquiry_id, actor.account_id)
    if owned_only and inquiry["application_id"] != actor.application_id:
        raise NotFound
    if written and inquiry["locked"] is not None and inquiry["application_id"] != actor.application_id:
        raise Invalid(*(invalid(name, f"is locked by {inquiry['locked']}") for name in written))
    rental = work.db.refer(RentalRow, "rental", written.get("rental_id", inquiry["rental_id"]), actor.account_id)
    merged = {name: inquiry[name] for name in ("start_at", "end_at", "phone", "country_code")} | written
    work.db.update("inquiries", inquiry_id, _checked(work, actor, rental, merged) | {"updated_at": work.now})
    publish(work, "inquiry_updated", inquiry_id, actor.account_id)


def _checked(work: UnitOfWork, actor: Actor, rental: RentalRow, written: Row) -> Row:
    row = {name: value for name, value in written.items() if name not in WRITE_ONLY}
    row["start_at"] = _at_hour(row["start_at"], rental["checkin_time"])
    row["end_at"] = _at_hour(row["end_at"], rental["checkout_time"])
    check_period(row["start_at"], row["end_at"])
    if row.get("phone") and not row.get("country_code"):
        raise Invalid(invalid("country_code", "can't be blank"))
    refer_to_source(work, actor.account_id, row)
    return row


def _at_hour(time: str, hour: int) -> str:
    return f"{time[:10]}T{hour:02}:00:00Z"
