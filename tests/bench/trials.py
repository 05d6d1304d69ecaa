"""Putting clients on trial: the reference client in a default trial, and one that fails, made as small as its time allows."""

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

DRIVER = Path(__file__).resolve().parents[2] / "examples" / "python_client" / "driver.py"
PASSES_WITHIN, FAILS_WITHIN = 60, 120
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
    from inbox_contracts.consumer.trial import WORLDS, run

    several = range(3 if rounds > 3 else 1)
    passing = [run([sys.executable, str(DRIVER)]) for _ in several]
    failing = [run([sys.executable, "-c", KEEPS_WHAT_IS_GONE, str(DRIVER.parent)]) for _ in several]
    if not all(verdict.passed for verdict in passing) or any(verdict.passed for verdict in failing):
        raise RuntimeError("a good client failed, or a broken one passed")
    seconds = [verdict.seconds for verdict in passing]
    yield Figure(subject=f"client trial, {WORLDS} worlds, the Python client", target=PASSES_WITHIN, unit="s", rounds=seconds)
    sizes = ", ".join(str(len(verdict.failure.recording.world.steps)) for verdict in failing if verdict.failure)
    seconds = [verdict.seconds for verdict in failing]
    yield Figure(
        subject="client trial that fails, made smaller", target=FAILS_WITHIN, unit="s", rounds=seconds, note=f"steps left: {sizes}"
    )
