"""Making the sandbox that a scenario describes: its records in the order of their dates, by the verbs, on its clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from sqlite3 import IntegrityError

from inbox_mock.channels import policies
from inbox_mock.domain import assumptions, credentials, times
from inbox_mock.domain.clock import LATEST, Clock
from inbox_mock.domain.errors import Refusal
from inbox_mock.domain.rate_limit import DEFAULT_LIMIT
from inbox_mock.engine import durations
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.store import clock as clock_store
from inbox_mock.store import database, settings
from inbox_mock.store.database import Row, value

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DEFAULT_START = datetime(2030, 6, 1, 12, tzinfo=UTC)
FOUNDED_BEFORE = timedelta(days=365)

STEPS_TOLD = 100

Place = tuple[str | int, ...]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What whoever makes a sandbox wants otherwise than the scenario says; None is no wish."""

    seed: int | None = None
    mode: str | None = None
    now: datetime | None = None
    rate: float | None = None
    strict: bool | None = None
    rate_limit: int | None = None


@dataclass(slots=True)
class Builder:
    """A sandbox in the making: what the scenario says, the work, and the names that records were given."""

    scenario: Scenario
    work: UnitOfWork
    start: datetime
    progress: Progress
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    steps: list[tuple[datetime, int, Place, Callable[[], None]]] = field(default_factory=list)

    def records(self, noun: str) -> list[tuple[Place, dict[str, object]]]:
        """Return the scenario's records of a noun, each with its place in the file."""
        given: Iterable[Mapping[str, object]] = self.scenario.data.get(noun, [])  # type: ignore[assignment]
        return [((noun, number), dict(record)) for number, record in enumerate(given)]

    def name(self, noun: str, record: Mapping[str, object], record_id: int, place: Place) -> None:
        """Remember the name that a record was given, if it was.

        Raises:
            Mistake: another record of the noun has it.

        """
        if "as" not in record:
            return
        if (noun, str(record["as"])) in self.names:
            raise self.scenario.mistake((*place, "as"), f"the name {record['as']!r} a second time", "a name of its own")
        self.names[noun, str(record["as"])] = record_id

    def refer(self, noun: str, reference: object, place: Place) -> int:
        """Return the id of a record that the scenario refers to, by id or by name.

        Raises:
            Mistake: there is no such record, or not yet.

        """
        found = self._find(noun, reference)
        if found is not None:
            return found
        article = noun.removesuffix("s")
        raise self.scenario.mistake(place, repr(reference), f"the id or name of a {article} that exists by then")

    def knows(self, noun: str, reference: object) -> bool:
        """Whether there is a record of this id or name by now."""
        return self._find(noun, reference) is not None

    def _find(self, noun: str, reference: object) -> int | None:
        found = self.names.get((noun, reference)) if isinstance(reference, str) else reference
        sql = f"SELECT id FROM {noun} WHERE id = ?"  # noqa: S608
        known = None if found is None else value(self.work.db, sql, (found,))
        return None if known is None else int(str(known))

    def moment(self, text: object, place: Place) -> datetime:
        """Return the instant that a scenario's time means.

        Raises:
            Mistake: the text is neither an offset nor a time.

        """
        written = str(text)
        try:
            if written[:1] in {"+", "-"}:
                offset = durations.parse(written[1:])
                return self.start + offset if written[0] == "+" else self.start - offset
            return times.parse(written)
        except (ValueError, OverflowError):
            raise self.scenario.mistake(place, repr(text), "an offset such as -2h or +30d, or a time") from None

    def at(self, moment: datetime, place: Place, do: Callable[[], None]) -> None:
        """Plan a step. Steps of the same moment are taken in the order in which they were planned."""
        if moment > self.start:
            raise self.scenario.mistake(place, "a time after the start", "a time up to the start: what comes later is made by advancing")
        self.steps.append((moment, len(self.steps), place, do))

    def since(self, record: Mapping[str, object], key: str, place: Place, otherwise: datetime) -> datetime:
        """Return a record's own time, or ``otherwise`` if it has none."""
        return self.moment(record[key], (*place, key)) if key in record else otherwise

    @property
    def founded(self) -> datetime:
        """When everything was made that has no time of its own and is older than all that happened."""
        return self.start - FOUNDED_BEFORE

    def take_steps(self) -> None:
        """Take every step at its time.

        Raises:
            Mistake: a verb refused one.

        """
        for number, (moment, _, place, do) in enumerate(sorted(self.steps, key=lambda step: step[:2])):
            if number % STEPS_TOLD == 0:
                self.progress(number, len(self.steps))
            catch_up(self.work, max(moment, self.work.instant))
            with self.making(place):
                do()
        catch_up(self.work, self.start)

    @contextmanager
    def making(self, place: Place) -> Iterator[None]:
        """Let what is made within be refused in words for the scenario's author.

        Raises:
            Mistake: a verb refuses it, or its id is taken.

        """
        try:
            yield
        except Refusal as refusal:
            expected = "; ".join(f"{p.field or p.code} {p.title or ''}".strip() for p in refusal.problems)
            raise self.scenario.mistake(place, "what the sandbox refuses", f"something that it accepts ({expected})") from None
        except IntegrityError:
            raise self.scenario.mistake((*place, "id"), "an id that another record has", "one of its own") from None


def make(scenario: Scenario, wishes: Overrides, wall: float, progress: Progress = lambda _done, _total: None) -> bytes:
    """Return the image of the sandbox that a scenario describes, when the wall clock reads ``wall`` seconds.

    ``progress`` is told now and then how many of how many steps are done.

    Raises:
        Mistake: the scenario asks for something that cannot be; nothing of it is kept.

    """
    from inbox_mock.scenarios import history, setup, timeline

    clock = _clock(scenario, wishes, wall)
    options = _settings(scenario, wishes)
    db = database.create()
    try:
        db.execute("BEGIN")
        settings.write(db, **options)
        work = UnitOfWork(credentials.DEFAULT_SANDBOX, db, options, clock, wall)
        making = Builder(scenario, work, work.instant, progress)
        work.set_time(making.founded)
        setup.plan(making)
        history.plan(making)
        if "generate" in scenario.data:
            from inbox_mock.scenarios import generating

            generating.plan(making)
        making.take_steps()
        timeline.plan(making)
        clock_store.write(db, clock)
        db.execute("COMMIT")
        return database.take_image(db)
    finally:
        db.close()


def _clock(scenario: Scenario, wishes: Overrides, wall: float) -> Clock:
    given: Row = dict(scenario.data.get("clock", {}))  # type: ignore[call-overload]
    mode = wishes.mode or str(given.get("mode", "manual"))
    if wishes.now is not None:
        now = wishes.now
    elif "now" not in given:
        now = DEFAULT_START
    else:
        try:
            now = times.parse(str(given["now"]))
        except ValueError:
            raise scenario.mistake(("clock", "now"), repr(given["now"]), "a time, such as 2030-06-01T12:00:00Z") from None
        if not EARLIEST <= now < LATEST:
            raise scenario.mistake(("clock", "now"), repr(given["now"]), "a time from 1970 to 8999")
    if mode == "real":
        now = datetime.fromtimestamp(int(wall), UTC)
    rate = wishes.rate or float(str(given.get("rate", 1)))
    return Clock(mode, now, rate, wall)


def _settings(scenario: Scenario, wishes: Overrides) -> dict[str, object]:
    data = scenario.data
    limit = wishes.rate_limit if wishes.rate_limit is not None else data.get("rate_limit")
    return {
        "scenario": scenario.name,
        "seed": wishes.seed if wishes.seed is not None else data.get("seed", 0),
        "strict": wishes.strict if wishes.strict is not None else data.get("strict", False),
        "rate_limit": {"limit": DEFAULT_LIMIT if limit is None else limit, "enforced": limit is not None},
        "page_cap": data.get("page_cap"),
        "assume": {**assumptions.DEFAULTS, **data.get("assume", {})},  # type: ignore[dict-item]
    }


def seconds_of(making: Builder, text: object, place: Place, expected: str = durations.EXPECTED) -> int:
    """Return the seconds of a duration.

    Raises:
        Mistake: the text is no duration.

    """
    try:
        return int(durations.parse(str(text)).total_seconds())
    except ValueError:
        raise making.scenario.mistake(place, repr(text), expected) from None


def channel_named(making: Builder, name: object, place: Place) -> str:
    """Return a channel's name.

    Raises:
        Mistake: there is no such channel.

    """
    if name not in policies():
        raise making.scenario.mistake(place, repr(name), f"one of {', '.join(policies())}")
    return str(name)
