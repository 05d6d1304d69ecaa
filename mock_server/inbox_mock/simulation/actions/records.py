"""Actions of nobody in particular: records appear or change as they stand, as somebody was seen to have made or changed them."""

from collections.abc import Mapping
from sqlite3 import IntegrityError
from typing import NamedTuple

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.attachments import PICTURE_PLACEHOLDER, PLACEHOLDER
from inbox_mock.simulation.actions import Given, action
from inbox_mock.store.database import Row
from inbox_mock.webhooks.deliveries import publish
from inbox_mock.webhooks.event_types import event_types


class Ties(NamedTuple):
    """A list of ids that a record has, and a table of its own holds: its key, and how the ids are read, inserted and deleted."""

    key: str
    read: str
    insert: str
    delete: str

    def rows(self, record: Row) -> list[Row]:
        """Return what ``insert`` takes for a record."""
        return [{"id": record["id"], "other": other, "position": place} for place, other in enumerate(record[self.key], 1)]


TIES = {
    "conversations": Ties(
        "bookings",
        "SELECT booking_id FROM conversation_bookings WHERE conversation_id = ? ORDER BY booking_id",
        "INSERT INTO conversation_bookings VALUES (:id, :other)",
        "DELETE FROM conversation_bookings WHERE conversation_id = ?",
    ),
    "messages": Ties(
        "attachments",
        "SELECT attachment_id FROM message_attachments WHERE message_id = ? ORDER BY position",
        "INSERT INTO message_attachments VALUES (:id, :other, :position)",
        "DELETE FROM message_attachments WHERE message_id = ?",
    ),
}


def _counted(rows: Mapping[str, list[object]]) -> str:
    return ", ".join(f"{len(listed)} of {plural}" for plural, listed in rows.items())


def _says(verb: str, given: Given) -> str:
    return f"Records {verb}: {_counted(given.get('rows', given))}"


@action(schema={"$ref": "#/$defs/appearing"}, says=lambda given: _says("appear", given), in_trials=False)
def records_appear(work: UnitOfWork, about: Row) -> None:
    """Insert records as they stand, and publish that they were created.

    Raises:
        Invalid: an id is taken, or a record is missing that one refers to.
    """
    for table, rows in about["rows"].items():
        for row in rows:
            try:
                work.db.insert(table, _columns(table, row))
                if table == "attachments":
                    content = PICTURE_PLACEHOLDER if str(row["file_content_type"]).startswith("image/") else PLACEHOLDER
                    work.db.insert("attachment_files", {"attachment_id": row["id"], "bytes": content})
                _tie(work, table, row)
            except IntegrityError:
                raise Invalid(invalid(table, f"an id that is free ({row['id']}), and records that exist by then")) from None
    _publish(work, about, "created")


@action(schema={"$ref": "#/$defs/changing"}, says=lambda given: _says("change", given), in_trials=False)
def records_change(work: UnitOfWork, about: Row) -> None:
    """Change what is given of records, and publish that they were changed; of a booking that is cancelled, that it was destroyed.

    Raises:
        Invalid: a record does not exist by then.
    """
    for table, rows in about["rows"].items():
        for row in rows:
            if not work.db.has(table, row["id"]):
                raise Invalid(invalid(table, f"a record that exists by then ({row['id']})"))
            changes = {name: value for name, value in _columns(table, row).items() if name != "id"}
            work.db.update(table, row["id"], changes)
            _tie(work, table, row)
    _publish(work, about, "updated")


def _columns(table: str, row: Row) -> Row:
    """Return what the table itself holds of a record."""
    ties = TIES.get(table)
    return row if ties is None else {name: value for name, value in row.items() if name != ties.key}


def _tie(work: UnitOfWork, table: str, row: Row) -> None:
    ties = TIES.get(table)
    if ties is not None and ties.key in row:
        work.db.execute(ties.delete, (row["id"],))
        work.db.executemany(ties.insert, ties.rows(row))


def _publish(work: UnitOfWork, about: Row, what: str) -> None:
    for table, rows in about["rows"].items():
        for row in rows:
            happened = "destroyed" if what == "updated" and row.get("canceled_at") else what
            for event in event_types().values():
                if event.plural == table and event.name.endswith(f"_{happened}") and not event.accompanies:
                    account_id = work.db.value(f"SELECT account_id FROM {table} WHERE id = ?", (row["id"],))  # noqa: S608 - names of ours
                    publish(work, event.name, row["id"], account_id)
