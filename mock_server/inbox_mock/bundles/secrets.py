"""Taking the secrets out of an image: each is replaced by another one of the same length, the same wherever it is found.

What replaces a secret depends on its place alone, so that the start of a sandbox and its present have the same credentials.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from hashlib import blake2b

import orjson

from inbox_mock.domain.access import SECRET_DIGITS
from inbox_mock.services.accounts import DEMO
from inbox_mock.store import images
from inbox_mock.store.database import Database
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
    """Return JSON in which texts that are secrets, or hold a long one, are replaced."""
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
        for row_id, secret in db.execute(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall():  # noqa: S608
            if secret not in DEMO.values():
                secrets[secret] = _stand_in(f"{table}/{column}/{row_id}", max(len(secret), LEAST))
                changes.append((secrets[secret], row_id))
        db.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", changes)  # noqa: S608
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
