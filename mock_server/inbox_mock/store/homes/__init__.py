"""Where sandboxes live: what every home does, in memory, in a directory or in PostgreSQL.

A `Home` keeps sandboxes by their ids, and what is known of each without opening it. A `Storage` is one sandbox as this process
uses it. Locks between the threads of a process are above it: a storage is used by one thread at a time, except for what its
methods say. `tests/store/homes` holds every home to what is said here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypedDict

from inbox_mock.domain.access import SANDBOX_ID
from inbox_mock.domain.times import Clock
from inbox_mock.store.database import Database
from inbox_mock.store.journal import Ledger


class Share(NamedTuple):
    """What one of several workers serves: the sandboxes whose ids leave its ``number``, from 0, as the remainder by how many there are."""

    number: int = 0
    of: int = 1

    def owner(self, sandbox_id: str) -> int:
        """Return the number of the worker to which a sandbox belongs; the default one belongs to the first."""
        return int(sandbox_id, 16) % self.of if SANDBOX_ID.fullmatch(sandbox_id) else 0

    def owns(self, sandbox_id: str) -> bool:
        """Return whether a sandbox belongs to this worker."""
        return self.owner(sandbox_id) == self.number


WHOLE = Share()


@dataclass(frozen=True, slots=True)
class Start:
    """What a sandbox goes back to when it is reset: an ``image``, or, where its clock runs, the ``recipe`` of one, as JSON.

    Many sandboxes share one start.
    """

    image: bytes | None = None
    recipe: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is said of a sandbox by those who use it. Times are the wall clock's, in seconds; so is ``ttl``: how long it is kept unused.

    ``used_at`` is rounded up by a ``step``, so that not every use is written, and a sandbox is never kept for less than its ``ttl``.
    """

    name: str | None = None
    note: str | None = None
    owner: str | None = None
    ttl: float | None = None
    created_at: float = 0.0
    used_at: float = 0.0

    @property
    def expires_at(self) -> float | None:
        """When it expires, unless it is used before; None if never."""
        return None if self.ttl is None else self.used_at + self.ttl

    @property
    def step(self) -> float:
        """The accuracy of ``used_at``: a minute at most."""
        return 60.0 if self.ttl is None else min(60.0, self.ttl / 60)

    def has_expired(self, now: float) -> bool:
        """Return whether it has expired by a time."""
        return self.expires_at is not None and self.expires_at <= now


class LabelChanges(TypedDict, total=False):
    """What may be changed in a label."""

    name: str | None
    note: str | None
    ttl: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What its last transaction has left of a sandbox, for all who do not open it.

    ``description`` is JSON, made from the version ``described`` of accounts, applications and tokens. ``due`` is the wall clock's
    time when the next event of a running clock is due; None if none is pending or the clock stands. ``entry`` is the id of the
    last entry in the journal. A home may read clock and ``entry`` from the database instead, which says the same.
    """

    clock: Clock
    description: Mapping[str, object]
    described: int
    due: float | None = None
    entry: int = 0


@dataclass(slots=True)
class Transaction:
    """A transaction in a sandbox's database. ``facts`` are those of the last one, None in a new sandbox; new ones are set before its end.

    ``earlier`` is the database that is being replaced, which can still be read; None where nothing is replaced. After its end it says
    whether the sandbox has ``changed``, as far as this process had known it.
    """

    db: Database
    facts: Facts | None
    earlier: Database | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A sandbox as a list shows it, unopened; ``size`` in bytes."""

    id: str
    label: Label
    facts: Facts
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot without its image; ``at`` is what the sandbox's clock showed, ``size`` in bytes."""

    name: str
    at: str
    size: int


class Storage(Protocol):
    """A sandbox: its database, its start and its snapshots.

    ``generation`` is the number of starts, resets and restores, ``version`` the number of changes, resets included; neither ever
    falls, also when the server is started anew. Both are the latest that this process has heard of. ``is_open`` says whether it
    holds more than it has to: `sleep` ends that. ``size`` in bytes.

    Each of its context managers and methods may raise `NotFound`, if the sandbox has been removed, and `HomeUnavailable`.
    """

    @property
    def id(self) -> str:
        """The sandbox's id."""

    @property
    def label(self) -> Label:
        """What is said of it."""

    @property
    def facts(self) -> Facts:
        """What the last transaction has left of it."""

    @property
    def generation(self) -> int:
        """The number of starts, resets and restores."""

    @property
    def version(self) -> int:
        """The number of changes."""

    @property
    def is_open(self) -> bool:
        """Whether it holds more than it has to."""

    @property
    def size(self) -> int:
        """The bytes of its database."""

    def reading(self) -> tuple[Database, Ledger] | None:
        """Return the open database, for reads outside of transactions, and where to put what they leave in the journal.

        The next transaction writes that, and as much of it outlives the process as of anything else. None where the database is
        not open, or other processes use it.
        """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Open a transaction, commit it at the end of the block, and roll it back if an exception leaves the block.

        After the block what was changed is kept, as well as the home keeps anything; ``version`` has grown if something was.

        Raises:
            SandboxFull: the database has reached the limit of its size. Nothing was changed.
        """

    def replacement(self, image: bytes) -> AbstractContextManager[Transaction]:
        """Do the same in a database that an image holds, which takes the place of the present one: wholly, or not at all.

        ``generation`` and ``version`` grow. What reads the earlier database goes on reading it.
        """

    def image(self) -> bytes:
        """Return the bytes of the database, which `inbox_mock.store.images.restore` takes; outside of transactions only."""

    def start(self) -> Start:
        """Return what the sandbox goes back to."""

    def sleep(self) -> None:
        """Hold as little of it in memory as can be; the next transaction opens it. Not within a transaction."""

    def relabel(self, label: Label) -> None:
        """Keep another label. It may be called by any thread at any time, by one at a time, as `use`."""

    def use(self, at: float) -> None:
        """Keep when it was used last; what another process has changed in the label meanwhile stays."""

    def advancing(self) -> AbstractContextManager[bool]:
        """Say whether nobody else, in any process, advances the sandbox or sends its webhooks, and keep others from it in the block.

        It does not wait, can be called by any thread, and does not keep anybody from transactions. If the process dies, it ends.
        """

    def snapshots(self) -> Sequence[Snapshot]:
        """Return the snapshots, oldest first. It may be called by any thread at any time, as those that follow."""

    def snapshot(self, name: str) -> bytes | None:
        """Return the image of a snapshot, or None."""

    def keep_snapshot(self, name: str, at: str, image: bytes) -> None:
        """Keep a snapshot, in place of one of the same name."""

    def forget_snapshot(self, name: str) -> None:
        """Delete a snapshot, if it exists."""


class Home(Protocol):
    """The place where sandboxes are kept. All of it can be called by any thread at any time, and raises `HomeUnavailable` where it must.

    Where it ``is_shared``, other processes serve the same sandboxes. ``share`` says which of them this process serves, of the workers
    of one server. Where it ``can_wait``, `check` may take its time: a disk or a network has to answer.
    ``heard`` is called, by a thread of the home, with the id of a sandbox that another process has changed or removed; the
    storage of that id says so by then.
    """

    heard: Callable[[str], None]
    is_shared: bool
    can_wait: bool
    share: Share

    def adding(self, sandbox_id: str, label: Label, image: bytes, start: Start) -> AbstractContextManager[Transaction]:
        """Add a sandbox with the database that an image holds: it exists after the block, and not if an exception leaves it.

        Raises:
            SandboxExists: there is one of this id.
        """

    def find(self, sandbox_id: str) -> Storage | None:
        """Return a sandbox, or None. For each id there is one storage in a process, as long as somebody refers to it."""

    def owns(self, sandbox_id: str) -> bool:
        """Return whether sandboxes with this id are served by this process."""

    def remove(self, sandbox_id: str) -> None:
        """Remove a sandbox with all that belongs to it, if it exists."""

    def listed(self, limit: int, skip: int = 0, *, name: str = "", owner: str | None = None) -> tuple[Sequence[Listed], int]:
        """Return the latest ``limit`` sandboxes without the latest ``skip``, oldest first, and how many there are; open none.

        With ``name``, of those whose name or id contains it, in any case; with ``owner``, of those of this owner.
        """

    def totals(self) -> tuple[int, int, int]:
        """Return how many sandboxes there are, the bytes of their databases, and those of their snapshots."""

    def due(self, now: float) -> Iterable[str]:
        """Return the ids of this process's sandboxes in which something is due by a time of the wall clock; most urgent first.

        Those that another process looks after at this moment may be left out.
        """

    def soonest(self, after: float) -> float | None:
        """Return when, later than a time, the next event is due in a sandbox that this process may look after; None if never."""

    def expired(self, now: float) -> Iterable[str]:
        """Return the ids of this process's sandboxes that have expired by a time of the wall clock."""

    def check(self) -> None:
        """Check that it can be read and written.

        Raises:
            HomeUnavailable: it cannot; the text says why.
        """

    def close(self) -> None:
        """Close everything, so that another process can take over at once; nothing is lost by that, nor without it."""
