"""The matrix: each broken client on trial, with the good one as control."""

import atexit
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from driver import Driver
from inbox_contracts.consumer import worlds
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import Failure, Verdict, run
from inbox_contracts.consumer.worlds import World
from mutants.clients import (
    answering,
    believing,
    calling,
    changing,
    choosing,
    conversing,
    families,
    hearing,
    hinting,
    integrating,
    joining,
    keeping,
    listing,
    misreading,
    overlooking,
    receiving,
    recognising,
    syncing,
    turning,
    untying,
    waiting,
    writing,
)
from mutants.clients.broken import MUTANTS, InThisProcess, Mutant
from mutants.rows import Row, judged

WORLDS, CONTROL_WORLDS = 200, 1000
FAST_WORLDS, FAST_CONTROL_WORLDS = 20, 50
LIKELY_WORLDS = 6
"""So many worlds are tried first that have the hazard that a broken client cannot handle: as many as a trial of six hundred has."""
SHRINK_SECONDS = 0.3
__all__ = [
    "MUTANTS",
    "answering",
    "believing",
    "calling",
    "changing",
    "choosing",
    "conversing",
    "families",
    "hearing",
    "hinting",
    "integrating",
    "joining",
    "keeping",
    "listing",
    "misreading",
    "on_trial",
    "overlooking",
    "receiving",
    "recognising",
    "replayed",
    "rows",
    "syncing",
    "turning",
    "untying",
    "waiting",
    "writing",
]


def one_for_each_code() -> list[Mutant]:
    """The first broken client for each rule and verdict."""
    return list({mutant.killed_by: mutant for mutant in reversed(MUTANTS)}.values())[::-1]


def on_trial(mutant: Mutant, harness: Harness, *, fast: bool) -> Verdict:
    """Put a broken client on trial in a few worlds with the hazard that it cannot handle; else, unless it is ``fast``, in all kinds."""
    if fast:
        return run(mutant.client(), worlds=FAST_WORLDS, only=mutant.hazard, harness=harness, shrink_seconds=0)
    likely = run(mutant.client(), worlds=LIKELY_WORLDS, only=mutant.hazard, harness=harness, shrink_seconds=SHRINK_SECONDS)
    if likely.codes[:1] == (mutant.killed_by,):
        return likely
    return run(mutant.client(), worlds=WORLDS, harness=harness, shrink_seconds=SHRINK_SECONDS)


def replayed(mutant: Mutant, failure: Failure, harness: Harness, folder: Path) -> Verdict:
    """Save the world that a client failed in, and run it there again."""
    return run(mutant.client(), replay=_saved(mutant, failure, folder), harness=harness, shrink_seconds=0)


def is_fair(mutant: Mutant, failure: Failure, harness: Harness, folder: Path) -> Verdict:
    """Run the good client in the world that a broken one failed in, as small as that was made."""
    return run(InThisProcess(Driver()), replay=_saved(mutant, failure, folder), harness=harness, shrink_seconds=0)


def _saved(mutant: Mutant, failure: Failure, folder: Path) -> World:
    return worlds.load(str(worlds.save(failure.recording.world, folder, mutant.name, mutant.fault)))


def rows(*, fast: bool) -> Iterator[Row]:
    """The rows, of which two processes make every second one."""
    return judged(_judged, [mutant.name for mutant in (one_for_each_code() if fast else MUTANTS)], "client", fast=fast)


def _judged(name: str, fast: bool) -> Row:
    """Judge a broken client, or the good one, which has no name."""
    harness = _harness()
    if not name:
        return _control(harness, FAST_CONTROL_WORLDS if fast else CONTROL_WORLDS)
    with TemporaryDirectory() as folder:
        return _row(next(mutant for mutant in MUTANTS if mutant.name == name), harness, Path(folder), fast=fast)


@cache
def _harness() -> Harness:
    harness = Harness().__enter__()
    atexit.register(harness.close)
    return harness


def _control(harness: Harness, count: int) -> Row:
    verdict = run(InThisProcess(Driver()), worlds=count, harness=harness)
    return Row("the good client", "none", "", killed=not verdict.passed, control=True, detail=f"{verdict.worlds} worlds; {_told(verdict)}")


def _row(mutant: Mutant, harness: Harness, folder: Path, *, fast: bool) -> Row:
    verdict = on_trial(mutant, harness, fast=fast)
    detail, killed = f"{verdict.worlds} worlds; {_told(verdict)}", verdict.codes[:1] == (mutant.killed_by,)
    if killed and verdict.failure is not None and mutant.in_one_world:
        again = replayed(mutant, verdict.failure, harness, folder)
        killed = again.codes[:1] == verdict.codes[:1]
        detail += "" if killed else f"; the saved world does not replay it: {_told(again)}"
        good = is_fair(mutant, verdict.failure, harness, folder)
        killed = killed and good.passed
        detail += "" if good.passed else f"; the saved world is not fair, the good client fails in it: {_told(good)}"
    return Row(mutant.name, mutant.fault, mutant.killed_by, killed=killed, control=False, detail=detail)


def _told(verdict: Verdict) -> str:
    if verdict.failure is None:
        return "passed"
    return "; ".join(f"{found.code} {found.about}" for found in verdict.failure.findings)
