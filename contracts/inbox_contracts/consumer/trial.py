"""The client trial: generate worlds, run the client in each, and stop at the first in which it fails."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from inbox_contracts.consumer.driver import CAPABILITIES, JSON, Client
from inbox_contracts.consumer.evaluation import Judgement
from inbox_contracts.consumer.findings import Misbehaviour
from inbox_contracts.consumer.generation import generate, shrink
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.judging import Judge
from inbox_contracts.consumer.process import ANSWER_SECONDS
from inbox_contracts.consumer.races import baseline, placings
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worker import Workers
from inbox_contracts.consumer.worlds import World
from inbox_mock.console.stopping import STOP
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario

if TYPE_CHECKING:
    from inbox_contracts.consumer.harness import Harness

WORLDS = 200
JOBS = 2
WORLDS_OF_A_JOB = 20
"""So many worlds at least are worth another process, which takes about as long to start."""
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
    races: Scenario | None = None,
    assume: Mapping[str, object] | None = None,
    allow: Collection[str] = (),
    jobs: int = JOBS,
    shrink_seconds: float = SHRINK_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
    progress: Progress = lambda _done, _count: None,
    clock: Callable[[], float] = monotonic,
    harness: "Harness | None" = None,
) -> Verdict:
    """Put a client on trial: a command (a list of texts), or an object that implements `inbox_contracts.consumer.driver.Client`.

    ``only`` names a hazard that is in every world; ``replay`` is the only world to run. With ``races``, the events of that scenario are
    placed between the client's requests, in at most so many worlds. ``assume`` sets switches in every world, as the ``assume`` of a
    scenario does. ``allow`` are codes of findings that do not count. A command is started ``jobs`` times, if there are worlds enough:
    the verdict is the same.

    Raises:
        ScenarioError: the world to replay cannot be made.
        BrokenRulesError: a rule of conduct cannot be used.
    """
    command = [] if isinstance(client, Client) or replay is not None or harness is not None else client
    count = min(jobs, worlds // WORLDS_OF_A_JOB) if command else 1
    with (
        Judge(client, answer_seconds, harness, allow) as judge,
        Workers(max(count - 1, 0), command, answer_seconds, allow) as workers,
    ):
        trial = _Trial(judge, workers, seed, shrink_seconds, clock)
        if allow:
            trial.note(f"what breaks {', '.join(allow)} did not count")
        if races is not None:
            chosen, about = placings(races, judge.run(baseline(races).assuming(**(assume or {}))), worlds, seed)
            trial.note(about)
        else:
            chosen = [replay] if replay is not None else generate(worlds, seed, only)
        return trial.run([world.assuming(**(assume or {})) for world in chosen], progress, only)


class _Trial:
    """One trial, from the first world to the verdict."""

    def __init__(self, judge: Judge, workers: Workers, seed: int, shrink_seconds: float, clock: Callable[[], float]) -> None:
        self._judge, self._workers, self._seed = judge, workers, seed
        self._shrink_seconds, self._clock, self._began = shrink_seconds, clock, clock()
        self._met: Counter[str] = Counter(dict.fromkeys(hazards(), 0))
        self._assumed: dict[str, JSON] = {}
        self._can: set[str] = set(CAPABILITIES)
        self._notes: list[str] = []

    def note(self, about: str) -> None:
        """Keep a remark for the verdict."""
        self._notes.append(about)

    def run(self, worlds: Sequence[World], progress: Progress, only: str | None) -> Verdict:
        failure, done = None, 0
        for done, judgement in enumerate(self._judgements(worlds), 1):
            self._count(judgement)
            if judgement.recording is not None:
                self._workers.close()
                failure = self._failure(judgement.recording, judgement.findings)
                break
            progress(done, len(worlds))
        STOP.check()
        if only is not None and failure is None and not self._met[only]:
            self.note(f"the hazard {only} was met in no world")
        return Verdict(
            worlds=done,
            seed=self._seed,
            met=dict(self._met),
            not_judged=tuple(name for name in CAPABILITIES if name not in self._can),
            assumed=tuple(self._assumed.values()),
            notes=tuple(self._notes),
            seconds=self._clock() - self._began,
            failure=failure,
        )

    def _judgements(self, worlds: Sequence[World]) -> Iterator[Judgement]:
        """Yield the judgement of each world, in their order."""
        for world, judgement in zip(worlds, self._workers.judge(worlds, self._judge), strict=True):
            yield judgement or self._judge.judge(world)

    def _count(self, judgement: Judgement) -> None:
        if judgement.can is not None:
            self._can &= judgement.can
        self._met.update(judgement.met)
        for behaviour in judgement.assumed:
            known = self._assumed.setdefault(behaviour["behaviour"], {**behaviour, "seen": 0})
            known["seen"] += behaviour["seen"]
        self._notes += judgement.notes

    def _failure(self, recording: Recording, found: tuple[Misbehaviour, ...]) -> Failure:
        steps, code = len(recording.world.steps), found[0].code
        if recording.driver_error is not None or code in UNSHRUNK:
            return Failure(findings=found, recording=recording, steps_before=steps)
        self._judge.restart()
        if not self._again(recording.world, code):
            return Failure(findings=found, recording=recording, flaky=True, steps_before=steps)
        smallest = recording, found

        def fails(world: World) -> bool:
            nonlocal smallest
            again = self._again(world, code)
            smallest = again or smallest
            return again is not None

        _, whole = shrink(recording.world, fails, self._shrink_seconds, self._clock)
        return Failure(findings=smallest[1], recording=smallest[0], whole=whole, steps_before=steps)

    def _again(self, world: World, code: str) -> tuple[Recording, tuple[Misbehaviour, ...]] | None:
        """Run a world again; return its recording and what the client did wrong, if its first violation has the same code."""
        try:
            judgement = self._judge.judge(world)
        except ScenarioError:
            return None
        self._notes += judgement.notes
        recording, found = judgement.recording, judgement.findings
        if recording is None:
            return None
        if recording.driver_error is not None:
            self._judge.restart()
        return (recording, found) if found[0].code == code else None
