"""What is true of every booking, whoever makes it."""

from collections.abc import Mapping

from inbox_mock.domain import times
from inbox_mock.domain.enumerations import APPLICATION
from inbox_mock.domain.errors import Invalid, invalid

STATES = {"booked": "Booked", "unavailable": "Unavailable", "tentative_expires_at": "Tentative"}
OPEN_WHEN_LOCKED = frozenset({"expected_checkin_time", "expected_checkout_time", "rental_payback_to_owner"})
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def reference(booking_id: int) -> str:
    """Return a booking's reference: its id in base 36, six digits or more."""
    written = ""
    while booking_id:
        booking_id, digit = divmod(booking_id, 36)
        written = DIGITS[digit] + written
    return written.rjust(6, "0")


def lock_of(application_id: int | None) -> str | None:
    """Return what ``locked`` holds of a record that an application made."""
    return None if application_id is None else f"{APPLICATION.lower().replace('::', '/')}-{application_id}"


def check_period(start_at: object, end_at: object) -> None:
    """Refuse a stay that does not end after it starts."""
    if str(start_at) >= str(end_at):
        raise Invalid(invalid("end_at", "must be after start_at"))


def state_of(written: Mapping[str, object]) -> dict[str, object]:
    """Return the columns that say whether a booking is booked, unavailable or tentative.

    Raises:
        Invalid: not exactly one of the three is given.

    """
    given = [name for name in STATES if written.get(name)]
    if not given:
        raise Invalid(invalid("status", "can't be blank. Set either booked, tentative_expires_at or unavailable attributes"))
    if len(given) > 1:
        raise Invalid(invalid("status", "is invalid. Set only one of booked, tentative_expires_at and unavailable"))
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
