"""The client trial as a whole: invent worlds, let the client live in each, and stop at the first that it fails."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from inbox_contracts.consumer.driver import DEEDS, Asked, Client, DriverError, DriverFailed, InProcess
from inbox_contracts.consumer.generation import invent
from inbox_contracts.consumer.harness import Stage
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.judging import Finding, findings
from inbox_contracts.consumer.process import ANSWER_SECONDS, Command
from inbox_contracts.consumer.recording import Play
from inbox_contracts.consumer.runner import play
from inbox_contracts.consumer.shrinking import shrink
from inbox_contracts.consumer.worlds import World

JSON = dict[str, Any]

WORLDS = 200
SHRINK_SECONDS = 30.0
UNSHRUNK = frozenset({"CRASH", "HANG", "RUBBISH", "WRONG ID", "PROTOCOL", "MISSING", "NO CLIENT"})
"""Failures of the driver itself: they are reported as seen, at once."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A world that a client failed: what it did wrong there, how it went, and how far the world was made smaller.

    ``flaky``: the same world went well the second time. ``whole``: there was time to try everything smaller.
    """

    findings: tuple[Finding, ...]
    play: Play
    flaky: bool = False
    whole: bool = True
    steps_before: int = 0
    misconduct: DriverError | None = None
    no_client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a trial: in how many ``worlds``, how often each hazard was ``met``, and the ``failure`` if there is one.

    ``not_judged`` is what the client cannot do; ``assumed`` are the assumed behaviours that the run relied on, each with how
    often it was seen; ``notes`` is what a person should know.
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
        """What the client did wrong: the rules' codes and the judge's own words, what tells most first."""
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
    stage: Stage | None = None,
) -> Verdict:
    """Put a client on trial: a command (a list of texts), or an object that keeps to `inbox_contracts.consumer.driver.Client`.

    ``only`` names a hazard that is in every world; ``replay`` is the one world to play; ``assume`` sets switches of the
    scenario's ``assume`` in every world.

    Raises:
        Mistake: the world to replay cannot be made.

    """
    asked: Asked = InProcess(client) if isinstance(client, Client) else Command(client, answer_seconds)
    invented = [replay] if replay is not None else invent(worlds, seed, only)
    invented = [world.assuming(**(assume or {})) for world in invented]
    if stage is not None:
        return _Trial(asked, stage, seed, shrink_seconds, clock).run(invented, progress)
    with Stage() as own:
        return _Trial(asked, own, seed, shrink_seconds, clock).run(invented, progress)


class _Trial:
    """One run, from the first world to the verdict."""

    def __init__(self, client: Asked, stage: Stage, seed: int, shrink_seconds: float, clock: Callable[[], float]) -> None:
        self._client, self._stage, self._seed = client, stage, seed
        self._shrink_seconds, self._clock = shrink_seconds, clock
        self._met: Counter[str] = Counter(dict.fromkeys(hazards(), 0))
        self._assumed: dict[str, JSON] = {}
        self._can: set[str] = set(DEEDS)

    def run(self, worlds: Sequence[World], progress: Progress) -> Verdict:
        began, failure, done = self._clock(), None, 0
        try:
            for done, world in enumerate(worlds, 1):
                played = play(world, self._client, self._stage)
                self._count(played)
                found = findings(played)
                if found:
                    failure = self._failure(played, found)
                    break
                progress(done, len(worlds))
        finally:
            self._client.close()
        return Verdict(
            worlds=done,
            seed=self._seed,
            met=dict(self._met),
            not_judged=tuple(deed for deed in DEEDS if deed not in self._can),
            assumed=tuple(self._assumed.values()),
            notes=tuple(self._client.notes),
            seconds=self._clock() - began,
            failure=failure,
        )

    def _count(self, played: Play) -> None:
        if played.misconduct is None:
            self._can &= played.can
            self._met.update(name for name, hazard in hazards().items() if hazard.met(played))
        for behaviour in played.report.get("assumed", ()):
            known = self._assumed.setdefault(behaviour["behaviour"], {**behaviour, "seen": 0})
            known["seen"] += behaviour["seen"]

    def _failure(self, played: Play, found: list[Finding]) -> Failure:
        said = played.misconduct
        if said is not None or found[0].code in UNSHRUNK:
            no_client = isinstance(played.failed, DriverFailed) and played.failed.no_client
            return Failure(findings=tuple(found), play=played, misconduct=said, no_client=no_client, steps_before=len(played.world.steps))
        self._client.restart()
        if not self._again(played.world, found[0].code):
            return Failure(findings=tuple(found), play=played, flaky=True, steps_before=len(played.world.steps))
        smallest, best = [played.world], [(played, found)]

        def fails(world: World) -> bool:
            again = self._again(world, found[0].code)
            if again:
                smallest[0], best[0] = world, again
            return again is not None

        _, whole = shrink(played.world, fails, self._shrink_seconds, self._clock)
        last, wrong = best[0]
        return Failure(findings=tuple(wrong), play=last, whole=whole, steps_before=len(played.world.steps))

    def _again(self, world: World, code: str) -> tuple[Play, list[Finding]] | None:
        """Play a world; return how it went if it fails for the same reason."""
        from inbox_mock.scenarios.errors import ScenarioError

        try:
            played = play(world, self._client, self._stage)
        except ScenarioError:
            return None
        found = findings(played)
        if played.misconduct is not None:
            self._client.restart()
        return (played, found) if _first(found) == code else None


def _first(found: Iterable[Finding]) -> str | None:
    return next((one.code for one in found), None)
