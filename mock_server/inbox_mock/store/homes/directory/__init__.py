"""Sandboxes in a directory: a database in a file for each, which no other process uses meanwhile, and an index of them all.

What a transaction has committed survives the end of the process at any moment. The index follows; only the time when something
is due is written there first, if it is an earlier one. So the index may know less than a database, and never wakes a sandbox late.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from inbox_mock.domain.errors import HomeUnavailable, SandboxExists
from inbox_mock.store import images
from inbox_mock.store.homes import WHOLE, Label, Listed, Share, Start, Transaction
from inbox_mock.store.homes.directory.files import Files, claim
from inbox_mock.store.homes.directory.index import Index, IndexEntry
from inbox_mock.store.homes.directory.storage import StoredSandbox, content_of, forget_images, usable
from inbox_mock.store.homes.local import beginning

MOST_CHANGES = 2**32  # of one process: the digits of a version before these count the starts of processes


class Directory:
    """All sandboxes in a directory, which no other server uses meanwhile.

    Of several workers of one server, each uses and removes those sandboxes alone that it owns by its ``share``, and reads of all. The
    process that starts them has claimed the directory.
    """

    is_shared = False
    can_wait = True

    def __init__(self, path: Path, *, durable: bool = False, share: Share = WHOLE) -> None:
        self.heard: Callable[[str], None] = lambda _sandbox_id: None
        self._known: WeakValueDictionary[str, StoredSandbox] = WeakValueDictionary()
        self.share, self._lock = share, Lock()
        self._changes = count(1)
        self._claim = claim(path) if share.of == 1 else None
        try:
            self._files = Files(path, durable=durable)
            self._index = Index(self._files.index(), durable=durable, share=share, may_be_blank=not self._files.holds_sandboxes())
            self._starts = self._index.started()
            self._finish()
        except BaseException:
            self._give_up()
            raise

    def _finish(self) -> None:
        """Delete what is left of this worker's sandboxes that were not added to the end, or whose removal was cut off."""
        for sandbox_id in filter(self.owns, self._files.left_unfinished()):
            with self._files.unfinished(sandbox_id):
                if self._index.find(sandbox_id) is None:
                    self._files.delete_folder(sandbox_id)

    def _next_version(self) -> int:
        """Return a number that is greater than each one before, those of ended processes included."""
        return self._starts * MOST_CHANGES + next(self._changes)

    @contextmanager
    def adding(self, sandbox_id: str, label: Label, image: bytes, start: Start) -> Iterator[Transaction]:
        """See `inbox_mock.store.homes.Home`, here and below."""
        if self._index.find(sandbox_id) is not None:
            raise SandboxExists
        with usable("the image of a new sandbox"), beginning(images.restore(image, checked=False), None, None) as transaction:
            yield transaction
        if transaction.facts is None:
            raise ValueError("a new sandbox without facts")
        content, is_recipe = content_of(transaction), start.recipe is not None
        with self._files.unfinished(sandbox_id), self._index.writing():
            if self._index.find(sandbox_id) is not None:
                raise SandboxExists
            try:
                self._files.make_folder(sandbox_id)
                self._files.write(self._files.folder(sandbox_id) / "1.sqlite", images.as_file(content))
                name = self._files.keep_image(start.recipe or start.image or b"")
                self._index.add(IndexEntry(sandbox_id, label, transaction.facts, len(content), name, is_recipe))
            except HomeUnavailable:
                self._files.delete_folder(sandbox_id)
                raise

    def find(self, sandbox_id: str) -> StoredSandbox | None:
        """Return a sandbox."""
        with self._lock:
            known = self._known.get(sandbox_id)
            if known is None and (entry := self._index.find(sandbox_id)) is not None:
                known = self._known[sandbox_id] = StoredSandbox(entry, self._files, self._index, self._next_version)
            return known

    def owns(self, sandbox_id: str) -> bool:
        """Return whether it is this worker's."""
        return self.share.owns(sandbox_id)

    def remove(self, sandbox_id: str) -> None:
        """Remove a sandbox: first from the index, so that it is gone even if its files are not."""
        images = self._index.images(sandbox_id)
        with self._files.unfinished(sandbox_id):
            self._index.remove(sandbox_id)
            with self._lock:
                known = self._known.pop(sandbox_id, None)
            if known is not None:
                known.removed()
            self._files.delete_folder(sandbox_id)
        forget_images(self._files, self._index, *images)

    def listed(self, limit: int, skip: int = 0, *, name: str = "", owner: str | None = None) -> tuple[Sequence[Listed], int]:
        """Return a page of sandboxes."""
        return self._index.listed(limit, skip, name, owner)

    def totals(self) -> tuple[int, int, int]:
        """Return the numbers and bytes of what is kept."""
        return self._index.totals()

    def due(self, now: float) -> Sequence[str]:
        """Return where something is due."""
        return self._index.due(now)

    def soonest(self, after: float) -> float | None:
        """Return when something is due next."""
        return self._index.soonest(after)

    def expired(self, now: float) -> Sequence[str]:
        """Return which have expired."""
        return self._index.expired(now)

    def check(self) -> None:
        """Check that the index can be written, and that there is room on the disk."""
        self._index.check()
        self._files.check()

    def close(self) -> None:
        """Close every database."""
        for one in list(self._known.values()):
            one.sleep()
        self._index.close()
        self._give_up()

    def _give_up(self) -> None:
        claimed, self._claim = self._claim, None
        if claimed is not None:
            os.close(claimed)
