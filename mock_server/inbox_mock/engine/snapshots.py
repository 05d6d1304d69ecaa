"""Snapshots: images of a sandbox, kept under names that its user chooses until the sandbox is deleted."""

import re

from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.store.homes import Label, Snapshot

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
EXPECTED_NAME = "a name of up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit"


def take(sandboxes: Sandboxes, sandbox: Sandbox, name: str) -> Snapshot:
    """Keep an image of a sandbox as it is now, in place of an earlier one of the same name.

    Raises:
        Invalid: the name is not valid, the sandbox has too many snapshots, or those of all sandboxes are too large in total.
    """
    if NAME.fullmatch(name) is None:
        raise Invalid(invalid("name", EXPECTED_NAME))
    image, at = sandbox.image()
    with sandboxes.keeping:
        sizes = {kept.name: kept.size for kept in sandbox.storage.snapshots()}
        if name not in sizes and len(sizes) >= limits.SNAPSHOTS:
            raise Invalid(invalid("name", f"one of the {limits.SNAPSHOTS} that there are, or one of them to be deleted first"))
        if len(image) + sandboxes.home.totals()[2] - sizes.get(name, 0) > limits.IMAGES:
            raise Invalid(invalid("name", f"snapshots of all sandboxes that hold {limits.IMAGES:,} bytes at most: delete some first"))
        sandbox.storage.keep_snapshot(name, at, image)
    return Snapshot(name, at, len(image))


def find(sandbox: Sandbox, name: str) -> bytes:
    """Return the image of a snapshot.

    Raises:
        NotFound: the sandbox has none of this name.
    """
    found = sandbox.storage.snapshot(name)
    if found is None:
        raise NotFound
    return found


def forget(sandboxes: Sandboxes, sandbox: Sandbox, name: str) -> None:
    """Delete a snapshot.

    Raises:
        NotFound: the sandbox has none of this name.
    """
    with sandboxes.keeping:
        if all(kept.name != name for kept in sandbox.storage.snapshots()):
            raise NotFound
        sandbox.storage.forget_snapshot(name)


def fork(sandboxes: Sandboxes, sandbox: Sandbox, label: Label, name: str | None = None) -> Sandbox:
    """Create a second sandbox that continues from the present of a first one, or from one of its snapshots.

    Its credentials are its own; if those of the server depend on a seed, they differ only in the sandbox's id that they begin with. It
    has no snapshots.

    Raises:
        NotFound: the sandbox has no snapshot of this name.
        Invalid: there is no room for another sandbox.
    """
    return sandboxes.fork(sandbox, sandbox.image()[0] if name is None else find(sandbox, name), label)


def fork_from_point(sandboxes: Sandboxes, sandbox: Sandbox, label: Label, point_id: int) -> Sandbox:
    """Create a second sandbox that continues from a checkpoint of a first one, as `fork` does.

    Raises:
        NotFound: the sandbox has no such checkpoint.
        Invalid: there is no room for another sandbox.
    """
    with sandbox.lock:
        point = sandbox.checkpoints.get(point_id)
        if point is None:
            raise NotFound
        image = point.image
    return sandboxes.fork(sandbox, image, label, point.at)
