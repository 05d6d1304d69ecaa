"""The matrix: each broken client on trial, with the good one as control."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from driver import Driver
from inbox_contracts.consumer import worlds
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import Failure, Verdict, run
from mutants.clients import answering, believing, calling, conversing, families, hearing, syncing
from mutants.clients.broken import MUTANTS, InThisProcess, Mutant
from mutants.rows import Row

WORLDS, CONTROL_WORLDS = 200, 1000
FAST_WORLDS, FAST_CONTROL_WORLDS = 20, 50
SHRINK_SECONDS = 3.0
__all__ = ["MUTANTS", "answering", "believing", "calling", "conversing", "families", "hearing", "on_trial", "replayed", "rows", "syncing"]


def one_for_each_code() -> list[Mutant]:
    """The first broken client for each rule and verdict."""
    return list({mutant.killed_by: mutant for mutant in reversed(MUTANTS)}.values())[::-1]


def on_trial(mutant: Mutant, harness: Harness, *, fast: bool) -> Verdict:
    """Put a broken client on trial: ``fast`` in a few worlds with the hazard that it cannot handle, else in worlds of all kinds."""
    if fast:
        return run(mutant.client(), worlds=FAST_WORLDS, only=mutant.hazard, harness=harness, shrink_seconds=0)
    return run(mutant.client(), worlds=WORLDS, harness=harness, shrink_seconds=SHRINK_SECONDS)


def replayed(mutant: Mutant, failure: Failure, harness: Harness, folder: Path) -> Verdict:
    """Save the world that a client failed in, and run it there again."""
    path = worlds.save(failure.recording.world, folder, mutant.name, mutant.fault)
    return run(mutant.client(), replay=worlds.load(str(path)), harness=harness, shrink_seconds=0)


def rows(*, fast: bool) -> Iterator[Row]:
    with Harness() as harness, TemporaryDirectory() as folder:
        yield _control(harness, FAST_CONTROL_WORLDS if fast else CONTROL_WORLDS)
        chosen = one_for_each_code() if fast else MUTANTS
        for number, mutant in enumerate(chosen, 1):
            sys.stderr.write(f"\r  client {number} of {len(chosen)}: {mutant.name:<50}")
            sys.stderr.flush()
            yield _row(mutant, harness, Path(folder), fast=fast)
        sys.stderr.write("\r" + " " * 80 + "\r")


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
    return Row(mutant.name, mutant.fault, mutant.killed_by, killed=killed, control=False, detail=detail)


def _told(verdict: Verdict) -> str:
    if verdict.failure is None:
        return "passed"
    return "; ".join(f"{found.code} {found.about}" for found in verdict.failure.findings)
