"""Use cases around accounts and what belongs to them: users, rentals, sources and applications.

Only scenarios create accounts, users, rentals and applications; the API has no operations for that.
"""

from collections.abc import Callable

import orjson

from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources import RESOURCES
from inbox_mock.services.oauth import OUT_OF_BAND
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

ACCOUNT: Row = {
    "business_name": "Super Awesome Villas",
    "status": "paying",
    "default_locale": "en",
    "selected_locales": '["en","fr"]',
    "demo": 0,
    "test": 1,
    "phones": '{"phone":"+33 4 00 00 00 00","mobile":null,"fax":null}',
    "preferences": orjson.dumps(PREFERENCES).decode(),
}
APPLICATION: Row = {"channel": None, "client": 0, "default_price_increase": "0.0", "client_id": "", "client_secret": ""}
DEMO = {"token": "demo", "client_id": "democlientid", "client_secret": "democlientsecret"}
REDIRECT_URIS = [OUT_OF_BAND, "http://localhost", "http://127.0.0.1"]
RENTAL: Row = {"name": "Rental", "timezone": "UTC", "checkin_time": 16, "checkout_time": 10, "currency": "EUR"}
DETAILS: Row = {a.name: None if a.null else a.example for a in RESOURCES["rentals"].attributes if a.name not in RentalRow.__annotations__}
"""The attributes of a rental that have no column of their own, with their defaults."""
FOLLOWING: dict[str, Callable[[Row], object]] = {
    "sleeps_max": lambda rental: rental["sleeps"],
    "min_price": lambda rental: rental["base_rate"],
    "max_price": lambda rental: rental["base_rate"],
    "full_bathrooms_count": lambda rental: rental["bathrooms_count"] - rental["standalone_toilets_count"],
    "vr_bathrooms_count": lambda rental: (
        rental["bathrooms_count"] - rental["standalone_toilets_count"] + (0.5 if rental["standalone_toilets_count"] else 0)
    ),
}
"""What each of some attributes of a rental is if it is left out: it follows from others."""


def open_account(work: UnitOfWork, given: Row) -> int:
    """Open an account."""
    row: Row = ACCOUNT | {"created_at": work.now, "updated_at": work.now} | given
    if "selected_locales" in given:
        row["selected_locales"] = _json(given["selected_locales"])
    account_id = work.db.insert("accounts", row)
    if "inbox_email" not in given:
        work.db.update("accounts", account_id, {"inbox_email": inbox_email(account_id)})
    return account_id


def inbox_email(account_id: object) -> str:
    """Return the address of an account's inbox, if no other is given."""
    return f"account-{account_id}@inbox.example.com"


def add_user(work: UnitOfWork, account_id: int, given: Row) -> int:
    """Add a user to an account."""
    return work.db.insert("users", {"account_id": account_id} | given)


def add_rental(work: UnitOfWork, account_id: int, given: Row, *, published: bool = True) -> int:
    """Add a rental to an account. ``given`` are attributes as the API shows them, its position among them, and the time zone."""
    details = _details({name: given[name] for name in DETAILS if name in given})
    row: Row = RENTAL | {
        "account_id": account_id,
        "published_at": work.now if published else None,
        "created_at": work.now,
        "updated_at": work.now,
        "details": _json(details),
    }
    return work.db.insert("rentals", row | {name: value for name, value in given.items() if name not in DETAILS})


def _details(given: Row) -> Row:
    """Return all of a rental's attributes in ``DETAILS``; what is left out follows from others, or is the default."""
    found = DETAILS | given
    return found | {name: follow(found) for name, follow in FOLLOWING.items()} | given


def register_application(work: UnitOfWork, given: Row) -> int:
    """Register an application; the default sandbox also accepts names for its client id and secret."""
    row: Row = APPLICATION | {"scopes": "", "redirect_uris": "[]", "created_at": work.now, "updated_at": work.now} | given
    application_id = work.db.insert("applications", row)
    draw_credentials(work, application_id)
    return application_id


def draw_credentials(work: UnitOfWork, application_id: int) -> None:
    """Draw an application's client id and secret."""
    drawn = [work.dice.secret(part, application_id) for part in ("client id", "client secret")]
    work.db.execute("UPDATE applications SET client_id = ?, client_secret = ? WHERE id = ?", (*drawn, application_id))


def install(work: UnitOfWork, application_id: int, account_id: int) -> None:
    """Install an application on an account."""
    work.db.execute("INSERT INTO installations VALUES (?, ?, ?, NULL)", (application_id, account_id, work.now))


def edit_application(work: UnitOfWork, actor: Actor, application_id: int, written: Row) -> None:
    """Set how much an application raises prices.

    Raises:
        NotFound: the application is not installed on the account.
    """
    if work.db.value(f"SELECT 1 FROM applications WHERE id = ? AND {INSTALLED}", (application_id, actor.account_id)) is None:  # noqa: S608 - names of ours
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


def check_source(work: UnitOfWork, account_id: int, written: Row) -> None:
    """Check the source to which a record that is written refers, if it names one.

    Raises:
        Invalid: the account has no such source, or it is an internal one.
    """
    if written.get("source_id") is None:
        return
    if work.db.refer(SourceRow, "source", written["source_id"], account_id)["internal"]:
        raise Invalid(invalid("source", "is internal"))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
