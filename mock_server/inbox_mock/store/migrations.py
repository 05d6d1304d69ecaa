"""The formats that a sandbox's database has had: which one a database has, whether it is sound, and how it becomes the present one.

A change of `schema.sql` after a release is a new format: add a `Migration` from the present one. `tests/store/test_migrations.py`
holds an image of each format, and says what else to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from sqlite3 import Connection, DatabaseError

from inbox_mock import __version__
from inbox_mock.domain.values import in_a_line

APPLICATION = int.from_bytes(b"Inbx")  # what SQLite calls an application id: it tells our files from others
BEFORE_IDS = (0, 1)  # format 1 had none


class UnusableDatabase(Exception):  # noqa: N818 - said of a database, not of an operation
    """A database is damaged, foreign, of a newer format or not as this program wrote it; the text says in a line what was found."""

    def __init__(self, text: str) -> None:
        super().__init__(in_a_line(text))


@dataclass(frozen=True, slots=True)
class Migration:
    """The way from a format to the next one.

    ``schema`` is the fingerprint of the earlier format. ``change`` is called within a transaction, and leaves the schema exactly
    as the next format has it.
    """

    schema: str
    change: Callable[[Connection], None]


def _to_2(db: Connection) -> None:
    db.execute("CREATE TABLE deliveries_under_way (delivery_id INTEGER PRIMARY KEY REFERENCES deliveries)")
    db.execute(f"PRAGMA application_id = {APPLICATION}")


def _to_3(db: Connection) -> None:
    db.execute(
        "CREATE TABLE commands (id INTEGER PRIMARY KEY, after INTEGER NOT NULL, at TEXT NOT NULL, "
        "kind TEXT NOT NULL, details TEXT NOT NULL)"
    )
    db.execute("CREATE TABLE request_bodies (entry_id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
    db.execute("ALTER TABLE tokens ADD COLUMN code_challenge TEXT")
    db.execute("INSERT INTO commands SELECT 1, 0, clock.now, 'unlogged', '{}' FROM clock")  # what has happened so far is not known


MIGRATIONS: tuple[Migration, ...] = (
    Migration("1408fd2229c80226ace42cc8a70331a40d59744e1e4a7dd08795d3ef975d6c53", _to_2),
    Migration("c9c9e31e48ade6a47b434d867eb76f2792a269f120a81ea34f7fbe05c77c03c5", _to_3),
)  # the first one leads from format 1 to 2
FORMAT = 1 + len(MIGRATIONS)


def migrate(db: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a database to the present format, in one transaction.

    Raises:
        UnusableDatabase: its format is unknown; nothing was changed.
    """
    found, present = format_of(db), 1 + len(migrations)
    if found == present:
        return
    db.execute("BEGIN")
    try:
        for migration in migrations[found - 1 :]:
            migration.change(db)
        db.execute(f"PRAGMA user_version = {present}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def format_of(db: Connection, present: int = FORMAT) -> int:
    """Return the format of a database.

    Raises:
        UnusableDatabase: it is no format that this program knows.
    """
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > present:
        raise UnusableDatabase(
            f"it has format {found}, of a newer Inbox Mock; this is {__version__}, which reads formats up to {present}: "
            "use the version that wrote it, or a newer one"
        )
    if found < 1:
        raise UnusableDatabase(f"it has format {found}; expected 1 to {present}")
    return found


def check(db: Connection, schema: str, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Check a database that may come from anywhere, before anything of it is used. ``schema`` is the fingerprint of the present format.

    Raises:
        UnusableDatabase: it is not one that this program wrote, or not as it wrote it.
    """
    try:
        application, found = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if application != APPLICATION and (application, found) != BEFORE_IDS:
            raise UnusableDatabase(
                f"it is empty, or another program's (application id {application}); expected a sandbox of the Inbox Mock"
            )
        fingerprints = [*(migration.schema for migration in migrations), schema]
        format_of(db, len(fingerprints))
        if fingerprint(db) != fingerprints[found - 1]:
            raise UnusableDatabase(f"its schema was changed by another program; expected that of format {found}")
        damage = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except (DatabaseError, UnicodeError) as error:
        raise UnusableDatabase(f"it is damaged, or no database ({error}); expected a sandbox of the Inbox Mock") from None
    if damage != "ok":
        raise UnusableDatabase(f"it is damaged ({damage}); expected it as the Inbox Mock wrote it")


def fingerprint(db: Connection) -> str:
    """Return what differs between databases whose tables, indexes, views or triggers differ."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name, type").fetchall()
    return sha256(repr(rows).encode()).hexdigest()
