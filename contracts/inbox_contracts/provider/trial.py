"""A trial: the server, the number of examples, and the evaluation of a property."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from inbox_contracts.provider.api import JSON, Api
from inbox_contracts.provider.expectations import ForbiddenCall, NotJudged, PropertyViolation, shown
from inbox_contracts.provider.forms import forms
from inbox_contracts.provider.http import ApiResponse, BudgetSpent, LoggedRequest, NoAnswer
from inbox_contracts.provider.resources import EVERYTHING, LISTED, path_of
from inbox_contracts.provider.search import UNSHAPED, Counterexample, CounterexampleFound, Search, as_violation, hypothesis_settings
from inbox_contracts.provider.target import NoTrial, Target
from inbox_contracts.provider.workspace import Workspace, furnish
from inbox_mock.client import AdminError, SandboxClient
from inbox_mock.console.stopping import STOP
from inbox_mock.domain.fidelity import Fidelity
from inbox_mock.resources.declaration import Resource

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine
    from hypothesis.strategies import SearchStrategy

SHRINKING_SECONDS = 8.0
MOST_SHRINKING_SECONDS = 60.0
"""For how long a trial of a server that breaks many properties looks for smaller examples in all."""
PROPERTY_SECONDS = 120.0
"""How long the evaluation of a property may take, before effort multiplies it."""
TIDYING_SECONDS = 60.0
"""How long a stop waits for what a trial takes back on a server that is no fake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A claim about a server, its fidelity, and the function that tests it.

    ``reads``: testing it only reads; ``fake``: testing it needs a fake's admin API; ``slow``: it comes last.
    """

    name: str
    claim: str
    fidelity: Fidelity
    judge: "Callable[[Trial], None]"
    reads: bool = True
    fake: bool = False
    slow: bool = False


def claim(
    name: str, *, fidelity: Fidelity, reads: bool = True, fake: bool = False, slow: bool = False
) -> "Callable[[Callable[[Trial], None]], Property]":
    """Make a property of the function that tests it. The function's docstring is the claim, as users read it.

    Raises:
        TypeError: the function has no docstring.
    """

    def decorate(judge: "Callable[[Trial], None]") -> Property:
        if not judge.__doc__:
            raise TypeError(f"the function under @claim({name!r}) needs a docstring: it is the claim")
        return Property(name=name, claim=" ".join(judge.__doc__.split()), fidelity=fidelity, judge=judge, reads=reads, fake=fake, slow=slow)

    return decorate


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of evaluating a property: it holds, a counterexample, or the reason why it was not judged.

    ``is_late``: that is the time that the server took.
    """

    property: Property
    seconds: float
    requests: int
    is_fake: bool
    finding: Counterexample | None = None
    not_judged: str | None = None
    is_late: bool = False
    seed: int = 0
    effort: float = 1.0


@dataclass
class Trial:
    """A server on trial. ``effort`` multiplies the examples; ``read_only`` restricts it to GET, ``resources`` to some resources.

    No property is evaluated beyond ``ends_at``, by the monotonic clock.
    """

    target: Target
    seed: int = 0
    effort: float = 1.0
    read_only: bool = False
    shrinking_seconds: float = SHRINKING_SECONDS
    resources: tuple[Resource, ...] = LISTED
    ends_at: float = inf
    _shrunk_seconds: float = 0.0
    _reading: SandboxClient | None = None
    _furnished: Workspace | None = None
    _readable: tuple[Resource, ...] | None = None
    _lists: dict[str, tuple[list[JSON], list[LoggedRequest]]] = field(default_factory=dict)
    _answers: dict[str, tuple[list[ApiResponse], list[LoggedRequest]]] = field(default_factory=dict)
    _days: Iterator[int] = field(default_factory=count)

    @property
    def api(self) -> Api:
        """The API for properties that only read: on a fake, that of one sandbox that no property writes to."""
        return self.target.api if not self.target.is_fake else Api(self.target.connection, self.reading.token)

    @property
    def reading(self) -> SandboxClient:
        """The sandbox that no property writes to."""
        if self._reading is None:
            self._reading = self.target.create_sandbox()
            furnish(Workspace(Api(self.target.connection, self._reading.token), self._reading, count()))
        return self._reading

    def _furnish(self) -> None:
        """Write once into an account that may be bare what there is to read; what is refused is found by other properties."""
        if self._furnished is None:
            self._furnished = Workspace(self.target.api, None, self._days)
            with suppress(PropertyViolation, BudgetSpent, NotJudged, *UNSHAPED):
                furnish(self._furnished)

    def close(self) -> None:
        """Take back what there was for reading, and close the connection."""
        if self._furnished is not None:
            with self.target.connection.tidying(), STOP.waits(TIDYING_SECONDS):
                self._furnished.tidy()
        if self._reading is not None:
            with self.target.connection.tidying(), suppress(PropertyViolation, AdminError):
                self._reading.delete()
            self._reading = None
            self._forget()
        self.target.connection.close()

    def readable(self) -> tuple[Resource, ...]:
        """Return the resources that the token may list."""
        if self._readable is None:
            self._readable = tuple(r for r in self.resources if self.api.call("GET", path_of(r.plural), per_page=1).status != 403)
        return self._readable

    def need_all_views(self) -> None:
        """Go on only with a token that may read every resource: to others, records and templates show less.

        Raises:
            NotJudged: it may not.
        """
        hidden = sorted({each.plural for each in self.resources} - {each.plural for each in self.readable()})
        if hidden:
            raise NotJudged(f"the token may not read {', '.join(hidden)}, and so sees less of other records, too")

    def everything(self, resource: Resource) -> list[JSON]:
        """Return all records of a resource; with ``read_only``, those of the first page."""
        log = self.target.connection.log
        if resource.plural not in self._lists:
            began = len(log)
            path, query = path_of(resource.plural), EVERYTHING.get(resource.plural, {})
            found = self.api.get(path, **query).json[resource.plural] if self.read_only else self.api.all_of(path, **query)
            self._lists[resource.plural] = found, log[began:]
        found, requests = self._lists[resource.plural]
        log.extend(request for request in requests if request not in log)  # read before, but part of this example as well
        return found

    def answers(self, resource: Resource) -> list[ApiResponse]:
        """Return answers of each form that a resource's have; with ``read_only``, those of the list and of one record."""
        log = self.target.connection.log
        if resource.plural not in self._answers:
            records = self.everything(resource)
            began = len(log)
            self._answers[resource.plural] = (
                list(forms(self.api, resource, [record["id"] for record in records], few=self.read_only)),
                log[began:],
            )
        found, requests = self._answers[resource.plural]
        log.extend(request for request in requests if request not in log)
        return found

    @contextmanager
    def workspace(self, scenario: object = None, **more: object) -> Iterator[Workspace]:
        """Provide a workspace: on a fake a new sandbox, elsewhere the account itself."""
        if not self.target.is_fake:
            workspace = Workspace(self.target.api, None, self._days)
            with STOP.waits(TIDYING_SECONDS):
                try:
                    yield workspace
                finally:
                    with self.target.connection.tidying():
                        workspace.tidy()
            return
        sandbox = self.target.create_sandbox(scenario, **more)
        try:
            yield Workspace(Api(self.target.connection, sandbox.token), sandbox, count())
        finally:
            with self.target.connection.tidying(), suppress(PropertyViolation, AdminError):
                sandbox.delete()

    def explore(self, body: Callable[..., None], examples: int, **drawn: "SearchStrategy[Any]") -> None:
        """Run ``body`` with drawn arguments, and search for the smallest ones that break it.

        Raises:
            CounterexampleFound: such arguments exist.
        """
        from hypothesis import given, seed

        search = self._new_search()

        def example(**arguments: object) -> None:
            search.begin({name: value.plural if isinstance(value, Resource) else shown(value) for name, value in arguments.items()})
            with search.noting():
                body(**arguments)

        settings = hypothesis_settings(round(examples * self.effort))
        self._run(search, seed(self.seed)(settings(given(**drawn)(example))))

    def play(self, machine: "Callable[[Search], RuleBasedStateMachine]", examples: int, steps: int) -> None:
        """Run a state machine beside the server; it reports its steps to the search that it is given.

        Raises:
            CounterexampleFound: the server deviated from the state machine.
        """
        from hypothesis import seed
        from hypothesis.stateful import run_state_machine_as_test

        search = self._new_search()
        settings = hypothesis_settings(round(examples * self.effort), stateful_step_count=steps)
        factory: Any = seed(self.seed)(lambda: machine(search))
        self._run(search, lambda: run_state_machine_as_test(factory, settings=settings))

    def _new_search(self) -> Search:
        seconds = min(self.shrinking_seconds, max(0.0, MOST_SHRINKING_SECONDS - self._shrunk_seconds))
        return Search(self.target.connection.log, seconds, has_all_scopes=self.target.is_fake)

    def _run(self, search: Search, test: Callable[[], None]) -> None:
        try:
            search.run(test)
        finally:
            self._shrunk_seconds += search.shrunk_seconds

    def judge(self, judged: Property) -> Outcome:
        """Evaluate a property.

        Raises:
            NoTrial: the server does not answer any more.
        """
        began, before = monotonic(), self.target.connection.count
        self.target.connection.ends_at = min(self.ends_at, began + PROPERTY_SECONDS * max(1.0, self.effort))
        if not self.target.is_fake and not self.read_only:
            self._forget()  # other programs write, and so did the previous property
            if judged.reads:
                self._furnish()
        finding, why = self._search(judged)
        if finding is not None and not self.target.is_fake and self._lists:
            self._forget()  # another program may have written meanwhile: only a repeated violation is a finding
            again, why = self._search(judged)
            finding, why = (finding, None) if why is not None and self._is_late else (again, why)
        if finding is not None:
            self._check_alive()
        seconds, requests = monotonic() - began, self.target.connection.count - before
        is_late = why is not None and self._is_late
        return Outcome(judged, seconds, requests, self.target.is_fake, finding, why, is_late, self.seed, self.effort)

    @property
    def _is_late(self) -> bool:
        ends_at = self.target.connection.ends_at
        return ends_at is not None and monotonic() > ends_at

    def _forget(self) -> None:
        """Forget what was read."""
        self._lists.clear()
        self._answers.clear()

    def _search(self, judged: Property) -> tuple[Counterexample | None, str | None]:
        """Return a counterexample, or why the property was not judged, or neither."""
        self.target.connection.log.clear()
        try:
            judged.judge(self)
        except CounterexampleFound as found:
            return found.counterexample, None
        except PropertyViolation as error:
            if isinstance(error, ForbiddenCall) and not self.target.is_fake:
                return None, str(error)
            violation = error
        except UNSHAPED as error:
            violation = as_violation(error, self.target.connection.log)
        except (NotJudged, BudgetSpent) as reason:
            return None, str(reason)
        except AdminError as error:
            violation = PropertyViolation(f"the admin API refuses: {error}")
        else:
            return None, None
        return Search(self.target.connection.log).counterexample(violation), None

    def _check_alive(self) -> None:
        try:
            if self.target.is_fake:
                self.target.admin.call("GET", "/sandboxes/default")
            else:
                self.target.api.call("GET", "/inbox/conversations", per_page="1")
        except NoAnswer as error:
            raise NoTrial(
                f"{self.target.connection.root} stopped answering after {self.target.connection.count} requests: {error}"
            ) from None
        except (BudgetSpent, AdminError, PropertyViolation):
            return
