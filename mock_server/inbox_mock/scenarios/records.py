"""The section ``records`` of a scenario: rows that are inserted as they stand. No use case runs, nothing is scheduled or told."""

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import product
from typing import Any

import orjson

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.domain.spelling import shown
from inbox_mock.scenarios.builder import Builder, Location, ScenarioArguments
from inbox_mock.scenarios.defaults import Known
from inbox_mock.scenarios.exact import CLIENT_APPLICATION, FAULT, Key, Noun, columns_of, nouns
from inbox_mock.services import accounts
from inbox_mock.services.accounts import DETAILS
from inbox_mock.services.people import MEMBERS
from inbox_mock.simulation.actions.fault import set_fault
from inbox_mock.simulation.actions.records import TIES
from inbox_mock.store import access, faults, images
from inbox_mock.store.database import Row, insertion
from inbox_mock.store.rows import TABLES

SECTION = "records"


def left_out(name: str, known: Known) -> list[Row]:
    """Return the records of a noun that a scenario does not list."""
    if name == "accounts":
        return [{}]
    if name == "applications":
        return [*(application for policy in opening() if (application := policy.application)), CLIENT_APPLICATION]
    if name == "installations":
        pairs = product(known.rows["applications"], known.rows["accounts"])
        return [{"application": application, "account": account} for application, account in pairs]
    return []


def set_faults(builder: Builder) -> None:
    """Set the faults of exact records, each as often met as it says.

    Raises:
        ScenarioError: the fault does not exist, or not with these options.
    """
    listed: list[Row] = builder.scenario.data.get(SECTION, {}).get("faults", [])
    for number, given in enumerate(listed):
        location: Location = (SECTION, "faults", number)
        wanted = {name: value for name, value in given.items() if name not in FAULT}
        fault_id = set_fault(ScenarioArguments(builder, location), wanted)
        changes = stored(builder, FAULT, given, location)
        if "past" in given:
            with closing(images.create()) as past:
                Records(replace(builder, work=builder.work.on(past)), given["past"], (*location, "past")).insert()
                faults.show_past(builder.work.db, fault_id, past)
        with builder.refusals_at(location):
            faults.renumber(builder.work.db, fault_id, changes.get("id", fault_id))
        faults.change(builder.work.db, changes.get("id", fault_id), changes)


def stored(builder: Builder, keys: Mapping[str, Key], given: Row, location: Location) -> Row:
    """Return what a record says by column.

    Raises:
        ScenarioError: a value is not what its key takes.
    """
    found: Row = {}
    for name, value in given.items():
        key = keys.get(name)
        if key is None or not key.columns:
            continue
        try:
            kept = None if value is None else key.form.store(value, builder.start)
        except ValueError:
            raise builder.scenario.error((*location, name), shown(value), str(key.schema["description"])) from None
        if len(key.columns) == 1:
            found[key.columns[0]] = kept
        else:
            found |= zip(key.columns, kept if isinstance(kept, tuple) else (None, None), strict=True)
    return found


class Records:
    """Exact records that are inserted into the database of a builder's unit of work; ``place`` is where the scenario lists them."""

    def __init__(self, builder: Builder, data: Mapping[str, list[Row]], place: Location) -> None:
        self.builder, self.data, self.place = builder, data, place
        rotated = builder.work.settings.assume["picture_size"] == "shown"
        self.known = Known(builder.start, times.wire(builder.founded), rotated=rotated)
        self.references: list[tuple[str, object, Location]] = []

    def insert(self) -> None:
        """Insert every record.

        Raises:
            ScenarioError: a time is none, an id is taken, or a reference leads nowhere.
        """
        for name, noun in nouns().items():
            rows = self.known.rows[noun.table] = {}
            listed = self.data.get(name)
            for number, given in enumerate(left_out(name, self.known) if listed is None else listed):
                row = self.row(noun, given, (*self.place, name, number))
                rows[row.get("id", len(rows))] = row
        self._check_references()
        for done, (name, noun) in enumerate(nouns().items()):
            self.builder.progress(done, len(nouns()))
            self._write(name, noun, self.known.rows[noun.table].values())

    def row(self, noun: Noun, given: Row, location: Location) -> Row:
        """Return a record's columns, and under their keys what is kept elsewhere."""
        found = stored(self.builder, noun.keys, given, location)
        for key, value in given.items():
            self._refer(noun.keys[key], key, value, location)
        if "id" in noun.keys and "id" not in found:
            found["id"] = self.known.next_id(noun.table)
        elif found.get("id") in self.known.rows[noun.table]:
            raise self.builder.scenario.error((*location, "id"), f"the id {found['id']} a second time", "one of its own")
        row = {**noun.blank, **found}
        for column, default in noun.derived.items():
            if column not in found:
                row[column] = default(row, self.known)
        return row

    def _refer(self, known: Key, key: str, value: Any, location: Location) -> None:  # noqa: ANN401 - any YAML
        if known.target and value is not None:
            for each in value if isinstance(value, list) else [value]:
                self.references.append((known.target, each, (*location, key)))
        if key == "member":
            self.references.append((TABLES[MEMBERS[value["type"]]], value["id"], (*location, key)))

    def _write(self, name: str, noun: Noun, rows: Collection[Row]) -> None:
        """Insert the rows of a noun, and what is kept elsewhere."""
        work = self.builder.work
        if name == "rentals":
            for row in rows:
                row["details"] = orjson.dumps({name: row[name] for name in DETAILS}).decode()
        if name == "tokens":
            for row in rows:
                row["secret"] = work.dice.secret(f"{row['kind']} token", row["id"])
        with self.builder.refusals_at((*self.place, name)):
            self.builder.work.db.executemany(insertion(noun.table, tuple(columns_of(noun.table))), rows)
        if name == "applications":
            for row in rows:
                accounts.draw_credentials(work, row["id"])
                if row["requests_this_hour"]:
                    access.set_spent(self.builder.work.db, row["id"], access.window_of(self.builder.start), row["requests_this_hour"])
        if name == "attachments":
            self.builder.work.db.executemany("INSERT INTO attachment_files VALUES (:id, :file)", rows)
        if name in TIES:
            ties = TIES[name]
            self.builder.work.db.executemany(ties.insert, [tied for row in rows for tied in ties.rows(row)])

    def _check_references(self) -> None:
        for table, record_id, location in self.references:
            if record_id not in self.known.rows[table]:
                listed = ".".join(map(str, (*self.place, table)))
                raise self.builder.scenario.error(location, shown(record_id), f"the id of one of {listed}")


def appearing(builder: Builder, given: Mapping[str, list[Row]], place: Location) -> Row:
    """Return what the action `records_appear` is about: the columns of its records by table.

    Raises:
        ScenarioError: as `Records.insert`.
    """
    records = Records(builder, given, place)
    records.known.rows.update(builder.present)
    found: Row = {}
    for name, noun in nouns().items():
        for number, one in enumerate(given.get(name, ())):
            known = records.known.rows.setdefault(noun.table, {})
            row = known[one.get("id", 0) or records.known.next_id(noun.table)] = records.row(noun, one, (*place, name, number))
            columns = [*columns_of(noun.table), *([TIES[name].key] if name in TIES else [])]
            found.setdefault(noun.table, []).append({column: row[column] for column in columns})
            if name == "rentals":
                found[name][-1]["details"] = orjson.dumps({detail: row[detail] for detail in DETAILS}).decode()
    return {"rows": found}


def changing(builder: Builder, given: Mapping[str, list[Row]], place: Location) -> Row:
    """Return what the action `records_change` is about: the columns that change, with the id, by table.

    Raises:
        ScenarioError: a value is not what its key takes.
    """
    return {
        "rows": {
            nouns()[name].table: [stored(builder, nouns()[name].keys, one, (*place, name, number)) for number, one in enumerate(listed)]
            for name, listed in given.items()
        }
    }
