"""Use cases around accounts and what belongs to them: users, rentals, sources and applications.

Only scenarios create accounts, users, rentals and applications; the API has no operations for that.
"""

import orjson

from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources import RESOURCES
from inbox_mock.store.access import INSTALLED
from inbox_mock.store.database import Row
from inbox_mock.store.rows import RentalRow, SourceRow
from inbox_mock.webhooks.deliveries import publish

PREFERENCES = {
    "bookings": {
        "default_arrival_time": 16,
        "default_arrival_end_time": 22,
        "default_departure_time": 10,
        "default_communication_locale": "en",
    },
    "privacy_policy": {"en": "We keep your data as long as your stay needs it."},
}


DETAILS: Row = {a.name: None if a.null else a.example for a in RESOURCES["rentals"].attributes if a.name not in RentalRow.__annotations__}
"""The attributes of a rental that have no column of their own, with their defaults."""


def open_account(work: UnitOfWork, given: Row) -> int:
    """Open an account."""
    row: Row = {
        "business_name": "Super Awesome Villas",
        "status": "paying",
        "default_locale": "en",
        "selected_locales": ["en", "fr"],
        "demo": False,
        "test": True,
        "phones": _json({"phone": "+33 4 00 00 00 00", "mobile": None, "fax": None}),
        "preferences": _json(PREFERENCES),
        "created_at": work.now,
        "updated_at": work.now,
    } | given
    row["selected_locales"] = _json(row["selected_locales"])
    account_id = work.db.insert("accounts", row)
    if "inbox_email" not in given:
        work.db.execute("UPDATE accounts SET inbox_email = ? WHERE id = ?", (f"account-{account_id}@inbox.example.com", account_id))
    return account_id


def add_user(work: UnitOfWork, account_id: int, given: Row) -> int:
    """Add a user to an account."""
    return work.db.insert("users", {"account_id": account_id} | given)


def add_rental(work: UnitOfWork, account_id: int, given: Row, *, published: bool = True) -> int:
    """Add a rental to an account. ``given`` are attributes as the API shows them, its position among them, and the time zone."""
    details = _details({name: given[name] for name in DETAILS if name in given})
    row: Row = {
        "account_id": account_id,
        "name": "Rental",
        "timezone": "UTC",
        "checkin_time": 16,
        "checkout_time": 10,
        "currency": "EUR",
        "published_at": work.now if published else None,
        "created_at": work.now,
        "updated_at": work.now,
        "details": _json(details),
    }
    return work.db.insert("rentals", row | {name: value for name, value in given.items() if name not in DETAILS})


def _details(given: Row) -> Row:
    """Return all of a rental's attributes in ``DETAILS``; what is left out follows from others, or is the default."""
    found = DETAILS | given
    toilets, bathrooms = found["standalone_toilets_count"], found["bathrooms_count"]
    following = {
        "sleeps_max": found["sleeps"],
        "min_price": found["base_rate"],
        "max_price": found["base_rate"],
        "full_bathrooms_count": bathrooms - toilets,
        "vr_bathrooms_count": bathrooms - toilets + 0.5 if toilets else bathrooms,
    }
    return found | following | given


def register_application(work: UnitOfWork, given: Row) -> int:
    """Register an application with a drawn client id and secret; the default sandbox also accepts names for them."""
    row: Row = {
        "channel": None,
        "client": False,
        "scopes": "",
        "redirect_uris": "[]",
        "client_id": "",
        "client_secret": "",
        "default_price_increase": "0.0",
        "created_at": work.now,
        "updated_at": work.now,
    } | given
    application_id = work.db.insert("applications", row)
    drawn = [work.dice.secret(part, application_id) for part in ("client id", "client secret")]
    work.db.execute("UPDATE applications SET client_id = ?, client_secret = ? WHERE id = ?", (*drawn, application_id))
    return application_id


def install(work: UnitOfWork, application_id: int, account_id: int) -> None:
    """Install an application on an account."""
    work.db.execute("INSERT INTO installations VALUES (?, ?, ?, NULL)", (application_id, account_id, work.now))


def edit_application(work: UnitOfWork, actor: Actor, application_id: int, written: Row) -> None:
    """Set how much an application raises prices.

    Raises:
        NotFound: the application is not installed on the account.
    """
    if work.db.value(f"SELECT 1 FROM applications WHERE id = ? AND {INSTALLED}", (application_id, actor.account_id)) is None:  # noqa: S608
        raise NotFound
    work.db.update("applications", application_id, written | {"updated_at": work.now})
    publish(work, "accounts_application_updated", actor.account_id, actor.account_id, application_id=application_id)


def create_source(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a source at the end of the account's list, unless its position is given."""
    last = work.db.value("SELECT coalesce(max(position), 0) FROM sources WHERE account_id = ?", (actor.account_id,), int)
    row: Row = {"account_id": actor.account_id, "internal": False, "position": (last or 0) + 1}
    row |= {"created_at": work.now, "updated_at": work.now}
    return work.db.insert("sources", row | written)


def edit_source(work: UnitOfWork, actor: Actor, source_id: int, written: Row) -> None:
    """Rename or move a source.

    Raises:
        NotFound: the account has no such source.
    """
    work.db.get(SourceRow, source_id, actor.account_id)
    work.db.update("sources", source_id, written | {"updated_at": work.now})


def refer_to_source(work: UnitOfWork, account_id: int, written: Row) -> None:
    """Check the source that a client refers to, if it names one.

    Raises:
        Invalid: the account has no such source, or it is an internal one.
    """
    if written.get("source_id") is None:
        return
    if work.db.refer(SourceRow, "source", written["source_id"], account_id)["internal"]:
        raise Invalid(invalid("source", "is internal"))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
