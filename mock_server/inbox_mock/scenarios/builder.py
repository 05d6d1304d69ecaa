"""The sandbox being built: its unit of work, the names of its records, and its planned steps."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter
from sqlite3 import IntegrityError
from typing import Any

from inbox_mock.domain import times
from inbox_mock.domain.errors import Problem, Refusal
from inbox_mock.domain.spelling import closest, shown
from inbox_mock.engine import durations
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios import Progress
from inbox_mock.scenarios.errors import CombinedScenarioError, ScenarioError
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.services import accounts
from inbox_mock.simulation.bookings import Arguments
from inbox_mock.store.database import Row

FOUNDED_BEFORE = timedelta(days=365)
DATED = ("clients", "attachments", "bookings", "inquiries", "conversations", "participants", "messages", "changes")
STEPS_TOLD = 100

Location = tuple[str | int, ...]


@dataclass
class Builder:
    """A sandbox that is being built: its scenario, its unit of work, the names of its records, and how many rentals an account has."""

    scenario: Scenario
    work: UnitOfWork
    start: datetime
    progress: Progress
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    steps: list[tuple[datetime, Location, Callable[[], None]]] = field(default_factory=list)
    rentals: Counter[int] = field(default_factory=Counter)

    def records(self, noun: str) -> list[tuple[Location, dict[str, Any]]]:
        """Return the scenario's records of a noun, each with its location in the file."""
        given: Iterable[Mapping[str, object]] = self.scenario.data.get(noun, [])
        return [((noun, number), dict(record)) for number, record in enumerate(given)]

    def name(self, noun: str, record: Mapping[str, object], record_id: int, location: Location) -> None:
        """Register a record's name, if it has one.

        Raises:
            ScenarioError: another record of the noun has it.
        """
        if "as" not in record:
            return
        if (noun, str(record["as"])) in self.names:
            raise self.scenario.error((*location, "as"), f"the name {record['as']!r} a second time", "a name of its own")
        self.names[noun, str(record["as"])] = record_id

    def add_rental(self, account_id: int, given: Row, *, published: bool = True) -> int:
        """Add a rental to an account, by default at the end of its list, and return its id."""
        self.rentals[account_id] += 1
        return accounts.add_rental(self.work, account_id, {"position": self.rentals[account_id]} | given, published=published)

    def refer(self, noun: str, reference: object, location: Location, *others: str) -> int:
        """Return the id of a record that the scenario refers to, by id or by name; ``others`` are words that stand for no record.

        Raises:
            ScenarioError: there is no such record, or not yet.
        """
        found = self._find(noun, reference)
        if found is not None:
            return found
        meant, words = closest(reference, others), "".join(f"{word}, or " for word in others)
        expected = f"{words}the id or name of a {noun.removesuffix('s')} that exists by then"
        if any(reference in (given.get("id"), given.get("as")) for given in self.scenario.data.get(noun, [])):
            expected += "; this one does from its created_at on, and from the start if it has none"
        raise self.scenario.error(location, repr(reference), f"did you mean {meant!r}? Expected {expected}" if meant else expected)

    def knows(self, noun: str, reference: object) -> bool:
        """Return whether a record of this id or name exists by now."""
        return self._find(noun, reference) is not None

    def _find(self, noun: str, reference: object) -> int | None:
        found = self.names.get((noun, reference)) if isinstance(reference, str) else reference
        return found if isinstance(found, int) and self.work.db.has(noun, found) else None

    def moment(self, text: object, location: Location) -> datetime:
        """Return the instant that a scenario's time represents.

        Raises:
            ScenarioError: the text is neither an offset nor a time.
        """
        written = str(text)
        try:
            if written[:1] in {"+", "-"}:
                offset = durations.parse(written[1:])
                return self.start + offset if written[0] == "+" else self.start - offset
            return times.parse(written)
        except (ValueError, OverflowError):
            raise self.scenario.error(location, repr(text), "an offset such as -2h or +30d, or a time") from None

    def at(self, moment: datetime, location: Location, do: Callable[[], None]) -> None:
        """Plan a step. Steps of the same moment are taken in the order in which they were planned."""
        if moment < self.founded:
            raise self.scenario.error(location, "a time before its account was opened", f"a time from {times.wire(self.founded)} on")
        self._refuse_future(moment, location)
        self.steps.append((moment, location, do))

    def past(self, text: object, location: Location) -> datetime:
        """Return the instant that a scenario's time represents, which is not after the start.

        Raises:
            ScenarioError: the text is neither an offset nor a time, or it is after the start.
        """
        moment = self.moment(text, location)
        self._refuse_future(moment, location)
        return moment

    def _refuse_future(self, moment: datetime, location: Location) -> None:
        if moment > self.start:
            raise self.scenario.error(location, "a time after the start", "a time up to the start: what comes later is made by advancing")

    def since(self, record: Mapping[str, object], key: str, location: Location, otherwise: datetime) -> datetime:
        """Return a record's own time, or ``otherwise`` if it has none."""
        return self.moment(record[key], (*location, key)) if key in record else otherwise

    @cached_property
    def founded(self) -> datetime:
        """The creation time of records without a time of their own: a year before the start, or the first date in the history.

        Raises:
            ScenarioError: a date is neither an offset nor a time.
        """
        dated = [
            self.moment(record[key], (*location, key))
            for noun in DATED
            for location, record in self.records(noun)
            for key in ("created_at", "at")
            if key in record
        ]
        return min([self.start - FOUNDED_BEFORE, *dated])

    @cached_property
    def present(self) -> dict[str, dict[int, Row]]:
        """The records by table and id, once all steps are taken; what comes later is added as it is planned."""
        tables = ("accounts", "applications", "rentals", "conversations", "participants")
        return {table: {row["id"]: row for row in self.work.db.every(f"SELECT * FROM {table}")} for table in tables}  # noqa: S608 - names of ours

    def take_steps(self) -> None:
        """Take every step at its time.

        Raises:
            ScenarioError: a use case refused one.
        """
        self.steps.sort(key=itemgetter(0))
        for number, (moment, location, do) in enumerate(self.steps):
            if number % STEPS_TOLD == 0:
                self.progress(number, len(self.steps))
                self.work.reasons, self.work.caused = [], []
            catch_up(self.work, max(moment, self.work.instant))
            try:
                do()
            except (Refusal, IntegrityError) as refused:
                raise self._error(refused, location) from None
        catch_up(self.work, self.start)

    @contextmanager
    def refusals_at(self, location: Location) -> Iterator[None]:
        """Turn a refusal within the block into an error for the scenario's author.

        Raises:
            ScenarioError: a use case refuses it, or its id is taken.
        """
        try:
            yield
        except (Refusal, IntegrityError) as refused:
            raise self._error(refused, location) from None

    def _error(self, refused: Refusal | IntegrityError, location: Location) -> ScenarioError:
        if isinstance(refused, Refusal):
            return CombinedScenarioError([self._of(problem, location) for problem in refused.problems])
        return self.scenario.error((*location, "id"), "an id that another record has", "one of its own")

    def _of(self, problem: Problem, location: Location) -> ScenarioError:
        """Return a use case's refusal as an error for the scenario's author."""
        record: Any = self.scenario.data
        for step in location:
            record = record[step]
        key, title = problem.field, problem.title or problem.code
        if key is None or not isinstance(record, Mapping):
            return self.scenario.error(location, f"what is refused: {title}", "what is not")
        found = f"{key} {shown(record[key])}" if key in record else f"no {key}"
        return self.scenario.error((*location, key), found, title)


class ScenarioArguments(Arguments):
    """Resolves the arguments of a scenario's action, at a location in the file."""

    def __init__(self, builder: Builder, location: Location) -> None:
        super().__init__(builder.work, builder.start)
        self.builder = builder
        self.location = location

    def refer(self, noun: str, reference: object, key: str) -> int:
        """Return the id of a record that is named by id or by name."""
        return self.builder.refer(noun, reference, self._of(key))

    def moment(self, text: str, key: str) -> datetime:
        """Return the instant of an offset, a date or a time."""
        return self.builder.moment(text, self._of(key))

    def error(self, key: str, found: str, expected: str) -> ScenarioError:
        """Return an error with the key's line."""
        return self.builder.scenario.error(self._of(key), found, expected)

    def _of(self, key: str) -> Location:
        return (*self.location, *key.split("."))
