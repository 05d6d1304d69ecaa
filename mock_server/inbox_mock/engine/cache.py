"""What was derived from the records of a sandbox, kept until one of them changes: tokens that were found, answers that were given."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from inbox_mock.domain import limits
from inbox_mock.store.database import Database


class CacheRoom:
    """The room for what all sandboxes of a process keep, in bytes."""

    def __init__(self) -> None:
        self.taken = 0
        self._changing = RLock()  # a sandbox may be forgotten, and give back, at any moment

    @property
    def most(self) -> int:
        """How much there is."""
        return limits.CACHES

    def take(self, size: int) -> bool:
        """Take room, if there is any."""
        with self._changing:
            fits = self.taken + size <= self.most
            if fits:
                self.taken += size
        return fits

    def give_back(self, size: int) -> None:
        """Give room back."""
        with self._changing:
            self.taken -= size


class Cache:
    """What one sandbox keeps; it is used under the sandbox's lock.

    A version of the records is that of the database's changes without those of the journal and of the rate limit.
    """

    def __init__(self, room: CacheRoom) -> None:
        self._room = room
        self._db: Database | None = None
        self._version = self._size = 0
        self._found: dict[Hashable, object] = {}

    def get(self, db: Database, key: Hashable) -> object:
        """Return what was put there in the present version of the records; None if nothing was."""
        if self._db is not db or self._version != db.version:
            self.clear()
            self._db, self._version = db, db.version
        return self._found.get(key)

    def put(self, db: Database, key: Hashable, found: object, size: int) -> None:
        """Keep something of ``size`` bytes, if there is room; in place of all that this sandbox keeps, if that is too much."""
        if self._db is not db or self._version != db.version or size > limits.CACHE:
            return
        if self._size + size > limits.CACHE:
            self.clear()
            self._db = db
        if self._room.take(size):
            self._size += size
            self._found[key] = found

    def clear(self) -> None:
        """Forget everything."""
        self._room.give_back(self._size)
        self._db, self._size = None, 0
        self._found.clear()


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from a sandbox in one version of it; true as long as its clock shows no more than ``until``."""

    version: int
    until: datetime
    found: Mapping[str, bytes]
