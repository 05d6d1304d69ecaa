"""Checkpoints: the moments to which a sandbox can be rewound, each just before a request, an admin action or a timeline event.

They are kept in this process, and end with it. Each is a place among the changes that were made since an image was taken.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple

from inbox_mock.domain import limits
from inbox_mock.domain.errors import invalid
from inbox_mock.engine.cache import CacheRoom
from inbox_mock.engine.unit_of_work import Mark, UnitOfWork
from inbox_mock.store import commands, images
from inbox_mock.store.database import PAGE_BYTES, Changes, Database
from inbox_mock.store.homes import Storage
from inbox_mock.store.images import shared_pages
from inbox_mock.store.timeline import Event

MOST_ROWS = 1_000
"""How many changes are made again at most, which takes some 8 ms; after that, another image is taken."""
PARTS = 8
"""Into how many stretches what there is room for is divided at least: the oldest is dropped as a whole."""
POINT_BYTES = 1_000
"""About how many bytes a checkpoint takes besides changes and image."""
WORDS_LENGTH = 200
PIECE_BYTES = 64 * 1024
"""How much room is taken beyond what is needed."""
NO_CHECKPOINTS = invalid(
    "checkpoints", "a sandbox that has some: not one that was made without, that is too large, or in PostgreSQL; these have snapshots"
)
READS = {"GET", "HEAD", "OPTIONS"}
_ACTION: ContextVar[str] = ContextVar("action", default="")


@contextmanager
def action(says: str) -> Iterator[None]:
    """Say what is done in the block, for the checkpoints before it."""
    token = _ACTION.set(says)
    try:
        yield
    finally:
        _ACTION.reset(token)


def is_acting() -> bool:
    """Return whether an action of the admin API is under way."""
    return _ACTION.get() != ""


class CheckpointRoom(CacheRoom):
    """The room for the checkpoints of all sandboxes of a process, in bytes; none for those that other processes use, too."""

    def __init__(self, *, shared: bool) -> None:
        super().__init__()
        self._shared = shared

    @property
    def most(self) -> int:
        """How much there is."""
        return 0 if self._shared else limits.CHECKPOINTS_SIZE


class Stretch:
    """An image of a database, and its changes since. It shares with an earlier one the pages that are the same in both."""

    def __init__(self, image: bytes, changes: Changes, earlier: "Stretch | None") -> None:
        self._parts = [image]  # whole, until a later one shares its pages
        self.changes = changes
        self._own_bytes = len(image)
        if earlier is not None:
            self._parts = earlier.continued_by(image)

    @property
    def size(self) -> int:
        """How many bytes it takes, without the pages that a later one has as well."""
        return self._own_bytes + self.changes.size

    def continued_by(self, image: bytes) -> list[bytes]:
        """Return the pages of a later image, which are this one's where they are the same: only the others still count as its own."""
        if len(self._parts) == 1:
            self._parts = shared_pages(self._parts[0], ())
        later = shared_pages(image, self._parts)
        kept = sum(page is old for page, old in zip(later, self._parts, strict=False))
        self._own_bytes = (len(self._parts) - kept) * PAGE_BYTES
        return later

    def image(self, position: int, handled: int) -> bytes:
        """Return the image of the database before the change at a position, after the first ``handled`` events of a step of the clock."""
        db = images.restore(b"".join(self._parts))
        try:
            db.execute("BEGIN")
            self.changes.make_again(db, position)
            if handled:
                commands.shorten_step(db, handled)
            db.execute("COMMIT")
            return images.take_image(db)
        finally:
            db.close()


class Point(NamedTuple):
    """A checkpoint. Each rewind begins another ``branch``.

    The sandbox's time is ``at`` there. What comes after it happens at ``until``: a timeline ``event``, a ``request``, by the id of
    its journal entry and its ``request_id``, or, if it is neither, an action of the admin API. ``says`` tells it in words.
    ``entry`` is the id of the last journal entry before it.
    """

    id: int
    branch: int
    at: datetime
    until: datetime
    says: str
    entry: int
    event: Event | None
    request: int | None
    request_id: str | None
    stretch: Stretch
    position: int
    handled: int

    @property
    def image(self) -> bytes:
        """The image of the sandbox there."""
        return self.stretch.image(self.position, self.handled)


class Checkpoints:
    """The checkpoints of one sandbox, used under its lock. The oldest are dropped where there is no room for more."""

    def __init__(self, room: CheckpointRoom) -> None:
        self._room = room
        self._taken = self._last = 0
        self._points: deque[Point] = deque()
        self._stretches: Counter[Stretch] = Counter()  # how many points are in each
        self._stretch: Stretch | None = None
        self._closed_bytes = 0  # of the stretches before the present one, which change no more
        self._began: dict[int, tuple[int, int]] = {}  # the branch and the point at which each later branch has begun
        self._untouched = -1
        self.branch = 1

    def __del__(self) -> None:
        """Give the room back."""
        self.clear()

    @property
    def points(self) -> Sequence[Point]:
        """Every checkpoint, in the order in which they were taken."""
        return self._points

    @property
    def past(self) -> list[Point]:
        """Those that lead to the present, oldest first."""
        found, branch, end = list[Point](), self.branch, self._last + 1
        for point in reversed(self._points):
            while branch in self._began and point.id <= self._began[branch][1]:
                branch, end = self._began[branch]
            if point.branch == branch and point.id < end:
                found.append(point)
        return found[::-1]

    def get(self, point_id: int) -> Point | None:
        """Return a checkpoint, or None."""
        return next((point for point in self._points if point.id == point_id), None)

    def image_to_begin_with(self, storage: Storage, *, new: bool) -> bytes | None:
        """Return the image of a sandbox as it is, if its changes are to be noted from now on; None if they are already.

        They are not where no ``new`` checkpoint may follow, nor in a sandbox that takes more than half of the room for its own.
        """
        if not self._room.most:
            return None
        opened, stretch = storage.reading(), self._stretch
        if opened is not None and (changes := opened[0].changes) is not None:
            is_short = changes.rows < MOST_ROWS and changes.size < min(limits.CHECKPOINTS_OF_ONE, limits.CHECKPOINTS_SIZE) // PARTS
            if is_short and changes.image is not None:
                return changes.image if new and _leaves_room(len(changes.image)) else None
            if is_short and stretch is not None and changes is stretch.changes:
                return None
            opened[0].changes = None
            changes.forget_from(max((point.position for point in self._points if point.stretch.changes is changes), default=0))
        if not new or not _leaves_room(storage.size):
            return None
        image = storage.image()
        return image if _leaves_room(len(image)) else None

    def begin(self, db: Database, image: bytes) -> None:
        """Note the changes of a database, in which a transaction has begun, and nothing since ``image`` that is not noted already."""
        changes, earlier = db.changes or Changes(), self._stretch
        changes.image = None
        self._stretch = Stretch(image, changes, earlier)
        if earlier is not None and earlier in self._stretches:
            self._closed_bytes += earlier.size
        db.changes = changes

    def keep(self, work: UnitOfWork, entry: int, *, own: bool) -> None:
        """Keep the checkpoints before the events of a unit of work, and its ``own`` one; ``entry`` is the last journal entry before it."""
        changes = work.db.changes
        if self._stretch is None or changes is not self._stretch.changes:
            return
        own = own and work.marks[-1].event is None and (is_acting() if work.recorded is None else work.recorded["method"] not in READS)
        for before, mark in zip((None, *work.marks), work.marks, strict=False):
            if mark.event is not None:
                position = before.position if before is not None and before.event is None else mark.position
                self._add(self.point(work, mark._replace(position=position), entry))
            elif own and mark.position < changes.position:
                self._add(self.point(work, mark, entry))
        self._make_room()
        if self._stretch is None:
            work.db.changes = None

    def present(self, work: UnitOfWork, entry: int) -> Point | None:
        """Return what would be a checkpoint now; None if there are none."""
        return self.point(work, work.marks[-1], entry) if work.marks else None

    def point(self, work: UnitOfWork, mark: Mark, entry: int) -> Point:
        """Return a checkpoint, which is not kept yet."""
        if self._stretch is None:
            raise RuntimeError("a checkpoint needs an image from before")
        asked, event = work.recorded, mark.event
        return Point(
            id=self._last + 1,
            branch=self.branch,
            at=mark.at,
            until=mark.due or work.instant,
            says=_ACTION.get() if asked is None else f"{asked['method']} {asked['path'][:WORDS_LENGTH]}",
            entry=entry,
            event=None if event is None else event._replace(about=_in_short(event.about)),
            request=work.journaled or None if event is None else None,
            request_id=work.request_id or None if event is None else None,
            stretch=self._stretch,
            position=mark.position,
            handled=mark.handled,
        )

    def leave(self, present: Point, version: int) -> None:
        """Keep a checkpoint of the present, which is at a version of the sandbox; not if nothing has happened since the last rewind."""
        if version != self._untouched:
            self._add(present)
            self._make_room()

    def branch_off(self, point: Point, version: int) -> None:
        """Begin another branch at a checkpoint, at a version of the sandbox; one in which nothing has happened goes on."""
        if self._points and self._points[-1].branch == self.branch:
            self.branch += 1
        self._began = {branch: began for branch, began in self._began.items() if self._points and began[1] >= self._points[0].id}
        if point.branch != self.branch:
            self._began[self.branch] = (point.branch, point.id)
        self._untouched = version

    def clear(self) -> None:
        """Drop all of them."""
        self._points.clear()
        self._stretches.clear()
        self._stretch = None
        self._room.give_back(self._taken)
        self._taken = self._closed_bytes = 0

    def _add(self, point: Point) -> None:
        self._last, self._untouched = point.id, -1
        self._points.append(point)
        self._stretches[point.stretch] += 1

    def _make_room(self) -> None:
        """Drop the oldest until there is room; the changes are noted no longer if there is none for them alone."""
        while not self._fits():
            if not self._points:
                self.clear()
                return
            dropped = self._points.popleft()
            self._stretches[dropped.stretch] -= 1
            if not self._stretches[dropped.stretch]:
                del self._stretches[dropped.stretch]
                if dropped.stretch is not self._stretch:
                    self._closed_bytes -= dropped.stretch.size

    def _fits(self) -> bool:
        size = self._closed_bytes + (self._stretch.size if self._stretch else 0) + len(self._points) * POINT_BYTES
        if len(self._points) > limits.CHECKPOINTS or size > limits.CHECKPOINTS_OF_ONE:
            return False
        taken = size - self._taken + PIECE_BYTES
        if size > self._taken and not self._room.take(taken):
            return False
        self._taken += taken if size > self._taken else 0
        return True


def _in_short(about: dict[str, object]) -> dict[str, object]:
    """Return what an event is about, without what comes after the first words of long texts."""
    return {name: found[:WORDS_LENGTH] if isinstance(found, str) else found for name, found in about.items()}


def _leaves_room(size: int) -> bool:
    """Return whether an image of so many bytes leaves half of the sandbox's room for the changes that follow it."""
    return size <= limits.CHECKPOINTS_OF_ONE // 2
