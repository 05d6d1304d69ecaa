"""Print `inbox_mock/store/rows.py`: a typed row for each table of the schema that has an id.

python tests/rows_of_schema.py > mock_server/inbox_mock/store/rows.py
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from textwrap import fill

SCHEMA = Path(__file__).parents[1] / "mock_server/inbox_mock/store/schema.sql"
NOUNS = {"inquiries": "Inquiry", "deliveries": "Delivery", "journal": "JournalEntry"}
TYPES = {"INTEGER": "int", "REAL": "float", "TEXT": "str", "BLOB": "bytes"}
HEAD = '''"""A row of each table that has an id, by column. Generated from schema.sql by tests/rows_of_schema.py: do not edit."""

# ruff: noqa: UP013 - the functional form takes a few lines for each table, like the schema
# fmt: off
from typing import TypedDict
'''


def source() -> str:
    """Return the text of the module."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA.read_text(encoding="utf-8"))
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid") if _has_id(db, name)]
        names = ", ".join(f'{_name(table)}:~"{table}"' for table in tables)
        return "\n".join([HEAD, *(_row(db, table) for table in tables), f"\nTABLES: dict[type, str] = {{\n{_wrapped(names)},\n}}\n"])


def _row(db: sqlite3.Connection, table: str) -> str:
    columns = ", ".join(
        f'"{column}": {TYPES[kind]}{"" if required or key else " | None"}'.replace(" ", "~")
        for _, column, kind, required, _, key in db.execute(f"PRAGMA table_info({table})")
    )
    return f'{_name(table)} = TypedDict("{_name(table)}", {{\n{_wrapped(columns)},\n}})'


def _wrapped(text: str) -> str:
    return fill(text, 138, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False).replace("~", " ")


def _has_id(db: sqlite3.Connection, table: str) -> bool:
    return table not in {"clock", "timeline"} and any(column[1] == "id" for column in db.execute(f"PRAGMA table_info({table})"))


def _name(table: str) -> str:
    return f"{NOUNS.get(table, table.removesuffix('s').title())}Row"


if __name__ == "__main__":
    sys.stdout.write(source())
