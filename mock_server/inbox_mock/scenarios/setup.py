"""The records that exist from the beginning of a scenario: accounts, applications, tokens, rentals, hosts, clients."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from json import dumps

from inbox_mock.channels import opening
from inbox_mock.domain import times, zones
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.spelling import one_of
from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.scenarios.builder import Builder, Location, ScenarioArguments
from inbox_mock.scenarios.exact import CLIENT_APPLICATION
from inbox_mock.scenarios.records import SECTION, Records
from inbox_mock.services import accounts, oauth, people
from inbox_mock.simulation.bookings import check_channel
from inbox_mock.store import access
from inbox_mock.store.database import Row

WEBSITE = "Website"
DATES_OF_RENTALS = ("created_at", "updated_at", "published_at")
OWN_KEYS = frozenset({"as", "account", "accounts", "user", "source", "published"})


def plan(builder: Builder) -> None:
    """Insert the records that have no date, and plan those that have one; of exact records, all."""
    if SECTION in builder.scenario.data:
        Records(builder, builder.scenario.data[SECTION], (SECTION,)).insert()
        _tokens(builder)
        return
    for location, record in builder.records("accounts") or [((), {})]:
        with builder.refusals_at(location):
            builder.name("accounts", record, accounts.open_account(builder.work, _plain(record)), location)
    _applications(builder)
    _tokens(builder)
    for location, record in builder.records("users"):
        account_id = account_of(builder, record, location)
        with builder.refusals_at(location):
            builder.name("users", record, accounts.add_user(builder.work, account_id, _plain(record)), location)
    for location, record in builder.records("rentals"):
        _rental(builder, location, record)
    _sources(builder)
    for location, record in builder.records("hosts"):
        builder.at(builder.founded, location, partial(_host, builder, location, record))
    for location, record in builder.records("clients"):
        made_at = builder.since(record, "created_at", location, builder.founded)
        builder.at(made_at, location, partial(_client, builder, location, record))


def account_of(builder: Builder, record: Row, location: Location) -> int:
    """Return the id of the account that a record belongs to, by default the first one."""
    if "account" in record:
        return builder.refer("accounts", record["account"], (*location, "account"))
    return builder.work.db.value("SELECT min(id) FROM accounts", (), int) or 0


def _plain(record: Row) -> Row:
    return {name: given for name, given in record.items() if name not in OWN_KEYS}


def _applications(builder: Builder) -> None:
    """Register the applications that are given, and those that every sandbox has, each on its accounts."""
    given = builder.records("applications")
    missing = _missing_applications([record for _, record in given])
    for location, record in [*given, *(((), record) for record in missing)]:
        application_id = _register(builder, record, location)
        for account_id in _installed_on(builder, record, location):
            accounts.install(builder.work, application_id, account_id)


def _missing_applications(given: list[Row]) -> list[Row]:
    """Return the channels' applications, and the client's own, that are not given; without an id that is taken, and those last."""
    known = {record.get("channel") for record in given}
    missing = [application for policy in opening() if policy.name not in known and (application := policy.application)]
    if not any(record.get("client") for record in given):
        missing.append(dict(CLIENT_APPLICATION))
    taken = _ids_of(given)
    for record in missing:
        if record.get("id") in taken:
            record.pop("id", None)
    return sorted(missing, key=lambda record: "id" not in record)


def _register(builder: Builder, record: Row, location: Location) -> int:
    """Register an application, and return its id."""
    if "channel" in record:
        check_channel(ScenarioArguments(builder, location), record["channel"])
    row: Row = {name: record[name] for name in ("id", "name", "channel", "client") if name in record}
    row["scopes"] = " ".join(_scopes(builder, record, location) if "scopes" in record else ALL_SCOPES)
    row["redirect_uris"] = dumps(record.get("redirect_uris", accounts.REDIRECT_URIS))
    for part in ("client_id", "client_secret"):
        row[f"named_{part}"] = record.get(part, accounts.DEMO[part] if record.get("client") else None)
    with builder.refusals_at(location):
        application_id = accounts.register_application(builder.work, row)
        builder.name("applications", record, application_id, location)
    return application_id


def _installed_on(builder: Builder, record: Row, location: Location) -> list[int]:
    """Return the ids of the accounts on which an application is installed: all, unless it names some."""
    if record.get("accounts") is None:
        return [row["id"] for row in builder.work.db.every("SELECT id FROM accounts ORDER BY id")]
    return _once(builder, [builder.refer("accounts", reference, (*location, "accounts")) for reference in record["accounts"]], location)


def _ids_of(records: Iterable[Row]) -> set[int]:
    """Return the ids that records have, or will get."""
    found, highest = set[int](), 0
    for record in records:
        found.add(number := record.get("id") or highest + 1)
        highest = max(highest, number)
    return found


def _once(builder: Builder, account_ids: list[int], location: Location) -> list[int]:
    """Return the ids; raise ScenarioError if one is repeated."""
    seen: set[int] = set()
    for number, account_id in enumerate(account_ids):
        if account_id in seen:
            raise builder.scenario.error((*location, "accounts", number), f"account {account_id} a second time", "each account once")
        seen.add(account_id)
    return account_ids


def _tokens(builder: Builder) -> None:
    """Issue one token with every scope for each application and account, and the tokens that the scenario lists."""
    client = access.client_application(builder.work.db)
    name: str | None = accounts.DEMO["token"]
    if any(record.get("token") == name for _, record in builder.records("tokens")):
        name = None
    listed = "tokens" in builder.scenario.data.get(SECTION, {})
    order = "SELECT application_id, account_id, application_id = ? AS own FROM installations ORDER BY own DESC, application_id, account_id"
    for row in () if listed else builder.work.db.every(order, (client["id"] if client else 0,)):
        oauth.issue_token(builder.work, row["application_id"], row["account_id"], ALL_SCOPES, name=name)
        name = None
    named: set[object] = set()
    for location, record in builder.records("tokens"):
        if "token" in record:
            if record["token"] in named:
                raise builder.scenario.error((*location, "token"), f"the token {record['token']!r} a second time", "one of its own")
            named.add(record["token"])
        application = record.get("application", client["id"] if client else None)
        application_id = builder.refer("applications", application, (*location, "application"))
        granted = _scopes(builder, record, location) if "scopes" in record else ALL_SCOPES
        changes: Row = {}
        if "expires_in" in record:
            lifetime = ScenarioArguments(builder, location).seconds(record["expires_in"], "expires_in")
            changes["expires_at"] = times.wire(builder.start + timedelta(seconds=lifetime))
        token = oauth.issue_token(builder.work, application_id, account_of(builder, record, location), granted, name=record.get("token"))
        if record.get("revoked"):
            changes["revoked_at"] = builder.work.now
        builder.work.db.update("tokens", token["id"], changes)


def _scopes(builder: Builder, record: Row, location: Location) -> tuple[str, ...]:
    named: list[str] = record["scopes"]
    for number, scope in enumerate(named):
        if scope not in ALL_SCOPES:
            raise builder.scenario.error((*location, "scopes", number), repr(scope), one_of(scope, ALL_SCOPES))
    return tuple(named)


def _rental(builder: Builder, location: Location, record: Row) -> None:
    timezone = str(record.get("timezone", "UTC"))
    if timezone not in zones.names():
        close = zones.nearest(timezone)
        expected = f"did you mean {close!r}?" if close else "a time zone of the tz database, such as Europe/Paris"
        raise builder.scenario.error((*location, "timezone"), repr(timezone), expected)
    account_id = account_of(builder, record, location)
    dated = {name: times.wire(builder.past(record[name], (*location, name))) for name in DATES_OF_RENTALS if name in record}
    with builder.refusals_at(location):
        published = bool(record.get("published", True))
        rental_id = builder.add_rental(account_id, _plain(record) | dated, published=published)
        builder.name("rentals", record, rental_id, location)


def _sources(builder: Builder) -> None:
    for location, record in builder.records("sources"):
        actor = Actor(account_of(builder, record, location))
        with builder.refusals_at(location):
            builder.name("sources", record, accounts.create_source(builder.work, actor, _plain(record)), location)
    without = "SELECT id FROM accounts WHERE id NOT IN (SELECT account_id FROM sources) ORDER BY id"
    for row in builder.work.db.every(without):
        for name in (*(policy.title for policy in opening()), WEBSITE):
            accounts.create_source(builder.work, Actor(row["id"]), {"name": name})


def _host(builder: Builder, location: Location, record: Row) -> None:
    row = _plain(record)
    for key, noun in (("user", "users"), ("source", "sources")):
        if key in record:
            row[f"{key}_id"] = builder.refer(noun, record[key], (*location, key))
    builder.name("hosts", record, people.create_host(builder.work, Actor(account_of(builder, record, location)), row), location)


def _client(builder: Builder, location: Location, record: Row) -> None:
    actor = Actor(account_of(builder, record, location))
    builder.name("clients", record, people.create_client(builder.work, actor, people.contacts(record)), location)
