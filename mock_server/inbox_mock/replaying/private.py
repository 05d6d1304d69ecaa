"""A bundle without private data: what went in is disguised, and all of it is done again, so that the answers fit.

What goes in are the records at the start, the bodies of requests, and the details of commands. Files, the scenario, and what receivers
of webhooks have answered are left out.
"""

from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from os import urandom
from typing import Any

import orjson

from inbox_mock.bundles.bundle import Bundle, Entry, whole_body
from inbox_mock.bundles.saving import save
from inbox_mock.replaying.replay import redone
from inbox_mock.resources.disguise import Disguise
from inbox_mock.resources.privacy import PRIVATE
from inbox_mock.store import images
from inbox_mock.store.database import Database
from inbox_mock.store.sandbox import RECIPE

NOT_PRIVATE = frozenset({"url", "state"})
"""Names of attributes that mean something else outside of a record."""
ANYWHERE = {name: plural for plural, names in PRIVATE.items() for name in names if name not in NOT_PRIVATE}
COLUMNS = {(plural, name): (plural, name) for plural, names in PRIVATE.items() for name in names} | {
    ("users", "fullname"): ("clients", "fullname"),
    ("messages", "on_channel_as"): ("messages", "content"),
}
"""Each column that may hold what is private, with the attribute that says how it is replaced."""
JSON_COLUMNS = (("rentals", "details"), ("timeline", "about"), ("deliveries", "record"))


def without_private_data(bundle: Bundle) -> bytes:
    """Return a bundle of the same run in which everything private is replaced by something invented, of the same shape and length.

    Raises:
        BundleError: its log does not begin at its start, or has something that cannot be done.
    """
    disguise = Disguise(urandom(32))
    start = None if bundle.start is None else _image(bundle.start, disguise)
    commands = [command._replace(details=_anywhere(command.details, disguise)) for command in bundle.commands]
    journal = [_entry(entry, disguise) for entry in bundle.journal]
    return save(redone(replace(bundle, start=start, commands=commands, journal=journal)))


def _image(image: bytes, disguise: Disguise) -> bytes:
    with closing(images.restore(image)) as db:
        for (table, column), kind in COLUMNS.items():
            if db.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column)).fetchone():
                _column(db, table, column, partial(_stored, kind, disguise))
        for table, column in JSON_COLUMNS:
            _column(db, table, column, partial(_json, disguise))
        for fault_id, past in db.execute("SELECT fault_id, image FROM fault_pasts").fetchall():
            db.execute("UPDATE fault_pasts SET image = ? WHERE fault_id = ?", (_image(past, disguise), fault_id))
        db.execute("UPDATE attachment_files SET bytes = zeroblob(length(bytes))")
        db.execute("DELETE FROM settings WHERE name = ?", (RECIPE,))
        db.execute("VACUUM")
        return images.take_image(db)


def _column(db: Database, table: str, column: str, change: Any) -> None:  # noqa: ANN401 - a function of any value
    key = "attachment_id" if table == "attachment_files" else "id"
    rows = db.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()  # noqa: S608 - names of ours
    db.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", [(change(value), row_id) for row_id, value in rows])  # noqa: S608 - names of ours


def _stored(kind: tuple[str, str], disguise: Disguise, value: object) -> object:
    """Return what stands for a value as it is stored: a list or an object as JSON."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return orjson.dumps(disguise.of(*kind, orjson.loads(value))).decode()
        except orjson.JSONDecodeError:
            pass
    return disguise.of(*kind, value)


def _json(disguise: Disguise, value: str) -> str:
    return orjson.dumps(_anywhere(orjson.loads(value), disguise)).decode()


def _anywhere(found: Any, disguise: Disguise) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON that is no record, with every value replaced that has the name of a private attribute."""
    if isinstance(found, Mapping):
        return {
            name: disguise.of(ANYWHERE[name], name, value) if name in ANYWHERE else _anywhere(value, disguise)
            for name, value in found.items()
        }
    return [_anywhere(one, disguise) for one in found] if isinstance(found, list) else found


def _entry(entry: Entry, disguise: Disguise) -> Entry:
    """Return an entry with its request replaced; that of a webhook without what the receiver answered."""
    if entry["delivery_id"] is not None:
        return entry | {"response": {"headers": {}, "body": ""} if entry["response"] else {}}
    body = whole_body(entry)
    if not body or isinstance(entry["request"].get("body"), dict):
        return entry
    try:
        hidden = orjson.dumps(disguise.answer(orjson.loads(body)))
    except orjson.JSONDecodeError:
        hidden = disguise.text(body.decode(errors="replace")).encode()
    return entry | {"whole": b64encode(hidden).decode()}
