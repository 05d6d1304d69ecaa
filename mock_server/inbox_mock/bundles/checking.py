"""Whether an image in a bundle is one that this program could have written: whoever changes one can make its hash fit."""

from collections.abc import Mapping
from contextlib import closing
from sqlite3 import DatabaseError

import orjson

from inbox_mock.bundles import BundleError
from inbox_mock.store import images
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.migrations import UnusableDatabase

TYPES: Mapping[str, type | tuple[type, ...]] = {"INTEGER": (int, float), "REAL": (int, float), "TEXT": str, "BLOB": bytes}
"""What a column of a declared type holds besides NULL: SQLite takes anything."""
JSON: Mapping[str, type] = {
    **dict.fromkeys(("accounts.phones", "accounts.preferences", "rentals.details", "timeline.about"), dict),
    **dict.fromkeys(("commands.details", "deliveries.reason", "deliveries.record", "faults.match", "faults.options"), dict),
    **dict.fromkeys(("journal.request", "journal.response"), dict),
    **dict.fromkeys(("accounts.selected_locales", "applications.redirect_uris", "bookings.bookings_tag_ids", "webhooks.events"), list),
    **dict.fromkeys(("clients.addresses", "clients.emails", "clients.phones"), list),
    **dict.fromkeys(("faults.lingering", "journal.caused", "journal.reasons"), list),
}
"""The columns whose texts are JSON: objects, or lists."""


def check(name: str, image: bytes, *, is_past: bool = False) -> None:
    """Check an image, and those of pasts in it; ``name`` is how errors call it.

    Raises:
        BundleError: it is damaged, or not as this program writes it.
    """
    try:
        with closing(images.restore(image, checked=False)) as db:
            _check_indexes(db)
            _check_values(db)
            sandbox_store.check(db)
            pasts = db.execute("SELECT fault_id, image FROM fault_pasts").fetchall()
    except UnusableDatabase as error:
        raise BundleError(f"{name}: {error}") from None
    except (DatabaseError, UnicodeError) as error:  # a text that is no UTF-8 is either
        raise BundleError(f"{name}: it is damaged ({error}); expected it as the Inbox Mock wrote it") from None
    if pasts and is_past:
        raise BundleError(f"{name}: it holds a past; expected none in what is one")
    for fault_id, past in pasts:
        check(f"{name}, the past of fault {fault_id}", past, is_past=True)


def _check_indexes(db: Database) -> None:
    damage = db.value("PRAGMA integrity_check(1)", (), str)  # quick_check, which any image passes, looks at no index
    if damage != "ok":
        raise UnusableDatabase(f"it is damaged ({damage}); expected it as the Inbox Mock wrote it")


def _check_values(db: Database) -> None:
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, declared in db.execute(
        "SELECT t.name, c.name, c.type FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    ):
        columns.setdefault(table, []).append((f"{table}.{column}", declared))
    for table, named in columns.items():
        for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - a table of ours: the schema was checked
            for (column, declared), value in zip(named, row, strict=True):
                _check_value(column, TYPES.get(declared, object), value)


def _check_value(column: str, expected: type | tuple[type, ...], value: object) -> None:
    if value is None:
        return
    if not isinstance(value, expected):
        raise UnusableDatabase(f"its column {column} holds a value of another type; expected it as the Inbox Mock wrote it")
    try:
        if column in JSON and not isinstance(orjson.loads(str(value)), JSON[column]):
            raise UnusableDatabase(f"its column {column} holds other JSON; expected it as the Inbox Mock wrote it")
    except orjson.JSONDecodeError as error:
        raise UnusableDatabase(f"its column {column} holds no JSON ({error}); expected it as the Inbox Mock wrote it") from None
