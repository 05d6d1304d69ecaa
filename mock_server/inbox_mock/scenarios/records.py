"""The section ``records`` of a scenario: rows that are inserted as they stand. No use case runs, nothing is scheduled or told."""

from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any

import orjson

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.domain.spelling import shown
from inbox_mock.scenarios.builder import Builder, Location
from inbox_mock.scenarios.defaults import Known
from inbox_mock.scenarios.exact import CLIENT_APPLICATION, Key, Noun, columns_of, nouns
from inbox_mock.services import accounts
from inbox_mock.services.accounts import DETAILS
from inbox_mock.services.people import MEMBERS
from inbox_mock.store import access
from inbox_mock.store.database import Row, insertion
from inbox_mock.store.rows import TABLES

SECTION = "records"
TIES = {
    "conversations": ("bookings", "INSERT INTO conversation_bookings VALUES (:id, :other)"),
    "messages": ("attachments", "INSERT INTO message_attachments VALUES (:id, :other, :position)"),
}


class Records:
    """The records of a scenario that is built."""

    def __init__(self, builder: Builder) -> None:
        self.builder, self.db = builder, builder.work.db
        self.data: Mapping[str, list[Row]] = builder.scenario.data[SECTION]
        self.known = Known(builder.start, times.wire(builder.founded), builder.work.settings.assume["picture_size"] == "shown")
        self.references: list[tuple[str, object, Location]] = []

    def insert(self) -> None:
        """Insert every record.

        Raises:
            ScenarioError: a time is none, an id is taken, or a reference leads nowhere.
        """
        for name, noun in nouns().items():
            rows = self.known.rows[noun.table] = {}
            listed = self.data.get(name)
            for number, given in enumerate(self._left_out(name) if listed is None else listed):
                row = self._row(noun, given, (SECTION, name, number))
                rows[row.get("id", len(rows))] = row
        self._check_references()
        for done, (name, noun) in enumerate(nouns().items()):
            self.builder.progress(done, len(nouns()))
            self._write(name, noun, self.known.rows[noun.table].values())

    def _row(self, noun: Noun, given: Row, location: Location) -> Row:
        """Return a record's columns, and under their keys what is kept elsewhere."""
        start, stored = self.known.start, dict[str, Any]()
        for key, value in given.items():
            known = noun.keys[key]
            try:
                found = None if value is None else known.form.store(value, start)
            except ValueError:
                raise self.builder.scenario.error((*location, key), shown(value), str(known.schema["description"])) from None
            if len(known.columns) == 1:
                stored[known.columns[0]] = found
            else:
                stored |= zip(known.columns, found or (None, None), strict=True)  # type: ignore[call-overload]
            self._refer(known, key, value, location)
        if "id" in noun.keys and "id" not in stored:
            stored["id"] = self.known.next_id(noun.table)
        elif stored.get("id") in self.known.rows[noun.table]:
            raise self.builder.scenario.error((*location, "id"), f"the id {stored['id']} a second time", "one of its own")
        row = {**noun.blank, **stored}
        for column, default in noun.derived.items():
            if column not in stored:
                row[column] = default(row, self.known)
        return row

    def _refer(self, known: Key, key: str, value: Any, location: Location) -> None:  # noqa: ANN401
        if known.target and value is not None:
            for each in value if isinstance(value, list) else [value]:
                self.references.append((known.target, each, (*location, key)))
        if key == "member":
            self.references.append((TABLES[MEMBERS[value["type"]]], value["id"], (*location, key)))

    def _left_out(self, name: str) -> Iterable[Row]:
        """Return the records of a noun that the scenario leaves out."""
        if name == "accounts":
            return [{}]
        if name == "applications":
            return [*(application for policy in opening() if (application := policy.application)), CLIENT_APPLICATION]
        if name == "installations":
            pairs = product(self.known.rows["applications"], self.known.rows["accounts"])
            return [{"application": application, "account": account} for application, account in pairs]
        return ()

    def _write(self, name: str, noun: Noun, rows: Collection[Row]) -> None:
        """Insert the rows of a noun, and what is kept elsewhere."""
        work = self.builder.work
        if name == "rentals":
            for row in rows:
                row["details"] = orjson.dumps({name: row[name] for name in DETAILS}).decode()
        if name == "tokens":
            for row in rows:
                row["secret"] = work.dice.secret(f"{row['kind']} token", row["id"])
        with self.builder.refusals_at((SECTION, name)):
            self.db.executemany(insertion(noun.table, tuple(columns_of(noun.table))), rows)
        if name == "applications":
            for row in rows:
                accounts.draw_credentials(work, row["id"])
                access.set_spent(self.db, row["id"], access.window_of(self.builder.start), row["requests_this_hour"])
        if name == "attachments":
            self.db.executemany("INSERT INTO attachment_files VALUES (:id, :file)", rows)
        if name in TIES:
            others, sql = TIES[name]
            ties = ((row["id"], other, position) for row in rows for position, other in enumerate(row[others], 1))
            self.db.executemany(sql, [{"id": one, "other": other, "position": position} for one, other, position in ties])

    def _check_references(self) -> None:
        for table, record_id, location in self.references:
            if record_id not in self.known.rows[table]:
                article = table.removesuffix("s")
                raise self.builder.scenario.error(location, shown(record_id), f"the id of a {article} in {SECTION}")
