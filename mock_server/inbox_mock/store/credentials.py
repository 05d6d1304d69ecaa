"""Tokens, codes and applications' credentials, without the sandbox's id that every credential begins with."""

import sqlite3

from inbox_mock.store.database import Row, every, insert, one, update

FIND = "SELECT * FROM tokens WHERE kind = ? AND (secret = ? OR name = ?)"


def find(db: sqlite3.Connection, kind: str, secret: str, name: str | None) -> Row | None:
    """Return a token of a kind (``access``, ``refresh`` or ``code``); ``name`` is set in the default sandbox only."""
    return one(db, FIND, (kind, secret, name))


def add(db: sqlite3.Connection, row: Row) -> int:
    """Keep a new token."""
    return insert(db, "tokens", row)


def revoke(db: sqlite3.Connection, token_id: object, at: str) -> None:
    """Let a token be refused from now on."""
    update(db, "tokens", token_id, {"revoked_at": at})


def all_tokens(db: sqlite3.Connection) -> list[Row]:
    """Return every token."""
    return every(db, "SELECT * FROM tokens ORDER BY id")


def keep(db: sqlite3.Connection, tokens: list[Row]) -> None:
    """Put tokens of an earlier life of the sandbox back; those that the scenario made are as it made them."""
    if tokens:
        columns, marks = ", ".join(tokens[0]), ", ".join(f":{column}" for column in tokens[0])
        db.executemany(f"INSERT OR IGNORE INTO tokens ({columns}) VALUES ({marks})", tokens)  # noqa: S608


def application(db: sqlite3.Connection, client_id: str, name: str | None) -> Row | None:
    """Return the application with this client id; ``name`` is set in the default sandbox only."""
    return one(db, "SELECT * FROM applications WHERE client_id = ? OR named_client_id = ?", (client_id, name))
