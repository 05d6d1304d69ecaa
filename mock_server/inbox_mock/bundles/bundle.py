"""A bundle that was read: each part is checked before anything uses it; and opening it as a sandbox, which sends nothing anywhere."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from inbox_mock.bundles import COMMANDS, IMAGE, JOURNAL, SCENARIO, START, BundleError, unpack
from inbox_mock.bundles.checking import check
from inbox_mock.domain import limits
from inbox_mock.domain.access import SANDBOX_ID
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.store import commands, images
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.commands import Command
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Label, Start

if TYPE_CHECKING:
    from jsonschema_rs import Validator

Entry = dict[str, Any]
"""An entry of the journal as the admin API shows it, and under ``whole`` the Base64 of a body that the entry has in part."""
TEXT: Mapping[str, object] = {"type": "string"}
NUMBER: Mapping[str, object] = {"type": "integer", "minimum": 0, "maximum": 2**53}
OBJECT: Mapping[str, object] = {"type": "object"}
NUMBER_OR_NONE: Mapping[str, object] = {"type": ["integer", "null"]}
HEADERS: Mapping[str, object] = {"type": "object", "additionalProperties": TEXT}
PART: Mapping[str, object] = {"type": "object", "properties": {"headers": HEADERS, "origin": TEXT, "unread": TEXT, "began": TEXT}}
SHAPES: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    COMMANDS: {"id": NUMBER, "after": NUMBER, "at": TEXT, "kind": TEXT, "details": OBJECT},
    JOURNAL: {
        **dict.fromkeys(("id",), NUMBER),
        **dict.fromkeys(("at", "method", "path", "query"), TEXT),
        **dict.fromkeys(("status", "application_id", "delivery_id", "fault_id"), NUMBER_OR_NONE),
        **dict.fromkeys(("request", "response"), PART),
        **{name: {"type": "array", "items": OBJECT} for name in ("caused", "reasons")},
    },
}
"""What each line of the command log and of the journal has, as JSON Schema."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle. ``start`` is the image from which the log begins, None where that is not known; ``image`` is the sandbox as it was."""

    manifest: Mapping[str, Any]
    commands: list[Command]
    journal: list[Entry]
    start: bytes | None
    image: bytes
    scenario: str

    @property
    def sandbox_id(self) -> str:
        """The id of the sandbox."""
        return str(self.manifest["sandbox"]["id"])

    @property
    def incomplete(self) -> str | None:
        """Why it cannot be replayed from its start; None if it can."""
        return self.manifest["incomplete"] if self.start is None else None


def about(bundle: Bundle) -> dict[str, str]:
    """Return what a bundle is, in words, by what is told."""
    told = (bundle.manifest.get(name) for name in ("sandbox", "made_with", "counts"))
    sandbox, made, counts = (one if isinstance(one, dict) else {} for one in told)
    return {
        "scenario": f"{sandbox.get('scenario')}, seed {sandbox.get('seed')}",
        "sandbox": bundle.sandbox_id,
        "clock": f"{bundle.manifest.get('began_at') or '?'} to {bundle.manifest.get('ended_at')}",
        "made with": ", ".join(f"{name} {version}" for name, version in made.items()),
        "done": ", ".join(f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in counts.items()),
        "complete": bundle.incomplete or "yes",
    }


def whole_body(entry: Entry) -> bytes | None:
    """Return the body of a request, or None if the bundle does not hold all of it.

    Raises:
        BundleError: what should be Base64 is none.
    """
    if "whole" not in entry:
        return str(entry["request"].get("body", "")).encode()
    try:
        return None if entry["whole"] is None else b64decode(str(entry["whole"]), validate=True)
    except ValueError:
        raise BundleError(f"{JOURNAL}, entry {entry['id']}: whole is no Base64") from None


def content_of(file: Path) -> bytes:
    """Return the content of a file that should be a bundle.

    Raises:
        BundleError: it cannot be read, or is larger than a bundle can be.
    """
    try:
        if file.exists() and not file.is_file():  # reading a pipe waits for somebody who writes
            raise BundleError("it is no file; expected a bundle")
        with file.open("rb") as opened:
            content = opened.read(limits.BUNDLE + 1)
    except OSError as error:
        raise BundleError(f"it cannot be read: {error.strerror}") from None
    if len(content) > limits.BUNDLE:
        raise BundleError(f"it has more than {limits.BUNDLE}; expected a bundle")
    return content


def read(raw: bytes) -> Bundle:
    """Return the bundle in bytes from anywhere.

    Raises:
        BundleError: it is none, was damaged or changed, is too large, or of a newer format.
    """
    manifest, members = unpack(raw)
    sandbox, why = manifest.get("sandbox"), manifest.get("incomplete")
    if not isinstance(sandbox, dict) or SANDBOX_ID.fullmatch(str(sandbox.get("id"))) is None or not isinstance(why, str | None):
        raise BundleError("its manifest does not say which sandbox it is of")
    for name in (IMAGE, START):
        if name in members:
            check(name, members[name])
    commands = [Command(**{name: line[name] for name in Command._fields}) for line in _lines(COMMANDS, members[COMMANDS])]
    journal = _lines(JOURNAL, members[JOURNAL])
    scenario = members.get(SCENARIO, b"").decode(errors="replace")
    return Bundle(manifest, commands, journal, members.get(START), members[IMAGE], scenario)


def _lines(name: str, raw: bytes) -> list[Entry]:
    found, last = [], -1
    validator = _validator(name)
    for number, line in enumerate(raw.splitlines(), 1):
        try:
            read = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise BundleError(f"{name}, line {number}: no JSON ({error})") from None
        problem = next(validator.iter_errors(read), None)
        if problem is not None:
            place = ".".join(map(str, problem.instance_path))
            raise BundleError(f"{name}, line {number}: {place + ': ' if place else ''}{problem.message:.200}")
        if read["id"] <= last:
            raise BundleError(f"{name}, line {number}: found id {read['id']} after {last}; expected ids that grow")
        last = read["id"]
        found.append(read)
    return found


@cache
def _validator(name: str) -> "Validator":
    from jsonschema_rs import validator_for

    return validator_for({"type": "object", "required": list(SHAPES[name]), "properties": SHAPES[name]})


DETACHED = "detached"
"""The kind of the command that takes the addresses of webhooks off."""
NOWHERE = "http://detached.invalid/"


def open_bundle(sandboxes: Sandboxes, bundle: Bundle, label: Label | None = None, *, default: bool = False) -> Sandbox:
    """Add a sandbox as a bundle has it, and return it; a reset goes to the scenario's start, if the bundle has that.

    Raises:
        Invalid: there is no room for it.
    """
    image = _changed(bundle.image, _log_detaching)
    start = image if bundle.start is None else _changed(bundle.start, detach)
    return sandboxes.add(Start(image=start), image, label, default=default, of=bundle.sandbox_id)


def detach(db: Database) -> None:
    """Take the addresses off subscriptions and off what is to be sent; each subscription waits for an address to take its role."""
    db.execute("UPDATE webhooks SET url = NULL, role = coalesce(role, 'webhook-' || id) WHERE url IS NOT NULL")
    pending = "SELECT json_extract(about, '$.delivery_id') FROM timeline WHERE happened = 0 AND kind = 'webhook_sent'"
    db.execute(f"UPDATE deliveries SET url = ? WHERE id IN ({pending})", (NOWHERE,))  # noqa: S608 - names of ours


def _log_detaching(db: Database) -> None:
    commands.add(db, sandbox_store.read_clock(db).shown, DETACHED, {})
    detach(db)


def _changed(image: bytes, change: Callable[[Database], None]) -> bytes:
    with closing(images.restore(image)) as db:
        change(db)
        return images.take_image(db)
