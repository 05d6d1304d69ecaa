"""Sandboxes: thousands in one home, each on its own."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count
from threading import BoundedSemaphore, Lock
from weakref import WeakValueDictionary

from inbox_mock.domain import limits, times
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.dice import Chance
from inbox_mock.domain.errors import Elsewhere, HomeUnavailable, Invalid, NotFound, invalid
from inbox_mock.domain.limits import Room
from inbox_mock.engine.beginnings import begin
from inbox_mock.engine.cache import CacheRoom
from inbox_mock.engine.checkpoints import CheckpointRoom
from inbox_mock.engine.sandbox import Description, KnownSettings, Sandbox, Surroundings, WallClock
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store.homes import Home, Label, Start, Storage

MOST_AWAKE = 100


class Sandboxes:
    """The sandboxes of a home, by id, as this process uses them.

    Ids and credentials are drawn by ``chance``; without it they depend on ``seed``. What happens to them is told through
    ``around``.
    """

    def __init__(
        self,
        home: Home,
        wall: WallClock,
        handlers: Callable[[], Handlers],
        describe: Callable[[UnitOfWork], Description],
        build: Callable[[bytes, float], bytes],
        seed: int = 0,
        chance: Chance | None = None,
        room: Room = Room(),  # noqa: B008 - it is frozen
    ) -> None:
        self.home = home
        home.heard = self._hear
        most, checkpoints = room.max_sandbox_bytes, CheckpointRoom(shared=home.is_shared)
        self.around = Surroundings(wall, handlers, describe, build, chance, most, CacheRoom(), checkpoints, self._note_awake)
        self._seed, self._chance, self._room = seed, chance, room
        self._counter = count(1)
        self._default: Storage | None = None
        self._known: WeakValueDictionary[str, Sandbox] = WeakValueDictionary()
        self._awake: OrderedDict[str, Sandbox] = OrderedDict()
        self._lock = Lock()
        self._adding = Lock()  # held while a sandbox is added: their number and total size are limited
        self.keeping = Lock()  # held while a snapshot is added: their total size is limited
        self._waiting = BoundedSemaphore(limits.WAITING)

    def add(
        self, start: Start, image: bytes, label: Label | None = None, *, default: bool = False, of: str = "", named: str | None = None
    ) -> Sandbox:
        """Add a new sandbox with an image, and return it. A default one takes the place of another, and is kept for good.

        The image is that of its start, or it is ``of`` another sandbox, from which it continues. It is ``named`` by an id, if one is given.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        if not default:
            return self._add(named or self._next_id(), image, start, label or Label(), of)
        if (earlier := self._find(DEFAULT_SANDBOX)) is not None:
            self.remove(earlier)
        return self._add(DEFAULT_SANDBOX, image, start, replace(label or Label(), ttl=None), of)

    def fork(self, sandbox: Sandbox, image: bytes, label: Label | None = None, at: datetime | None = None) -> Sandbox:
        """Add a sandbox that continues from an image of another one, and return it; they share nothing from then on.

        Its time is the image's, or ``at``.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        return self._add(self._next_id(), image, sandbox.storage.start(), label or Label(), sandbox.id, at)

    def get(self, name: str) -> Sandbox:
        """Return a sandbox by its id; ``default`` is one too.

        Raises:
            NotFound: no sandbox has this id.
            Elsewhere: another worker serves it, here and in `get_or_default`.
        """
        sandbox = self._find(DEFAULT_SANDBOX if name == "default" else name)
        if sandbox is None:
            raise NotFound
        return sandbox

    def get_or_default(self, sandbox_id: str) -> Sandbox:
        """Return the sandbox with this id, or the default one if there is none, and note that it is used.

        Raises:
            NotFound: there is no default one either: it is being replaced.
        """
        sandbox = self._find(sandbox_id) or self.get(DEFAULT_SANDBOX)
        sandbox.use()
        with suppress(KeyError):
            self._awake.move_to_end(sandbox.id)
        return sandbox

    def now(self, sandbox_id: str = DEFAULT_SANDBOX) -> str:
        """Return the time in a sandbox, or in the default one, wherever it is served and without waiting; else that of the wall clock."""
        wall, storage = self.around.wall, None
        with suppress(HomeUnavailable):
            storage = self.home.find(sandbox_id) or self.home.find(DEFAULT_SANDBOX)
        if storage is not None and storage.id == DEFAULT_SANDBOX:
            self._default = storage  # as long as somebody refers to it, the home finds it without asking anybody
        return times.wire(datetime.fromtimestamp(wall(), UTC)) if storage is None else storage.facts.clock.shown_by(wall)

    def wait(self, sandbox: Sandbox, seconds: float, until: Callable[[], bool]) -> bool:
        """Wait for news as `Sandbox.wait` does; return False, at once, if too many requests wait: threads are left for the API."""
        seated = self._waiting.acquire(blocking=False)
        if seated:
            try:
                sandbox.wait(seconds, until)
            finally:
                self._waiting.release()
        return seated

    @property
    def waiting(self) -> int:
        """How many requests wait for news."""
        return limits.WAITING - self._waiting._value  # noqa: SLF001 - a semaphore does not say how often it was acquired

    @property
    def awake(self) -> int:
        """How many sandboxes are open in this process."""
        return len(self._awake)

    def stop_waiting(self) -> None:
        """End the waiting of requests, for news of a sandbox and for answers that a fault delays."""
        self.around.stopping.set()
        for sandbox in list(self._known.values()):
            sandbox.wake()

    def check_room(self, more: int = 0) -> None:
        """Check that there is room for another sandbox, whose image has ``more`` bytes.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        number, size, _ = self.home.totals()
        if number >= self._room.max_sandboxes:
            raise Invalid(
                invalid("sandboxes", f"fewer than {self._room.max_sandboxes:,}: delete some first, or start with --max-sandboxes")
            )
        if size + more > self._room.max_bytes:
            told = f"at most {self._room.max_bytes:,} bytes in total: delete some first, or start with --max-bytes"
            raise Invalid(invalid("sandboxes", told))

    def all(self) -> list[Sandbox]:
        """Return every sandbox, oldest first: where there may be many, take a page of the home's list."""
        return [self.get(listed.id) for listed in self.home.listed(self.home.totals()[0])[0]]

    def remove(self, sandbox: Sandbox) -> None:
        """Delete a sandbox; its credentials become unknown."""
        self.around.losing(sandbox)
        self._forget(sandbox)
        self.home.remove(sandbox.id)

    def forget(self, sandbox_id: str) -> None:
        """Forget a sandbox that another process has deleted."""
        known = self._known.get(sandbox_id)
        if known is not None:
            self._forget(known)

    def _forget(self, sandbox: Sandbox) -> None:
        sandbox.close()
        with self._lock:
            self._known.pop(sandbox.id, None)
            self._awake.pop(sandbox.id, None)

    def remove_expired(self) -> None:
        """Delete those sandboxes of this process that have expired."""
        for sandbox_id in self.home.expired(self.around.wall()):
            known = self._known.get(sandbox_id)
            if known is None:
                self.home.remove(sandbox_id)
            else:
                self.remove(known)

    def expire(self, sandbox_id: str) -> None:
        """Expire a sandbox now, wherever it is served: whoever serves it deletes it soon."""
        storage = self.home.find(sandbox_id)
        if storage is not None:
            storage.relabel(replace(storage.label, ttl=0.0, used_at=self.around.wall()))

    def begin_anew(self) -> None:
        """Delete every sandbox; the next ones get the same ids."""
        for sandbox in self.all():
            self.remove(sandbox)
        self._counter = count(1)

    def _add(self, sandbox_id: str, image: bytes, start: Start, label: Label, of: str = "", at: datetime | None = None) -> Sandbox:
        """Add a sandbox, one after the other."""
        with self._adding:
            self.check_room(len(image))
            now = self.around.wall()
            label = replace(label, created_at=now, used_at=now + label.step)
            with self.home.adding(sandbox_id, label, image, start) as transaction:
                settings = begin(self.around, sandbox_id, transaction, of=of, at=at)
        sandbox = self.get(sandbox_id)
        self._note_awake(sandbox)
        sandbox.known_settings = KnownSettings(sandbox.generation, settings)
        if sandbox.due is not None:
            with sandbox.work(marked=False):
                pass  # what is due by now happens
        return sandbox

    def _find(self, sandbox_id: str) -> Sandbox | None:
        """Return a sandbox; None if there is none of this id, or if it has expired."""
        sandbox = self._known.get(sandbox_id) or self._open(sandbox_id)
        if sandbox is None or (label := sandbox.storage.label).ttl is None:
            return sandbox
        now = self.around.wall()
        # Another process may have used it, which is heard of a little later.
        return None if label.has_expired(now) and sandbox_id in self.home.expired(now) else sandbox

    def _open(self, sandbox_id: str) -> Sandbox | None:
        storage = self.home.find(sandbox_id)  # which may take long, and keeps nobody else waiting
        if storage is None:
            return None
        if not self.home.owns(sandbox_id):
            raise Elsewhere(sandbox_id)
        with self._lock:
            return self._known.setdefault(sandbox_id, Sandbox(storage, self.around))

    def _hear(self, sandbox_id: str) -> None:
        """Wake who waits for a sandbox that another process has changed."""
        sandbox = self._known.get(sandbox_id)
        if sandbox is not None:
            sandbox.wake()
            if sandbox.due is not None:
                self.around.planned(sandbox.due)

    def _note_awake(self, sandbox: Sandbox) -> None:
        """Put the least recently used sandbox to sleep, if too many are awake."""
        with self._lock:
            if self._known.get(sandbox.id) is not sandbox:
                return  # deleted meanwhile
            self._awake[sandbox.id] = sandbox
            self._awake.move_to_end(sandbox.id)
            tired = [self._awake.popitem(last=False)[1] for _ in range(len(self._awake) - MOST_AWAKE)]
        busy = [each for each in tired if not each.sleep()]
        with self._lock:  # they sleep when another one wakes
            self._awake.update((each.id, each) for each in busy if each.id not in self._awake)

    def _next_id(self) -> str:
        while True:
            derived = blake2b(f"{self._seed}/sandbox/{next(self._counter)}".encode(), digest_size=6).hexdigest()
            drawn = derived if self._chance is None else self._chance(len(derived) // 2)
            if drawn != DEFAULT_SANDBOX and self.home.owns(drawn) and self.home.find(drawn) is None:
                return drawn
