"""Tokens, codes and applications' credentials, without the sandbox's id that every credential begins with."""

from inbox_mock.store.database import Database, Row
from inbox_mock.store.rows import ApplicationRow, TokenRow

FIND = "SELECT * FROM tokens WHERE kind = ? AND (secret = ? OR name = ?)"


def find(db: Database, kind: str, secret: str, name: str | None) -> TokenRow | None:
    """Return a token of a kind (``access``, ``refresh`` or ``code``); ``name`` is set in the default sandbox only."""
    return db.one(FIND, (kind, secret, name), TokenRow)


def add(db: Database, row: Row) -> int:
    """Keep a new token."""
    return db.insert("tokens", row)


def revoke(db: Database, token_id: object, at: str) -> None:
    """Let a token be refused from now on."""
    db.update("tokens", token_id, {"revoked_at": at})


def all_tokens(db: Database) -> list[TokenRow]:
    """Return every token."""
    return db.every("SELECT * FROM tokens ORDER BY id", (), TokenRow)


def keep(db: Database, tokens: list[TokenRow]) -> None:
    """Put tokens of an earlier life of the sandbox back; those that the scenario made are as it made them."""
    if tokens:
        columns, marks = ", ".join(tokens[0]), ", ".join(f":{column}" for column in tokens[0])
        db.executemany(f"INSERT OR IGNORE INTO tokens ({columns}) VALUES ({marks})", tokens)  # noqa: S608


def application(db: Database, client_id: str, name: str | None) -> ApplicationRow | None:
    """Return the application with this client id; ``name`` is set in the default sandbox only."""
    return db.one("SELECT * FROM applications WHERE client_id = ? OR named_client_id = ?", (client_id, name), ApplicationRow)
