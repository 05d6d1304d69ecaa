"""Whether the values in a sandbox's database are such as this program writes: another one may put anything anywhere.

That reads everything, so it is asked where a database comes from elsewhere, or after a fault that such a value may have caused.
"""

from collections.abc import Mapping
from sqlite3 import Error

import orjson

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
MISREAD = (Error, ValueError, TypeError, LookupError, AttributeError)
"""What is raised where a value is read that this program does not write."""


def check_values(db: Database) -> None:
    """Check the type of every value, and whether JSON can be read.

    Raises:
        UnusableDatabase: one is not as this program writes it; the text names the column.
    """
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, declared in db.execute(
        "SELECT t.name, c.name, c.type FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    ):
        columns.setdefault(table, []).append((f"{table}.{column}", declared))
    for table, named in columns.items():
        for row in db.execute(f'SELECT * FROM "{table}"'):
            for (column, declared), value in zip(named, row, strict=True):
                _check(column, TYPES.get(declared, object), value)


def _check(column: str, expected: type | tuple[type, ...], value: object) -> None:
    if value is None:
        return
    if not isinstance(value, expected):
        raise UnusableDatabase(f"its column {column} holds a value of another type; expected it as the Inbox Mock wrote it")
    try:
        if column in JSON and not isinstance(orjson.loads(str(value)), JSON[column]):
            raise UnusableDatabase(f"its column {column} holds other JSON; expected it as the Inbox Mock wrote it")
    except orjson.JSONDecodeError as error:
        raise UnusableDatabase(f"its column {column} holds no JSON ({error}); expected it as the Inbox Mock wrote it") from None
