"""Putting clients on trial: the reference client in a default trial, and one that fails, made as small as its time allows.

What a trial costs is held against what the client itself costs in it, since no trial could be had for less.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from inbox_contracts.consumer.trial import WORLDS, Verdict, run

DRIVER = Path(__file__).resolve().parents[2] / "examples" / "python_client" / "driver.py"
FAILS_WITHIN = 120
OF_THE_CLIENTS = 2.4
"""A third of the time of a trial by one driver, as it was in version 0.2, when two share two cores."""
OF_ONE_DRIVER = 0.6
MANY, MEASURED, MANY_MINUTES = 10_000, 1_000, 10
KEEPS_WHAT_IS_GONE = """
import sys
sys.path.insert(0, sys.argv[1])
import driver
from inbox_client import Inbox
catch_up = Inbox.catch_up
def forget_nothing(self, name):
    known = dict(self.copy[name])
    catch_up(self, name)
    self.copy[name] = known | self.copy[name]
Inbox.catch_up = forget_nothing
driver.main()
"""


def measure(rounds: int) -> Iterator[Figure]:
    """A trial takes long enough to be measured once, or three times if there is time."""
    one, two, shares = [], [], []
    for _ in range(3 if rounds > 3 else 1):
        before = os.times()
        one.append(_passing(run([sys.executable, str(DRIVER)], jobs=1)))
        after = os.times()
        two.append(_passing(run([sys.executable, str(DRIVER)], jobs=2)))
        client = after.children_user + after.children_system - before.children_user - before.children_system
        shares.append((after.user + after.system - before.user - before.system + client) / client)
    yield Figure(subject=f"client trial, {WORLDS} worlds, processor time / the client's own", target=OF_THE_CLIENTS, rounds=shares)
    ratios = [mine / alone for mine, alone in zip(two, one, strict=True)]
    note = f"{min(two):.1f} s at the best with two"
    yield Figure(subject="client trial, two drivers / one, by the clock", target=OF_ONE_DRIVER, rounds=ratios, note=note)
    minutes = _passing(run([sys.executable, str(DRIVER)], worlds=MEASURED)) / 60 * MANY / MEASURED
    yield Figure(
        subject=f"client trial, {MANY:,} worlds, the Python client",
        target=MANY_MINUTES,
        unit="min",
        rounds=[minutes],
        note=f"ten times what {MEASURED:,} take",
    )
    failing = [run([sys.executable, "-c", KEEPS_WHAT_IS_GONE, str(DRIVER.parent)]) for _ in one]
    if any(verdict.passed for verdict in failing):
        raise RuntimeError("a broken client passed")
    sizes = ", ".join(str(len(verdict.failure.recording.world.steps)) for verdict in failing if verdict.failure)
    seconds = [verdict.seconds for verdict in failing]
    yield Figure(
        subject="client trial that fails, made smaller", target=FAILS_WITHIN, unit="s", rounds=seconds, note=f"steps left: {sizes}"
    )


def _passing(verdict: Verdict) -> float:
    """The seconds of a trial that a client passed."""
    if not verdict.passed:
        raise RuntimeError(f"a good client failed: {verdict.codes}")
    return verdict.seconds
