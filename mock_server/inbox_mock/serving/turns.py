"""How long a thread computes before another one has its turn, in a process that serves."""

import sys

TURN_SECONDS = 0.001


def take_short_turns() -> None:
    """Make turns a millisecond long: the interpreter's own are five, and health waits for several of each thread that computes."""
    sys.setswitchinterval(TURN_SECONDS)
