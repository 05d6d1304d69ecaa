"""The homes of sandboxes, each as tests open it, and what tests put into a sandbox there."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from inbox_mock.domain import times
from inbox_mock.domain.times import Clock
from inbox_mock.store import access, images, timeline
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.homes import WHOLE, Facts, Home, Label, Share, Start, Storage, Transaction
from inbox_mock.store.homes.directory import Directory
from inbox_mock.store.homes.memory import MemoryHome
from inbox_mock.store.sandbox import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STANDING = Clock("manual", datetime(2030, 6, 1, 12, tzinfo=UTC))
RUNNING = Clock("real", EPOCH)  # shows what the wall clock reads
SETTINGS = Settings(scenario="test", seed=0, strict=False, rate_limit=1000, rate_limit_enforced=False, page_cap=None, assume={})
LABEL = Label(created_at=1.0, used_at=1.0)
ONE, TWO, THREE = "00000000000a", "00000000000b", "00000000000c"  # ids


class Place(Protocol):
    """Where a home is. ``lasts`` says whether what is kept there is there when it is opened again, after it was closed."""

    lasts: bool

    def open(self) -> Home:
        """Open the home."""


@dataclass
class InMemory:
    lasts: bool = False

    def open(self) -> Home:
        return MemoryHome()


@dataclass
class InDirectory:
    path: Path
    durable: bool = False
    share: Share = WHOLE
    lasts: bool = True

    def open(self) -> Home:
        return Directory(self.path, durable=self.durable, share=self.share)


@dataclass
class InPostgres:
    url: str
    lasts: bool = True

    def open(self) -> Home:
        from inbox_mock.store.homes.postgresql.opening import open_home

        return open_home(self.url)


LASTING_HOMES = ("directory", "PostgreSQL")
HOMES = ("memory", *LASTING_HOMES)


def a_place(request: pytest.FixtureRequest) -> Place:
    """A new place of the kind that a fixture has as its parameter: one of `HOMES`, or ``durable directory``."""
    match request.param:
        case "memory":
            return InMemory()
        case "PostgreSQL":
            return InPostgres(request.getfixturevalue("postgresql").empty())
    return InDirectory(request.getfixturevalue("tmp_path") / "data", durable=request.param.startswith("durable"))


@cache
def an_image(*texts: str) -> bytes:
    """The image of a sandbox whose clock stands, and in which these texts were written."""
    db = images.create()
    sandbox_store.write_settings(db, SETTINGS)
    sandbox_store.write_clock(db, STANDING)
    for text in texts:
        write(db, text)
    image = images.take_image(db)
    db.close()
    return image


def write(db: Database, text: str) -> None:
    """Write a text, as a past event."""
    timeline.mark_happened(db, timeline.schedule(db, times.wire(EPOCH), text, {}))


def written(db: Database) -> list[str]:
    """The texts that were written, in their order."""
    return [row[0] for row in db.execute("SELECT kind FROM timeline WHERE happened = 1 ORDER BY id")]


def facts(db: Database, clock: Clock = STANDING, description: str = "") -> Facts:
    """The facts that a transaction leaves, which are in the database too."""
    sandbox_store.write_clock(db, clock)
    described = access.version_of_access(db) + len(description)
    soonest = timeline.soonest(db)
    due = clock.wall_at(times.parse(soonest)) if clock.mode == "real" and soonest is not None else None
    return Facts(clock=clock, description={"text": description}, described=described, due=due)


def leave(transaction: Transaction, *texts: str, clock: Clock | None = None, description: str = "") -> None:
    """Write texts in a transaction, and leave facts."""
    for text in texts:
        write(transaction.db, text)
    clock = clock or (transaction.facts.clock if transaction.facts else STANDING)
    transaction.facts = facts(transaction.db, clock, description)


def plan(transaction: Transaction, wall: float) -> None:
    """Let something be due in a running sandbox at a time of the wall clock."""
    timeline.schedule(transaction.db, times.wire(EPOCH + timedelta(seconds=wall)), "planned", {})
    transaction.facts = facts(transaction.db, RUNNING)


class FailedError(Exception):
    """A block did not come to its end."""


def fail_in(block: AbstractContextManager[Transaction], *texts: str, due: float | None = None) -> None:
    """Write and describe something in a transaction that does not come to its end."""
    with block as transaction:
        leave(transaction, *texts, description="changed")
        if due is not None:
            plan(transaction, due)
        raise FailedError


@dataclass
class Homes:
    """A home, and short ways to what tests do with it."""

    place: Place
    home: Home = field(init=False)

    def __post_init__(self) -> None:
        self.home = self.place.open()

    def reopen(self) -> None:
        """Close it, and open it again."""
        self.home.close()
        self.home = self.place.open()

    def add(self, sandbox_id: str, *texts: str, label: Label = LABEL, start: Start | None = None, due: float | None = None) -> Storage:
        """Add a sandbox in which texts were written."""
        image = an_image()
        with self.home.adding(sandbox_id, label, image, start or Start(image=image)) as transaction:
            leave(transaction, *texts)
            if due is not None:
                plan(transaction, due)
        return self.found(sandbox_id)

    def found(self, sandbox_id: str) -> Storage:
        """Find a sandbox that is there."""
        found = self.home.find(sandbox_id)
        assert found is not None
        return found

    def ids(self, limit: int = 100, skip: int = 0, *, name: str = "", owner: str | None = None) -> list[str]:
        """The ids of a page of the list."""
        return [listed.id for listed in self.home.listed(limit, skip, name=name, owner=owner)[0]]


def read(storage: Storage) -> list[str]:
    """The texts in a sandbox."""
    with storage.transaction() as transaction:
        return written(transaction.db)


def written_in(storage: Storage, *texts: str) -> None:
    """Write texts in a sandbox."""
    with storage.transaction() as transaction:
        leave(transaction, *texts)


def texts_of(image: bytes) -> list[str]:
    """The texts that an image holds."""
    db = images.restore(image)
    try:
        return written(db)
    finally:
        db.close()
