"""Opening a bundle: a sandbox that goes on from where the bundle's was.

It comes from anywhere: nothing is sent to an address that it names until somebody subscribes one anew.
"""

from collections.abc import Callable
from contextlib import closing

from inbox_mock.bundles.bundle import Bundle
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.store import commands, images
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Label, Start

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
    db.execute(f"UPDATE deliveries SET url = ? WHERE id IN ({pending})", (NOWHERE,))  # noqa: S608


def _log_detaching(db: Database) -> None:
    commands.add(db, sandbox_store.read_clock(db).shown, DETACHED, {})
    detach(db)


def _changed(image: bytes, change: Callable[[Database], None]) -> bytes:
    with closing(images.restore(image)) as db:
        change(db)
        return images.take_image(db)
