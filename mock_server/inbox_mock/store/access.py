"""Who may call, and how often: applications and where they are installed, tokens, and the rate limit of each clock hour."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inbox_mock.domain.access import SECRET_DIGITS, names_of, secret_of
from inbox_mock.domain.dice import Chance
from inbox_mock.store.database import Database, Row, columns_of
from inbox_mock.store.records import Rows
from inbox_mock.store.rows import ApplicationRow, TokenRow

# Conditions on ids: of an application's accounts, and of an account's applications.
AUTHORISED = "SELECT account_id FROM installations WHERE application_id = ? AND uninstalled_at IS NULL"
INSTALLED = "id IN (SELECT application_id FROM installations WHERE account_id = ? AND uninstalled_at IS NULL)"
HOUR = 3600
Credentials = tuple[list[TokenRow], list[ApplicationRow]]
DEFAULT_LIMIT = 1000
SPEND = """
    INSERT INTO rate_limits VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET used = iif(window = excluded.window, used + 1, 1), window = excluded.window
    RETURNING used"""
SET_SPENT = "INSERT INTO rate_limits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET window = excluded.window, used = excluded.used"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an application has ``used`` of its ``limit``; ``resets_at`` in Unix seconds, always a full hour.

    It is ``exceeded`` by a request that is one too many, where the limit is enforced.
    """

    limit: int
    used: int
    resets_at: int
    exceeded: bool


def version_of_access(db: Database) -> int:
    """Return a number that differs after each change of accounts, applications or tokens."""
    found: int = db.execute("SELECT version FROM access_version").fetchone()[0]
    return found


def window_of(instant: datetime) -> int:
    """Return the Unix second at which the instant's hour began."""
    return int(instant.replace(tzinfo=UTC).timestamp()) // HOUR * HOUR


def spend(db: Database, application_id: int, window: int) -> int:
    """Count a request of an application in an hour, and return how many there are in it."""
    used: int = db.execute(SPEND, (application_id, window)).fetchone()[0]
    db.bookkept += 1
    return used


def spent(db: Database, application_id: int) -> tuple[int, int]:
    """Return the last hour in which an application has sent requests, and how many."""
    found = db.execute("SELECT window, used FROM rate_limits WHERE application_id = ?", (application_id,)).fetchone()
    return found or (0, 0)


def set_spent(db: Database, application_id: int, window: int, used: int) -> None:
    """Set how many requests an application has sent in an hour."""
    db.execute(SET_SPENT, (application_id, window, used))
    db.bookkept += 1


def applications(db: Database) -> list[ApplicationRow]:
    """Return every application."""
    return db.every("SELECT * FROM applications ORDER BY id", (), ApplicationRow)


def application_of(db: Database, client_id: str) -> ApplicationRow | None:
    """Return the application that a client id names, by its secret part or by its name in the default sandbox; None for none."""
    sql = "SELECT * FROM applications WHERE client_id = ? OR named_client_id IN (?, ?)"
    return db.one(sql, (secret_of(client_id), *names_of(client_id)), ApplicationRow)


def client_application(db: Database) -> ApplicationRow | None:
    """Return the client's own application, or None where the sandbox has none."""
    return db.one("SELECT * FROM applications WHERE client = 1 ORDER BY id LIMIT 1", (), ApplicationRow)


def installations(db: Database, application_id: int, account_id: int | None) -> Rows:
    """Return an application's installations as the API shows them: on one account, or on all for None."""
    sql = "SELECT * FROM installation_records WHERE id = ? AND account_id = coalesce(?, account_id) ORDER BY account_id"
    cursor = db.execute(sql, (application_id, account_id))
    return Rows(columns_of(cursor), cursor.fetchall())


def installed(db: Database, application_id: object) -> list[int]:
    """Return the ids of the accounts that have an application installed."""
    return [row[0] for row in db.execute(f"{AUTHORISED} ORDER BY account_id", (application_id,))]


def uninstalled_since(db: Database, application_id: int, since: str) -> list[int]:
    """Return the ids of the accounts that have uninstalled an application at a time or later."""
    sql = "SELECT account_id FROM installations WHERE application_id = ? AND uninstalled_at >= ? ORDER BY account_id"
    return [row[0] for row in db.execute(sql, (application_id, since))]


def first_user(db: Database, account_id: int | None) -> int | None:
    """Return the id of an account's first user, or None where it has none."""
    return db.value("SELECT min(id) FROM users WHERE account_id = ?", (account_id,), int)


def unlimited_tokens(db: Database) -> list[TokenRow]:
    """Return the valid access tokens that never expire."""
    sql = "SELECT * FROM tokens WHERE kind = 'access' AND revoked_at IS NULL AND expires_at IS NULL ORDER BY id"
    return db.every(sql, (), TokenRow)


def read_credentials(db: Database) -> Credentials:
    """Return every token, and every application."""
    return db.every("SELECT * FROM tokens ORDER BY id", (), TokenRow), applications(db)


def keep_credentials(db: Database, earlier: Credentials) -> list[Row]:
    """Keep the credentials from before a reset valid, and return the tokens that are added by that, without their secrets.

    Tokens that were issued since are inserted. The image's own tokens are as they were, and their refresh tokens are good again.
    What is the same is not written.
    """
    found = read_credentials(db)
    if found == earlier:
        return []
    tokens, known = earlier
    sql = "UPDATE applications SET client_id = :client_id, client_secret = :client_secret WHERE id = :id"
    db.executemany(f"{sql} AND (client_id, client_secret) <> (:client_id, :client_secret)", known)
    own = {row["id"] for row in found[0]}
    issued: list[Row] = [
        {**token, "revoked_at": None} if token["access_id"] in own else dict(token) for token in tokens if token["id"] not in own
    ]
    if issued:
        columns, marks = ", ".join(issued[0]), ", ".join(f":{column}" for column in issued[0])
        db.executemany(f"INSERT OR IGNORE INTO tokens ({columns}) VALUES ({marks})", issued)
    db.executemany("UPDATE tokens SET secret = :secret WHERE id = :id AND secret <> :secret", tokens)
    return [{name: value for name, value in token.items() if name != "secret"} for token in issued]


def renew_secrets(db: Database, chance: Chance) -> None:
    """Draw the secret part of every credential anew."""
    for table, column in (("tokens", "secret"), ("applications", "client_id"), ("applications", "client_secret")):
        drawn = [(chance(SECRET_DIGITS // 2), row["id"]) for row in db.every(f"SELECT id FROM {table}")]
        db.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", drawn)
