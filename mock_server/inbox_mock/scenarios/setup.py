"""The parts of a scenario that are there from the beginning: accounts, applications, tokens, rentals, hosts, clients."""

from datetime import timedelta
from functools import partial
from json import dumps
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inbox_mock.channels import policies
from inbox_mock.domain import scopes
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.scenarios.build import Builder, Place, channel_named
from inbox_mock.services import accounts, clients, hosts, oauth, sources
from inbox_mock.store.database import Row, every, update

CLIENT_APPLICATION: Row = {"id": 17, "name": "Your application", "client": True}
CHANNEL_APPLICATIONS: tuple[Row, ...] = (
    {"id": 65, "name": "Airbnb", "channel": "airbnb"},
    {"id": 66, "name": "Booking.com", "channel": "booking-com"},
)
DEMO = {"token": "demo", "client_id": "demo-client-id", "client_secret": "demo-client-secret"}
REDIRECT_URIS = [oauth.OUT_OF_BAND, "http://localhost", "http://127.0.0.1"]
SOURCES = (*(policy.title for policy in policies().values() if policy.owns_conversations), "Website")
OWN_KEYS = frozenset({"as", "account", "accounts", "user", "source", "published"})


def plan(making: Builder) -> None:
    """Make what was there first; plan what has a date."""
    for place, record in making.records("accounts") or [((), {})]:
        with making.making(place):
            making.name("accounts", record, accounts.open_account(making.work, _plain(record)), place)
    _applications(making)
    _tokens(making)
    for place, record in making.records("users"):
        account_id = account_of(making, record, place)
        with making.making(place):
            making.name("users", record, accounts.add_user(making.work, account_id, _plain(record)), place)
    for place, record in making.records("rentals"):
        _rental(making, place, record)
    _sources(making)
    for place, record in making.records("hosts"):
        making.at(making.founded, place, partial(_host, making, place, record))
    for place, record in making.records("clients"):
        made_at = making.since(record, "created_at", place, making.founded)
        making.at(made_at, place, partial(_client, making, place, record))


def account_of(making: Builder, record: Row, place: Place) -> int:
    """Return the id of the account that a record belongs to: the first one, unless it says another."""
    if "account" in record:
        return making.refer("accounts", record["account"], (*place, "account"))
    return int(str(every(making.work.db, "SELECT min(id) AS id FROM accounts")[0]["id"]))


def contacts(record: Row) -> Row:
    """Return a client's columns for the e-mail address and the telephone number of a scenario's guest."""
    given: Row = {"fullname": record["fullname"]}
    if "email" in record:
        given["emails"] = dumps([{"label": "default", "email": record["email"]}])
    if "phone" in record:
        given["phones"] = dumps([{"label": "default", "number": record["phone"]}])
    return given | {name: record[name] for name in ("id", "notes", "preferred_locale") if name in record}


def _plain(record: Row) -> Row:
    return {name: given for name, given in record.items() if name not in OWN_KEYS}


def _applications(making: Builder) -> None:
    given = making.records("applications")
    known, taken = {record.get("channel") for _, record in given}, {record.get("id") for _, record in given}
    missing: list[tuple[Place, Row]] = [((), dict(record)) for record in CHANNEL_APPLICATIONS if record["channel"] not in known]
    if not any(record.get("client") for _, record in given):
        missing.append(((), dict(CLIENT_APPLICATION)))
    for _, record in missing:
        if record["id"] in taken:
            del record["id"]
    missing.sort(key=lambda application: "id" not in application[1])
    for place, record in given + missing:
        if "channel" in record:
            channel_named(making, record["channel"], (*place, "channel"))
        row: Row = {name: record[name] for name in ("id", "name", "channel", "client") if name in record}
        row["scopes"] = " ".join(_scopes(making, record, place) if "scopes" in record else scopes.ALL)
        row["redirect_uris"] = dumps(record.get("redirect_uris", REDIRECT_URIS))
        for part in ("client_id", "client_secret"):
            row[f"named_{part}"] = record.get(part, DEMO[part] if record.get("client") else None)
        with making.making(place):
            application_id = accounts.register_application(making.work, row)
            making.name("applications", record, application_id, place)
        installed_on = record.get("accounts")
        for account_id in (
            _once(making, [making.refer("accounts", reference, (*place, "accounts")) for reference in installed_on], place)  # type: ignore[attr-defined]
            if installed_on is not None
            else [int(str(row["id"])) for row in every(making.work.db, "SELECT id FROM accounts ORDER BY id")]
        ):
            accounts.install(making.work, application_id, account_id)


def _once(making: Builder, account_ids: list[int], place: Place) -> list[int]:
    """Return the ids, each of which comes once."""
    for number, account_id in enumerate(account_ids):
        if account_id in account_ids[:number]:
            raise making.scenario.mistake((*place, "accounts", number), f"account {account_id} a second time", "each account once")
    return account_ids


def _tokens(making: Builder) -> None:
    """Give each application one token with every scope on each of its accounts, and make those that are written out."""
    client = oauth.client_application(making.work)
    name: str | None = DEMO["token"]
    if any(record.get("token") == name for _, record in making.records("tokens")):
        name = None
    order = "SELECT application_id, account_id, application_id = ? AS own FROM installations ORDER BY own DESC, application_id, account_id"
    for row in every(making.work.db, order, (client["id"] if client else 0,)):
        oauth.issue_token(making.work, row["application_id"], row["account_id"], scopes.ALL, name=name)
        name = None
    named: set[object] = set()
    for place, record in making.records("tokens"):
        if "token" in record:
            if record["token"] in named:
                raise making.scenario.mistake((*place, "token"), f"the token {record['token']!r} a second time", "one of its own")
            named.add(record["token"])
        application = record.get("application", client["id"] if client else None)
        application_id = making.refer("applications", application, (*place, "application"))
        granted = _scopes(making, record, place) if "scopes" in record else scopes.ALL
        lifetime = _seconds(making, record, place)
        token = oauth.issue_token(
            making.work, application_id, account_of(making, record, place), granted, name=record.get("token"), lifetime_seconds=None
        )
        changes: Row = {}
        if lifetime is not None:
            changes["expires_at"] = (making.start + timedelta(seconds=lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if record.get("revoked"):
            changes["revoked_at"] = making.work.now
        update(making.work.db, "tokens", token["id"], changes)


def _seconds(making: Builder, record: Row, place: Place) -> int | None:
    if "expires_in" not in record:
        return None
    try:
        return int(durations.parse(str(record["expires_in"])).total_seconds())
    except ValueError:
        raise making.scenario.mistake((*place, "expires_in"), repr(record["expires_in"]), durations.EXPECTED) from None


def _scopes(making: Builder, record: Row, place: Place) -> tuple[str, ...]:
    named: list[str] = record["scopes"]  # type: ignore[assignment]
    for number, scope in enumerate(named):
        if scope not in scopes.ALL:
            raise making.scenario.mistake((*place, "scopes", number), repr(scope), f"one of {', '.join(scopes.ALL)}")
    return tuple(named)


def _rental(making: Builder, place: Place, record: Row) -> None:
    timezone = str(record.get("timezone", "UTC"))
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise making.scenario.mistake((*place, "timezone"), repr(timezone), "a time zone such as Europe/Paris") from None
    account_id = account_of(making, record, place)
    with making.making(place):
        rental_id = accounts.add_rental(making.work, account_id, _plain(record), published=bool(record.get("published", True)))
        making.name("rentals", record, rental_id, place)


def _sources(making: Builder) -> None:
    for place, record in making.records("sources"):
        actor = Actor(account_of(making, record, place))
        with making.making(place):
            making.name("sources", record, sources.create_source(making.work, actor, _plain(record)), place)
    for row in every(making.work.db, "SELECT id FROM accounts ORDER BY id"):
        account_id = int(str(row["id"]))
        known = {found["name"] for found in every(making.work.db, "SELECT name FROM sources WHERE account_id = ?", (account_id,))}
        for name in SOURCES:
            if name not in known:
                sources.create_source(making.work, Actor(account_id), {"name": name})


def _host(making: Builder, place: Place, record: Row) -> None:
    row = _plain(record)
    for key, noun in (("user", "users"), ("source", "sources")):
        if key in record:
            row[f"{key}_id"] = making.refer(noun, record[key], (*place, key))
    making.name("hosts", record, hosts.create_host(making.work, Actor(account_of(making, record, place)), row), place)


def _client(making: Builder, place: Place, record: Row) -> None:
    actor = Actor(account_of(making, record, place))
    making.name("clients", record, clients.create_client(making.work, actor, contacts(record)), place)
