"""Saving a sandbox as a bundle, without its secrets."""

import platform
import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from hashlib import blake2b
from typing import NamedTuple

import orjson

from inbox_mock import __version__
from inbox_mock.bundles import COMMANDS, IMAGE, JOURNAL, SCENARIO, START, BundleError, pack
from inbox_mock.bundles.bundle import SHAPES, Entry
from inbox_mock.domain import limits, times
from inbox_mock.domain.access import SECRET_DIGITS
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.scenarios.build import build_recipe
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.services.accounts import DEMO
from inbox_mock.store import commands, images, journal
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Start
from inbox_mock.store.migrations import FORMAT
from inbox_mock.store.sandbox import RECIPE

COLUMNS = (
    ("tokens", "secret"),
    ("tokens", "name"),
    ("applications", "client_id"),
    ("applications", "client_secret"),
    ("applications", "named_client_id"),
    ("applications", "named_client_secret"),
)
LEAST = 8
"""A name that is shorter is replaced where it is a credential, and not within other texts."""
RUNS = re.compile(rb"[0-9a-f]{%d,}" % SECRET_DIGITS)
Secrets = dict[str, str]
"""Each secret, with what replaces it."""


def without_secrets(image: bytes) -> tuple[bytes, Secrets]:
    """Return an image in which every credential is replaced, and in which no page holds what was there before; and what was replaced."""
    with closing(images.restore(image)) as db:
        secrets = _renew(db)
        for fault_id, past in db.execute("SELECT fault_id, image FROM fault_pasts").fetchall():
            cleaned, others = without_secrets(past)
            secrets = others | secrets
            db.execute("UPDATE fault_pasts SET image = ? WHERE fault_id = ?", (cleaned, fault_id))
        db.execute("UPDATE journal SET request = json_remove(request, '$.headers.X-Content-Signature') WHERE delivery_id IS NOT NULL")
        _rewrite_recipe(db, secrets)
        db.execute("VACUUM")
        return _replaced(images.take_image(db), secrets), secrets


def in_values(found: object, secrets: Mapping[str, str]) -> object:
    """Return JSON with each text replaced that is a secret, or contains a long one."""
    if isinstance(found, dict):
        return {name: in_values(value, secrets) for name, value in found.items()}
    if isinstance(found, list):
        return [in_values(value, secrets) for value in found]
    if not isinstance(found, str):
        return found
    if found in secrets:
        return secrets[found]
    return _replaced(found.encode(), secrets).decode()


def _renew(db: Database) -> Secrets:
    secrets: Secrets = {}
    for table, column in COLUMNS:
        changes = []
        for row_id, secret in db.execute(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall():  # noqa: S608 - names of ours
            if secret not in DEMO.values():
                secrets[secret] = _stand_in(f"{table}/{column}/{row_id}", max(len(secret), LEAST))
                changes.append((secrets[secret], row_id))
        db.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", changes)  # noqa: S608 - names of ours
    return secrets


def _stand_in(place: str, length: int) -> str:
    digits = "".join(blake2b(f"{place}/{part}".encode()).hexdigest() for part in range(length // 128 + 1))
    return digits[:length]


def _rewrite_recipe(db: Database, secrets: Mapping[str, str]) -> None:
    for (value,) in db.execute("SELECT value FROM settings WHERE name = ?", (RECIPE,)).fetchall():
        recipe = {**orjson.loads(value), "folder": None}  # which is one of this machine
        db.execute("UPDATE settings SET value = ? WHERE name = ?", (orjson.dumps(in_values(recipe, secrets)).decode(), RECIPE))


def _replaced(content: bytes, secrets: Mapping[str, str]) -> bytes:
    """Return bytes in which secrets are replaced wherever a client has written them: in texts, and in files."""
    by_bytes = {old.encode(): new.encode() for old, new in secrets.items() if len(old) >= LEAST}
    content = RUNS.sub(_in_runs(by_bytes), content)
    for old, new in by_bytes.items():
        if RUNS.fullmatch(old) is None and len(old) == len(new):
            content = content.replace(old, new)
    return content


def _in_runs(by_bytes: Mapping[bytes, bytes]) -> Callable[[re.Match[bytes]], bytes]:
    def replace(found: re.Match[bytes]) -> bytes:
        return b"".join(_pieces(found[0], by_bytes))

    return replace


def _pieces(run: bytes, by_bytes: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Yield a run of digits in pieces, each secret in it replaced."""
    at = 0
    while at < len(run):
        known = by_bytes.get(run[at : at + SECRET_DIGITS])
        yield run[at : at + 1] if known is None else known
        at += 1 if known is None else SECRET_DIGITS


class Contents(NamedTuple):
    """What a bundle is made of: a sandbox as it is at one moment, secrets included, and its start."""

    sandbox_id: str
    image: bytes
    start: Start


def hold(sandbox: Sandbox) -> Contents:
    """Return what a bundle is made of, which takes a fraction of the time of making it.

    Raises:
        NotFound: the sandbox has been deleted.
    """
    with sandbox.lock:
        return Contents(sandbox.id, sandbox.image()[0], sandbox.storage.start())


def save(sandbox: Sandbox) -> bytes:
    """Return a sandbox as a bundle. It raises what `hold` and `bundle_of` raise."""
    return bundle_of(hold(sandbox))


def bundle_of(held: Contents) -> bytes:
    """Return a bundle, without the secrets of the sandbox.

    Raises:
        BundleError: it is larger than a bundle can be.
    """
    sandbox_id, image, start = held
    image, _ = without_secrets(image)
    with closing(images.restore(image)) as db:
        log = commands.every(db)
        why = _gap(db, log)
        begun = None if why else start_image(start, log)
        why = why or (None if begun else "the scenario can no longer be built as it was at the start")
        members = {IMAGE: image, COMMANDS: _lines(one._asdict() for one in log), JOURNAL: _lines(entries(db))}
        if begun is not None:
            members[START], _ = without_secrets(begun)
        scenario = _scenario(db)
        if scenario is not None:
            members[SCENARIO] = scenario
        manifest = _manifest(sandbox_id, db, members.get(START), why)
    packed = pack(manifest, members)
    total = sum(map(len, members.values()))
    if len(packed) > limits.BUNDLE or total > limits.UNPACKED:
        raise BundleError(f"the bundle would have {len(packed):,} bytes, and {total:,} unpacked; expected at most {limits.BUNDLE}")
    return packed


def entries(db: Database, after: int = 0) -> Iterator[Entry]:
    """Yield the entries of the journal after one as a bundle has them."""
    whole = commands.bodies(db)
    for row in journal.after(db, after, int(limits.JOURNAL)):
        found = {name: row[name] for name in SHAPES[JOURNAL]}
        if row["id"] in whole:
            found["whole"] = b64encode(whole[row["id"]]).decode() or None
        elif max(len(row["path"]), len(row["query"])) >= limits.JOURNALED:
            found["whole"] = None
        yield found


def _gap(db: Database, log: list[commands.Command]) -> str | None:
    """Return why the log does not begin at the scenario's start, or None if it does."""
    if any(one.kind == commands.UNLOGGED for one in log):
        return "a part of what has happened was done by an earlier version, which kept no command log"
    first = db.value("SELECT min(id) FROM journal", (), int)
    if first is not None and first > 1:
        return f"the first {first - 1:,} entries of the journal were deleted: it keeps {limits.JOURNAL}"
    if log and log[0].id > 1:
        return f"the first {log[0].id - 1:,} commands were deleted: the log keeps {limits.COMMANDS}"
    return None


def start_image(start: Start, log: list[commands.Command]) -> bytes | None:
    """Return the image from which a log begins; None if it cannot be made again."""
    if start.recipe is None:
        return start.image
    began = next((times.parse(one.at).timestamp() for one in log if one.kind == commands.BEGAN), 0.0)
    try:
        return build_recipe(start.recipe, began)
    except ScenarioError:
        return None


def _lines(found: Iterable[object]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in found)


def _scenario(db: Database) -> bytes | None:
    """Return the scenario as the file that it was, or could have been."""
    import yaml

    from inbox_mock.yaml_events import Dumper

    recipe = sandbox_store.read_recipe(db)
    if recipe is None:
        return None
    data = {**recipe["data"], "seed": sandbox_store.read_settings(db).seed}
    text: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return text.encode()


def _manifest(sandbox_id: str, db: Database, start: bytes | None, why: str | None) -> dict[str, object]:
    settings, clock = sandbox_store.read_settings(db), sandbox_store.read_clock(db)
    sent = db.value("SELECT count(*) FROM journal WHERE delivery_id IS NOT NULL", (), int) or 0
    return {
        "made_with": {
            "inbox_mock": __version__,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "database": FORMAT,
        },
        "sandbox": {
            "id": sandbox_id,
            "scenario": settings.scenario,
            "seed": settings.seed,
            "clock": {"mode": clock.mode, "rate": clock.rate},
        },
        "began_at": None if start is None else _time_of(start),
        "ended_at": times.wire(clock.now),
        "counts": {"requests": db.count("journal") - sent, "webhooks": sent, "commands": db.count("commands")},
        "incomplete": why,
    }


def _time_of(image: bytes) -> str:
    with closing(images.restore(image)) as db:
        return times.wire(sandbox_store.read_clock(db).now)
