"""Use cases around bookings and inquiries, and the rules of every booking, independent of its author."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from json import dumps

from inbox_mock.domain import times
from inbox_mock.domain.enumerations import APPLICATION
from inbox_mock.domain.errors import Forbidden, Invalid, NotFound, invalid, raise_together
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources import constraints
from inbox_mock.resources.bookings import CANCELLATION, NO_STATE, NOT_AFTER_START, OF_BOOKINGS, OF_INQUIRIES, SEVERAL_STATES, USED
from inbox_mock.resources.casting import text
from inbox_mock.services.accounts import check_source
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ClientRow, InquiryRow, RentalRow
from inbox_mock.webhooks.deliveries import publish

WRITE_ONLY = ("accept_privacy_policy", "booked_at")
STATES = {"booked": "Booked", "unavailable": "Unavailable", "tentative_expires_at": "Tentative"}
STAY = ("start_at", "end_at")
# Whether the beginning, and the end, of a stay lies within another one in the rental; nulls if no other overlaps it.
OVERLAP = """
    SELECT max(start_at <= :start) AS start_at, max(end_at >= :end) AS end_at FROM bookings
    WHERE rental_id = :rental AND id <> :booking AND canceled_at IS NULL AND start_at < :end AND end_at > :start"""
OPEN_WHEN_LOCKED = frozenset({"expected_checkin_time", "expected_checkout_time", "rental_payback_to_owner"})
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def create_booking(work: UnitOfWork, actor: Actor, rental_id: int, written: Row) -> int:
    """Create a booking for an API client. The booking is locked to the application that creates it.

    Raises:
        NotFound: the account has no such rental.
        Invalid: the stay does not end after it starts or overlaps another, a constraint is broken, or a reference is unknown.
    """
    rental = work.db.get(RentalRow, rental_id, actor.account_id)
    written = _in_local_time(work, rental, written)
    raise_together(
        partial(_check_period, work, rental_id, written, except_id=0),
        partial(state_of, written),
        partial(constraints.check, OF_BOOKINGS, {}, written, work.now),
        partial(_check_references, work, actor, written),
    )
    return insert_booking(work, actor, rental, {**_columns(written), **state_of(written), "channel": "direct"})


def edit_booking(work: UnitOfWork, actor: Actor, booking_id: int, written: Row, *, owned_only: bool) -> None:
    """Change a booking. A cancelled one stays cancelled, and may lie where others do.

    Raises:
        NotFound: the account has no such booking.
        Forbidden: ``owned_only``, and the booking is another's.
        Invalid: the booking is locked to another application, or as in `create_booking`.
    """
    booking = _own(work, actor, booking_id, owned_only=owned_only)
    cancelled = booking["canceled_at"] is not None
    rental = work.db.get(RentalRow, booking["rental_id"])
    written = _in_local_time(work, rental, written)
    _refuse_if_locked(booking, actor, {name: value for name, value in written.items() if name not in OPEN_WHEN_LOCKED})
    before: Row = {**booking}
    merged = before | written
    moves = any(merged[name] != before[name] for name in STAY)
    turns = _changes_state(before, written)
    raise_together(
        *([partial(_check_period, work, rental["id"], merged, except_id=booking_id, occupies=not cancelled)] if moves else []),
        *([partial(state_of, written)] if turns else []),
        partial(constraints.check, OF_BOOKINGS, before, written, work.now),
        partial(_check_references, work, actor, written),
    )
    changes: Row = {"updated_at": work.now}
    if turns:
        changes |= state_of(written)
    if cancelled:
        changes["status"] = booking["status"]
    if moves:
        changes |= global_times(merged["start_at"], merged["end_at"], rental["timezone"])
    kept = {name: found for name, found in _columns(written).items() if name not in STATES}
    work.db.update("bookings", booking_id, kept | changes)
    publish(work, "booking_updated", booking_id, actor.account_id)


def cancel_booking(work: UnitOfWork, actor: Actor, booking_id: int, written: Row, *, owned_only: bool) -> None:
    """Cancel a booking; it stays, as cancelled.

    Raises:
        NotFound: the account has no such booking, or it is cancelled already.
        Forbidden: ``owned_only``, and the booking is another's.
    """
    if _own(work, actor, booking_id, owned_only=owned_only)["canceled_at"] is not None:
        raise NotFound
    reasons: Row = {}
    for name in CANCELLATION:
        with suppress(ValueError):  # what is no text is left out
            reasons[name] = text(written.get(name))
    work.db.update("bookings", booking_id, {"status": "Canceled", "canceled_at": work.now, "updated_at": work.now, **reasons})
    publish(work, "booking_destroyed", booking_id, actor.account_id)


def _changes_state(before: Row, written: Row) -> bool:
    """Return whether a booking is put into one of the three states, or taken out of the one in which it is."""
    return any(written[name] or before[name] for name in STATES if name in written)


def _own(work: UnitOfWork, actor: Actor, booking_id: int, *, owned_only: bool) -> BookingRow:
    booking = work.db.get(BookingRow, booking_id, actor.account_id)
    if owned_only and booking["application_id"] != actor.application_id:
        raise Forbidden
    return booking


def _in_local_time(work: UnitOfWork, rental: RentalRow, written: Row) -> Row:
    """Return what was written with the stay in the rental's local time."""
    timezone = rental["timezone"] if work.settings.assume["stay_offset"] == "instant" else "UTC"
    return written | {key: times.on_rentals_clock(written[key], timezone) for key in STAY if key in written}


def _columns(written: Row) -> Row:
    kept = {name: value for name, value in written.items() if name not in WRITE_ONLY}
    return kept | {name: dumps(kept[name]) for name in ("bookings_tag_ids",) if name in kept}


def _refuse_if_locked(record: BookingRow | InquiryRow, actor: Actor, written: Row) -> None:
    """Refuse to change a record that is locked to another application, which did not make it either; what stays may be written."""
    before: Row = {**record}
    if not before["locked"] or before["locked"] == lock_of(actor.application_id) or before["application_id"] == actor.application_id:
        return
    changed = [name for name, value in written.items() if name not in before or value != before[name]]
    if changed:
        raise Invalid(*(invalid(name, f"is locked by {before['locked']}") for name in changed))


def _check_references(work: UnitOfWork, actor: Actor, written: Row) -> None:
    if written.get("client_id") is not None:
        work.db.refer(ClientRow, "client", written["client_id"], actor.account_id)
    check_source(work, actor.account_id, written)


def _check_period(work: UnitOfWork, rental_id: object, written: Row, *, except_id: int, occupies: bool = True) -> None:
    check_period(written["start_at"], written["end_at"])
    if not occupies:
        return
    within = work.db.one(OVERLAP, {"rental": rental_id, "booking": except_id, "start": written["start_at"], "end": written["end_at"]})
    if within is not None and within["start_at"] is not None:
        used = [name for name in STAY if within[name]] or STAY  # a stay that holds another whole lies within none, and is both refused
        raise Invalid(*(invalid(name, USED) for name in used))


def insert_booking(work: UnitOfWork, actor: Actor, rental: RentalRow, booking: Row) -> int:
    """Insert a booking whose stay has been checked, publish it, and return its id."""
    row = {
        "account_id": actor.account_id,
        "rental_id": rental["id"],
        "application_id": actor.application_id,
        "currency": rental["currency"],
        "locked": lock_of(actor.application_id),
        "reference": "",
        "created_at": work.now,
        "updated_at": work.now,
        **global_times(booking["start_at"], booking["end_at"], rental["timezone"]),
        **actor.stamp,
        **booking,
    }
    booking_id = work.db.insert("bookings", row)
    if not row["reference"]:
        work.db.update("bookings", booking_id, {"reference": reference(booking_id)})
    publish(work, "booking_created", booking_id, actor.account_id)
    return booking_id


def create_inquiry(work: UnitOfWork, actor: Actor, rental_id: int, written: Row, *, may_be_past: bool = False) -> int:
    """Insert an inquiry about a rental and return its id. It is locked to the application that creates it.

    Raises:
        NotFound: the account has no such rental.
        Invalid: the stay does not end after it starts, or is in the past and must not be, a phone has no country, or the source
            is unknown or internal.
    """
    rental = work.db.get(RentalRow, rental_id, actor.account_id)
    row = _columns_of_inquiry(work, rental, written)
    _check_inquiry(work, actor, rental, {}, row, "" if may_be_past else work.now)
    row |= {"rental_id": rental_id, "account_id": actor.account_id, "application_id": actor.application_id}
    row = {"locked": lock_of(actor.application_id), "created_at": work.now, "updated_at": work.now} | row
    inquiry_id = work.db.insert("inquiries", row)
    publish(work, "inquiry_created", inquiry_id, actor.account_id)
    return inquiry_id


def edit_inquiry(work: UnitOfWork, actor: Actor, inquiry_id: int, written: Row, *, owned_only: bool) -> None:
    """Change an inquiry.

    Raises:
        NotFound: the account has no such inquiry, or ``owned_only`` and it is another's.
        Invalid: the inquiry is locked to another application, the rental is unknown, or as in `create_inquiry`.
    """
    inquiry = work.db.get(InquiryRow, inquiry_id, actor.account_id)
    if owned_only and inquiry["application_id"] != actor.application_id:
        raise NotFound
    _refuse_if_locked(inquiry, actor, written)
    rental = work.db.refer(RentalRow, "rental", written.get("rental_id", inquiry["rental_id"]), actor.account_id)
    before: Row = {**inquiry}
    merged = {name: before[name] for name in (*STAY, "phone", "country_code")} | written
    row = _columns_of_inquiry(work, rental, merged)
    _check_inquiry(work, actor, rental, before, row, work.now)
    work.db.update("inquiries", inquiry_id, row | {"updated_at": work.now})
    publish(work, "inquiry_updated", inquiry_id, actor.account_id)


def _columns_of_inquiry(work: UnitOfWork, rental: RentalRow, written: Row) -> Row:
    """Return what is kept of an inquiry: from check-in to check-out, on the days of the rental's local time."""
    row = _columns(_in_local_time(work, rental, written))
    row["start_at"] = _at_hour(row["start_at"], rental["checkin_time"])
    row["end_at"] = _at_hour(row["end_at"], rental["checkout_time"])
    return row


def _check_inquiry(work: UnitOfWork, actor: Actor, rental: RentalRow, before: Row, row: Row, now: str) -> None:
    instants = global_times(row["start_at"], row["end_at"], rental["timezone"])
    raise_together(
        partial(check_period, row["start_at"], row["end_at"]),
        partial(constraints.check, OF_INQUIRIES, before, row | instants, now),
        partial(check_source, work, actor.account_id, row),
    )


def _at_hour(time: str, hour: int) -> str:
    return f"{time[:10]}T{hour:02}:00:00Z"


def reference(booking_id: int) -> str:
    """Return a booking's reference: its id in base 36, at least six digits."""
    written = ""
    while booking_id:
        booking_id, digit = divmod(booking_id, 36)
        written = DIGITS[digit] + written
    return written.rjust(6, "0")


def lock_of(application_id: int | None) -> str | None:
    """Return the value of ``locked`` for a record that an application created."""
    return None if application_id is None else f"{APPLICATION.lower().replace('::', '/')}-{application_id}"


def check_period(start_at: object, end_at: object) -> None:
    """Check a stay; its times are in the API's format, and compared as texts.

    Raises:
        Invalid: it does not end after it starts.
    """
    if str(start_at) >= str(end_at):
        raise Invalid(invalid("end_at", NOT_AFTER_START))


def state_of(written: Mapping[str, object]) -> dict[str, object]:
    """Return the columns that say whether a booking is booked, unavailable or tentative.

    Raises:
        Invalid: not exactly one of the three is given.
    """
    given = [name for name in STATES if written.get(name)]
    if not given:
        raise Invalid(invalid("status", NO_STATE))
    if len(given) > 1:
        raise Invalid(invalid("status", SEVERAL_STATES))
    expiry = written["tentative_expires_at"] if given == ["tentative_expires_at"] else None
    return {
        "status": STATES[given[0]],
        "booked": given == ["booked"],
        "unavailable": given == ["unavailable"],
        "tentative_expires_at": expiry,
    }


def global_times(start_at: object, end_at: object, timezone: object) -> dict[str, object]:
    """Return the columns that hold a stay's true instants."""
    return {
        "start_at_global": times.true_instant(str(start_at), str(timezone)),
        "end_at_global": times.true_instant(str(end_at), str(timezone)),
    }
