"""A unit of work: one transaction of a sandbox, at one moment of the sandbox's clock."""

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar, cast

from inbox_mock.domain import times
from inbox_mock.domain.access import DEFAULT_SANDBOX, full_credential
from inbox_mock.domain.dice import Dice
from inbox_mock.domain.enumerations import APPLICATION, USER
from inbox_mock.domain.errors import Refusal
from inbox_mock.domain.reasons import Reason
from inbox_mock.domain.times import Clock
from inbox_mock.engine.cache import Cache
from inbox_mock.store import access, commands, journal, timeline
from inbox_mock.store.access import HOUR, Allowance, window_of
from inbox_mock.store.database import Database, Row
from inbox_mock.store.journal import Ledger
from inbox_mock.store.sandbox import Settings
from inbox_mock.store.timeline import Event

LOG = logging.getLogger("inbox_mock")
T = TypeVar("T")


class Writes(Exception):  # noqa: N818 - no error: the same is done in a transaction
    """A request writes records, though it was thought to read only."""


class Actor(NamedTuple):
    """The author of a change: an application on behalf of an account, or a user of the account."""

    account_id: int
    application_id: int | None = None
    user_id: int | None = None

    @property
    def stamp(self) -> dict[str, object]:
        """The columns of a record that name its author."""
        if self.application_id is not None:
            return {"created_by_id": self.application_id, "created_by_type": APPLICATION}
        return {"created_by_id": self.user_id, "created_by_type": None if self.user_id is None else USER}


Handler = Callable[["UnitOfWork", Row], Row | None]
"""Handles a timeline event that is due: takes the event's ``about``, and returns additions to it, if any."""


class Handlers(NamedTuple):
    """The handlers of timeline events by kind. Events of the kinds ``outside`` are handled outside of any transaction."""

    inside: Mapping[str, Handler]
    outside: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of event that can be scheduled."""
        return *self.inside, *self.outside

    def of(self, kind: str) -> Handler:
        """Return the handler of a kind.

        Raises:
            LookupError: the kind has no handler.
        """
        if kind not in self.inside:
            raise LookupError(f"no handler for timeline events of the kind {kind!r}: there is one for each of {', '.join(self.inside)}")
        return self.inside[kind]


class Mark(NamedTuple):
    """A moment of a unit of work: its position among the database's changes, the sandbox's time, and the event that follows, if any.

    The event is due at ``due``. ``handled`` is how many events the present step of the clock has handled by then.
    """

    position: int
    at: datetime
    event: Event | None
    due: datetime | None
    handled: int


@dataclass(slots=True)
class UnitOfWork:
    """One transaction of a sandbox. ``now`` is the sandbox's time in the API's format, ``instant`` the same as a datetime.

    ``handlers`` returns the handlers of the timeline events that fall due within it. ``reasons`` and ``caused`` are the reasons
    and events that the journal is to record for the request, ``happened`` are the timeline events that were handled, ``struck`` the
    kinds of the faults that took effect. ``marks`` are its moments before which there may be a checkpoint; ``recorded`` is the
    journal entry of its request, which the client knows by ``request_id``. It ``writes`` if it had to.

    One with a ``ledger`` only reads, outside of transactions: its journal entry is gathered there. ``cache`` keeps what is derived
    from the records, where that is allowed.
    """

    sandbox_id: str
    db: Database
    settings: Settings
    dice: Dice
    clock: Clock
    wall: float
    handlers: Callable[[], Handlers]
    instant: datetime
    now: str
    reasons: list[Reason] = field(default_factory=list)
    caused: list[dict[str, object]] = field(default_factory=list)
    happened: list[Event] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    journaled: int = 0
    spent: Allowance | None = None
    ledger: Ledger | None = None
    cache: Cache | None = None
    marks: list[Mark] = field(default_factory=list)
    recorded: Row | None = None
    request_id: str = ""
    writes: bool = False

    def on(self, db: Database) -> "UnitOfWork":
        """Return a unit of work at the same moment on another database, an earlier image of this sandbox; reasons are shared."""
        return replace(self, db=db, caused=[], journaled=0, ledger=None, cache=None)

    def credential(self, secret: object, name: object) -> str:
        """Return a credential as it is presented: by its ``name`` in the default sandbox, if it has one."""
        if name and self.sandbox_id == DEFAULT_SANDBOX:
            return str(name)
        return full_credential(self.sandbox_id, str(secret))

    def set_time(self, instant: datetime) -> None:
        """Set the present to ``instant``."""
        self.instant = instant
        self.now = times.wire(instant)

    def spend(self, application_id: int) -> Allowance:
        """Count the request of an application against its limit, once, and return what is left of it."""
        if self.spent is None:
            window, book = window_of(self.instant), self.ledger
            used = access.spend(self.db, application_id, window) if book is None else book.spend(application_id, window)
            limit = self.settings.rate_limit
            self.spent = Allowance(limit, used, window + HOUR, used > limit and self.settings.rate_limit_enforced)
        return self.spent

    def log(self, kind: str, **details: object) -> None:
        """Add a command to the log: what this unit of work does that is no request, so that it can be done again."""
        commands.add(self.db, self.now, kind, details)

    def record(self, entry: Row) -> None:
        """Write an entry into the journal, with the reasons."""
        book, self.recorded = self.ledger, entry
        self.journaled = journal.add(self.db, entry, self.reasons) if book is None else book.add(entry, self.reasons)

    def mark(self, event: Event | None = None, due: datetime | None = None, *, at: datetime | None = None, handled: int = 0) -> None:
        """Mark this moment, before an event that is ``due`` or whatever comes; the time is ``at``, or the present."""
        changes = self.db.changes
        if changes is not None and changes.image is None and not changes.is_tentative:
            self.marks.append(Mark(changes.position, at or self.instant, event, due, handled))

    def kept(self, key: Hashable) -> object:
        """Return what was kept in the present version of the records; None if nothing was."""
        return None if self.cache is None else self.cache.get(self.db, key)

    def keep(self, key: Hashable, found: object, size: int) -> None:
        """Keep something of ``size`` bytes that was derived from the records, until one of them changes."""
        if self.cache is not None:
            self.cache.put(self.db, key, found, size)

    def derived(self, key: Hashable, derive: Callable[[], T], size: int) -> T:
        """Return what ``derive`` finds in the records, now or earlier in their present version; it takes ``size`` bytes. Not None."""
        found = self.kept(key)
        if found is None:
            found = derive()
            self.keep(key, found, size)
        return cast("T", found)

    def begin_to_write(self) -> None:
        """Say that what follows writes records, or may do so.

        Raises:
            Writes: this unit of work only reads, and has done nothing else so far.
        """
        self.writes = True
        if self.ledger is not None:
            raise Writes

    def later(self, delay: timedelta, kind: str, **about: object) -> None:
        """Schedule an event after a delay. Without a delay it is handled at once, unless that is done outside of transactions."""
        due_at = times.wire(self.instant + delay)
        event_id = timeline.schedule(self.db, due_at, kind, about)
        if not delay:
            handlers = self.handlers()
            if kind not in handlers.outside:
                self.handle(handlers, Event(event_id, due_at, kind, about))

    def handle(self, handlers: Handlers, event: Event) -> None:
        """Handle a timeline event now, and mark it as past. A refusal or failure is noted in ``about`` and does not stop the clock."""
        about, place = dict(event.about), len(self.happened)
        try:
            handler = handlers.of(event.kind)
            with self.db.attempt():
                about |= handler(self, about) or {}
        except Refusal as refusal:
            about["refused"] = str(refusal)
        except Exception as error:  # a bug must not recur with every call: the clock would never pass this event
            LOG.exception("what was to happen failed: %s", event.kind)
            about["failed"] = repr(error)
        if "refused" in about or "failed" in about:
            del self.happened[place:]  # rolled back
        timeline.mark_happened(self.db, event.id, about)
        self.happened.insert(place, Event(event.id, event.due_at, event.kind, about))

    def happen(self, kind: str, **about: object) -> None:
        """Record an event that happens at this moment."""
        timeline.schedule(self.db, self.now, kind, about, happened=True)

    def explain(self, code: str, **data: object) -> None:
        """Add a reason of `inbox_mock.domain.reasons` that explains what the response does not show."""
        self.reasons.append(Reason(code, data))
