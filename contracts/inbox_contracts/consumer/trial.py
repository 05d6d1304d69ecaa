"""The client trial: generate worlds, run the client in each, and stop at the first in which it fails."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from time import monotonic

from inbox_contracts.consumer.driver import CAPABILITIES, JSON, Client, ClientDriver, InProcessDriver
from inbox_contracts.consumer.evaluation import Misbehaviour, evaluate
from inbox_contracts.consumer.generation import generate, shrink
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.process import ANSWER_SECONDS, CommandDriver
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.runner import run_world
from inbox_contracts.consumer.worlds import World
from inbox_mock.console.stopping import STOP
from inbox_mock.scenarios.errors import ScenarioError

WORLDS = 200
SHRINK_SECONDS = 30.0
UNSHRUNK = frozenset({"CRASH", "HANG", "RUBBISH", "WRONG ID", "PROTOCOL", "MISSING", "NO CLIENT"})
"""Codes of the driver's own errors: the world is not made smaller for them."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A world that the client failed in: what it did wrong, the recording of it, and whether shrinking is complete.

    ``flaky``: the client did not fail when the world was run again. ``whole``: there was time to try every smaller world.
    """

    findings: tuple[Misbehaviour, ...]
    recording: Recording
    flaky: bool = False
    whole: bool = True
    steps_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a trial: the number of ``worlds``, in how many of them each hazard was ``met``, and the ``failure``, if any.

    ``not_judged`` are the commands that the client cannot do; ``assumed`` the assumed behaviours that the trial relied on,
    each with how often it was seen; ``notes`` are remarks for a person.
    """

    worlds: int
    seed: int
    met: Mapping[str, int] = field(default_factory=dict)
    not_judged: tuple[str, ...] = ()
    assumed: tuple[JSON, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    failure: Failure | None = None

    @property
    def passed(self) -> bool:
        """Whether the client did everything right in every world."""
        return self.failure is None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what the client did wrong, of rules and of the trial itself, the most significant first."""
        return () if self.failure is None else tuple(dict.fromkeys(found.code for found in self.failure.findings))


def run(
    client: Sequence[str] | Client,
    *,
    worlds: int = WORLDS,
    seed: int = 0,
    only: str | None = None,
    replay: World | None = None,
    assume: Mapping[str, object] | None = None,
    shrink_seconds: float = SHRINK_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
    progress: Progress = lambda done, count: None,  # noqa: ARG005
    clock: Callable[[], float] = monotonic,
    harness: Harness | None = None,
) -> Verdict:
    """Put a client on trial: a command (a list of texts), or an object that implements `inbox_contracts.consumer.driver.Client`.

    ``only`` names a hazard that is in every world; ``replay`` is the only world to run; ``assume`` sets switches of the
    scenario's ``assume`` in every world.

    Raises:
        ScenarioError: the world to replay cannot be made.
        BrokenRulesError: a rule of conduct cannot be used.
    """
    driver: ClientDriver = InProcessDriver(client) if isinstance(client, Client) else CommandDriver(client, answer_seconds)
    chosen = [replay] if replay is not None else generate(worlds, seed, only)
    chosen = [world.assuming(**(assume or {})) for world in chosen]
    with Harness() if harness is None else nullcontext(harness) as used:
        return _Trial(driver, used, seed, shrink_seconds, clock).run(chosen, progress)


class _Trial:
    """One trial, from the first world to the verdict."""

    def __init__(self, driver: ClientDriver, harness: Harness, seed: int, shrink_seconds: float, clock: Callable[[], float]) -> None:
        self._driver, self._harness, self._seed = driver, harness, seed
        self._shrink_seconds, self._clock = shrink_seconds, clock
        self._met: Counter[str] = Counter(dict.fromkeys(hazards(), 0))
        self._assumed: dict[str, JSON] = {}
        self._can: set[str] = set(CAPABILITIES)

    def run(self, worlds: Sequence[World], progress: Progress) -> Verdict:
        began, failure, done = self._clock(), None, 0
        try:
            for done, world in enumerate(worlds, 1):
                recording = run_world(world, self._driver, self._harness)
                self._count(recording)
                found = evaluate(recording)
                if found:
                    failure = self._failure(recording, found)
                    break
                progress(done, len(worlds))
        finally:
            self._driver.close()
        STOP.check()
        return Verdict(
            worlds=done,
            seed=self._seed,
            met=dict(self._met),
            not_judged=tuple(name for name in CAPABILITIES if name not in self._can),
            assumed=tuple(self._assumed.values()),
            notes=tuple(self._driver.notes),
            seconds=self._clock() - began,
            failure=failure,
        )

    def _count(self, recording: Recording) -> None:
        if recording.driver_error is None:
            self._can &= recording.can
            self._met.update(name for name, hazard in hazards().items() if hazard.met(recording))
        for behaviour in recording.report.get("assumed", ()):
            known = self._assumed.setdefault(behaviour["behaviour"], {**behaviour, "seen": 0})
            known["seen"] += behaviour["seen"]

    def _failure(self, recording: Recording, found: list[Misbehaviour]) -> Failure:
        steps, code = len(recording.world.steps), found[0].code
        if recording.driver_error is not None or code in UNSHRUNK:
            return Failure(findings=tuple(found), recording=recording, steps_before=steps)
        self._driver.restart()
        if not self._again(recording.world, code):
            return Failure(findings=tuple(found), recording=recording, flaky=True, steps_before=steps)
        smallest = recording, found

        def fails(world: World) -> bool:
            nonlocal smallest
            again = self._again(world, code)
            smallest = again or smallest
            return again is not None

        _, whole = shrink(recording.world, fails, self._shrink_seconds, self._clock)
        return Failure(findings=tuple(smallest[1]), recording=smallest[0], whole=whole, steps_before=steps)

    def _again(self, world: World, code: str) -> tuple[Recording, list[Misbehaviour]] | None:
        """Run a world again; return its recording and what the client did wrong, if its first violation has the same code."""
        try:
            recording = run_world(world, self._driver, self._harness)
        except ScenarioError:
            return None
        found = evaluate(recording)
        if recording.driver_error is not None:
            self._driver.restart()
        return (recording, found) if found and found[0].code == code else None
