"""Sandboxes: thousands in one process, each on its own."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from threading import BoundedSemaphore, Event, Lock

from inbox_mock.domain import limits
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine.sandbox import Description, Sandbox, Start, Surroundings, WallClock
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork

MOST_AWAKE = 100


class Sandboxes:
    """All sandboxes of this process, by id.

    ``planned`` is called with the wall clock's time when an event is due in one of them, whenever that may have changed.
    ``stopping`` is set when no request may wait any longer.
    """

    def __init__(
        self,
        wall: WallClock,
        handlers: Callable[[], Handlers],
        describe: Callable[[UnitOfWork], Description],
        seed: int = 0,
        most: int = limits.SANDBOXES,
    ) -> None:
        self.planned: Callable[[float], None] = lambda _due: None
        self.stopping = Event()
        self._around = Surroundings(wall, handlers, describe, self._note_awake, self._note_due, self.stopping)
        self._seed, self._most = seed, most
        self._counter = count(1)
        self._found: dict[str, Sandbox] = {}
        self._awake: OrderedDict[str, Sandbox] = OrderedDict()
        self._lock = Lock()
        self.keeping = Lock()  # held while a snapshot is added: their total size is limited
        self._waiting = BoundedSemaphore(limits.WAITING)

    def add(self, start: Start, *, default: bool = False) -> Sandbox:
        """Add a new sandbox, and return it.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        sandbox_id = DEFAULT_SANDBOX if default else self._next_id()
        return self._keep(Sandbox(sandbox_id, start, self._around))

    def fork(self, sandbox: Sandbox, image: bytes) -> Sandbox:
        """Add a sandbox that continues from an image of another one, and return it; they share nothing from then on.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        self.check_room(len(image))
        return self._keep(sandbox.twin(self._next_id(), image))

    def get(self, name: str) -> Sandbox:
        """Return a sandbox by its id; ``default`` is one too.

        Raises:
            NotFound: no sandbox has this id.
        """
        sandbox = self._found.get(DEFAULT_SANDBOX if name == "default" else name)
        if sandbox is None:
            raise NotFound
        return sandbox

    def of(self, sandbox_id: str) -> Sandbox:
        """Return the sandbox with this id; the default one if there is none."""
        sandbox = self._found.get(sandbox_id) or self._found[DEFAULT_SANDBOX]
        with suppress(KeyError):
            self._awake.move_to_end(sandbox.id)
        return sandbox

    def wait(self, sandbox: Sandbox, seconds: float, *, entry: int | None = None, version: int | None = None) -> bool:
        """Wait for news as `Sandbox.wait` does; return False, at once, if too many requests wait: threads are left for the API."""
        seated = self._waiting.acquire(blocking=False)
        if seated:
            try:
                sandbox.wait(seconds, entry=entry, version=version)
            finally:
                self._waiting.release()
        return seated

    def stop_waiting(self) -> None:
        """Let requests wait no longer, neither for news of a sandbox nor because a fault delays their answer."""
        self.stopping.set()
        for sandbox in self.all():
            sandbox.wake()

    def check_room(self, more: int = 0) -> None:
        """Check that there is room for another sandbox, whose image has so many bytes.

        Raises:
            Invalid: there are too many, or they are too large in total.
        """
        if len(self._found) >= self._most:
            raise Invalid(invalid("sandboxes", f"fewer than {self._most:,}: delete some first, or start with --most-sandboxes"))
        if sum(sandbox.size for sandbox in self.all()) + more > limits.SANDBOXES_SIZE:
            raise Invalid(invalid("sandboxes", f"at most {limits.SANDBOXES_SIZE} in total: delete some first"))

    def all(self) -> list[Sandbox]:
        """Return every sandbox, oldest first."""
        return list(self._found.values())

    def remove(self, sandbox: Sandbox) -> None:
        """Delete a sandbox; its credentials become unknown."""
        self._found.pop(sandbox.id, None)
        self._awake.pop(sandbox.id, None)
        sandbox.close()

    def begin_anew(self) -> None:
        """Delete every sandbox; the next ones get the same ids."""
        for sandbox in self.all():
            self.remove(sandbox)
        self._counter = count(1)

    def _keep(self, sandbox: Sandbox) -> Sandbox:
        """Add a sandbox, unless others have taken the room while it was made."""
        try:
            with self._lock:
                self.check_room(sandbox.size)
                self._found[sandbox.id] = sandbox
        except Invalid:
            self.remove(sandbox)
            raise
        if sandbox.due is not None:
            self._note_due(sandbox.due)
        return sandbox

    def _note_due(self, due: float) -> None:
        self.planned(due)

    def _note_awake(self, sandbox: Sandbox) -> None:
        """Put the least recently used sandbox to sleep, if too many are awake."""
        with self._lock:
            self._awake[sandbox.id] = sandbox
            self._awake.move_to_end(sandbox.id)
            tired = self._awake.popitem(last=False)[1] if len(self._awake) > MOST_AWAKE else None
        if tired is not None:
            tired.sleep()

    def _next_id(self) -> str:
        while True:
            drawn = blake2b(f"{self._seed}/sandbox/{next(self._counter)}".encode(), digest_size=6).hexdigest()
            if drawn != DEFAULT_SANDBOX and drawn not in self._found:
                return drawn
