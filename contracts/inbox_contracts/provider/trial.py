"""A trial: examples for each property, and what is told of one that a server does not keep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from inbox_contracts.provider.api import JSON, Api
from inbox_contracts.provider.expectations import Broken, NotJudged, Property, shown
from inbox_contracts.provider.http import LoggedRequest, NoAnswer, Spent
from inbox_contracts.provider.resources import EVERYTHING, LISTED, path_of
from inbox_contracts.provider.target import NoTrial, Target
from inbox_contracts.provider.workspace import Workspace, furnish
from inbox_mock.client import AdminError
from inbox_mock.resources.declaration import Resource

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine
    from hypothesis.strategies import SearchStrategy

    from inbox_mock.client import Sandbox

SHRINKING_SECONDS = 8.0
MOST_REQUESTS_TOLD = 12
UNSHAPED = (KeyError, IndexError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Finding:
    """A property that is not kept: what was found, in which smallest example, by which requests."""

    told: str
    example: dict[str, str]
    requests: tuple[str, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of judging a property: kept, a finding, or the reason why it was not judged."""

    property: Property
    seconds: float
    requests: int
    finding: Finding | None = None
    not_judged: str | None = None
    seed: int = 0
    effort: float = 1.0


class Found(Exception):  # noqa: N818 - carries a finding out of a search
    """A search for counterexamples met one."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


@dataclass
class Trial:
    """A server on trial. ``effort`` multiplies the examples; ``read_only`` keeps to GET, ``resources`` to some resources."""

    target: Target
    seed: int = 0
    effort: float = 1.0
    read_only: bool = False
    shrinking_seconds: float = SHRINKING_SECONDS
    resources: tuple[Resource, ...] = LISTED
    _reading: "Sandbox | None" = None
    _readable: tuple[Resource, ...] | None = None
    _lists: dict[str, tuple[list[JSON], list[LoggedRequest]]] = field(default_factory=dict)
    _days: Iterator[int] = field(default_factory=count)

    @property
    def api(self) -> Api:
        """The API for properties that only read: on a fake, that of one sandbox that nobody writes to."""
        return self.target.api if not self.target.is_fake else Api(self.target.connection, self.reading.token)

    @property
    def reading(self) -> "Sandbox":
        """The sandbox that nobody writes to."""
        if self._reading is None:
            self._reading = self.target.create_sandbox()
            furnish(Workspace(Api(self.target.connection, self._reading.token), self._reading, count()))
        return self._reading

    def leave(self) -> None:
        """Leave nothing behind: no sandbox, no open connection."""
        if self._reading is not None:
            with suppress(Broken, AdminError):
                self._reading.delete()
            self._reading = None
            self._lists.clear()
        self.target.connection.close()

    def readable(self) -> tuple[Resource, ...]:
        """Return the resources that the token may list."""
        if self._readable is None:
            self._readable = tuple(r for r in self.resources if self.api.call("GET", path_of(r.plural), per_page=1).status != 403)
        return self._readable

    def everything(self, resource: Resource) -> list[JSON]:
        """Return all records of a resource, as the world for reading has them; of a real service, those of the first page."""
        log = self.target.connection.log
        if resource.plural not in self._lists:
            began = len(log)
            path, query = path_of(resource.plural), EVERYTHING.get(resource.plural, {})
            found = self.api.get(path, **query).json[resource.plural] if self.read_only else self.api.all_of(path, **query)
            self._lists[resource.plural] = found, log[began:]
        found, requests = self._lists[resource.plural]
        log.extend(request for request in requests if request not in log)  # read before, and part of this example all the same
        return found

    @contextmanager
    def workspace(self, scenario: object = None, **more: object) -> Iterator[Workspace]:
        """Return a world to write in: on a fake a fresh sandbox, elsewhere the account itself."""
        if not self.target.is_fake:
            workspace = Workspace(self.target.api, None, self._days)
            try:
                yield workspace
            finally:
                workspace.tidy()
            return
        sandbox = self.target.create_sandbox(scenario, **more)
        try:
            yield Workspace(Api(self.target.connection, sandbox.token), sandbox, count())
        finally:
            with suppress(Broken, AdminError):
                sandbox.delete()

    def explore(self, body: Callable[..., None], examples: int, **drawn: "SearchStrategy[Any]") -> None:
        """Run ``body`` with drawn arguments, and look for the smallest that breaks it.

        Raises:
            Found: there is one.

        """
        from hypothesis import given

        search = _Search(self, body)

        def example(**arguments: object) -> None:
            search(arguments)

        self._run(search, self._settled(given(**drawn)(example), examples))

    def play(self, machine: "type[RuleBasedStateMachine]", examples: int, steps: int) -> None:
        """Let a state machine play beside the server; its ``told`` holds the steps.

        Raises:
            Found: the server went another way.

        """
        from hypothesis import seed
        from hypothesis.stateful import run_state_machine_as_test

        search = _Search(self, lambda: None)
        settings = self._settings(examples, stateful_step_count=steps)
        factory: Any = seed(self.seed)(lambda: machine(search))  # type: ignore[call-arg]
        self._run(search, lambda: run_state_machine_as_test(factory, settings=settings))

    def _settled(self, test: Callable[..., None], examples: int) -> Callable[[], None]:
        from hypothesis import seed

        settled: Callable[[], None] = seed(self.seed)(self._settings(examples)(test))
        return settled

    def _settings(self, examples: int, **more: Any) -> Any:  # noqa: ANN401 - hypothesis' own
        from hypothesis import HealthCheck, Phase, Verbosity, settings

        return settings(
            max_examples=max(1, round(examples * self.effort)),
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
            **more,
        )

    @staticmethod
    def _run(search: "_Search", test: Callable[[], None]) -> None:
        from hypothesis.errors import Flaky

        try:
            test()
        except Broken as broken:
            raise Found(search.finding(broken)) from None
        except (Flaky, _Enough) as ended:
            if search.best is None:  # nothing broke: it is hypothesis that complains of us
                raise
            once = " (seen once, and not when it was tried again)" if isinstance(ended, Flaky) else ""
            raise Found(replace(search.best, told=search.best.told + once)) from None

    def judge(self, judged: Property) -> Outcome:
        """Judge a property.

        Raises:
            NoTrial: the server does not answer any more.

        """
        began, before = monotonic(), self.target.connection.count
        if not self.target.is_fake and not self.read_only:
            self._lists.clear()  # others write, and so did the property before
        finding, why = self._look_closely(judged)
        if finding is not None and not self.target.is_fake and self._lists:
            self._lists.clear()  # somebody may have written meanwhile: only what shows twice is a finding
            finding, why = self._look_closely(judged)
        if finding is not None:
            self._see_that_it_lives()
        return Outcome(judged, monotonic() - began, self.target.connection.count - before, finding, why, self.seed, self.effort)

    def _look_closely(self, judged: Property) -> tuple[Finding | None, str | None]:
        finding: Finding | None = None
        why: str | None = None
        self.target.connection.log.clear()
        try:
            judged.judge(self)
        except Found as found:
            finding = found.finding
        except Broken as broken:
            finding = _Search(self, judged.judge).finding(broken)
        except UNSHAPED as error:
            finding = _Search(self, judged.judge).finding(_unshaped(error))
        except (NotJudged, Spent) as reason:
            why = str(reason)
        except AdminError as reason:
            finding = _Search(self, judged.judge).finding(Broken(f"the admin API says no: {reason}"))
        return finding, why

    def _see_that_it_lives(self) -> None:
        try:
            if self.target.is_fake:
                self.target.admin.call("GET", "/sandboxes/default")
            else:
                self.target.api.call("GET", "/inbox/conversations", per_page="1")
        except NoAnswer as error:
            raise NoTrial(
                f"{self.target.connection.root} stopped answering after {self.target.connection.count} requests: {error}"
            ) from None
        except (Spent, AdminError, Broken):
            return


class _Enough(BaseException):
    """Time for shrinking is up. No Exception: those are what hypothesis shrinks."""


class _Search:
    """One search for a counterexample. Shrinking has so many seconds; then the smallest that was seen is told."""

    def __init__(self, trial: Trial, body: Callable[..., None]) -> None:
        self.trial, self.body = trial, body
        self.told: dict[str, str] = {}
        self.best: Finding | None = None
        self._give_up_at = 0.0

    def __call__(self, arguments: dict[str, Any]) -> None:
        """Try an example."""
        self.begin({name: _told(value) for name, value in arguments.items()})
        with self.breaking():
            self.body(**arguments)

    def begin(self, told: dict[str, str]) -> None:
        """Begin an example: what was asked before does not belong to it."""
        if self.best is not None and monotonic() > self._give_up_at:
            raise _Enough
        self.trial.target.connection.log.clear()
        self.told = told

    @contextmanager
    def breaking(self) -> Iterator[None]:
        """Note that an example breaks; an answer of another shape than declared breaks it, too."""
        try:
            yield
        except Broken as broken:
            self._note(broken)
            raise
        except UNSHAPED as error:
            unshaped = _unshaped(error)
            self._note(unshaped)
            raise unshaped from error

    def _note(self, broken: Broken) -> None:
        found = self.finding(broken)
        if self.best is None:
            self._give_up_at = monotonic() + self.trial.shrinking_seconds
        if self.best is None or len(repr(found.example)) <= len(repr(self.best.example)):
            self.best = found

    def finding(self, broken: Broken) -> Finding:
        """Return what is told of an example that broke."""
        log = self.trial.target.connection.log
        requests = [f"{request.curl()}  # {request.status or 'no answer'}" for request in log[-MOST_REQUESTS_TOLD:]]
        return Finding(str(broken), dict(self.told), tuple(requests), max(0, len(log) - MOST_REQUESTS_TOLD))


def _told(value: object) -> str:
    return value.plural if isinstance(value, Resource) else shown(value)


def _unshaped(error: Exception) -> Broken:
    place = extract_tb(error.__traceback__)[-1]
    named = f"{type(error).__name__} {shown(error.args[0]) if error.args else ''}".strip()
    return Broken(f"an answer has not the declared shape: {named} (met at {Path(place.filename).name}:{place.lineno})")
