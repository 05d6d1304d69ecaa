"""A program that blocks signals, as some that supervise others do, hands that on to what it starts: commands end all the same."""

import signal
import subprocess
import sys
from collections.abc import Iterable

import pytest

from cli.signalled import STOPS
from inbox_mock.console.guarded import Guarded

PATIENCE_SECONDS = 20
WAITS = """
from time import sleep
from inbox_mock.console.stopping import STOP

def say_and_wait():
    print("begun", flush=True)
    sleep(600)

STOP.run(say_and_wait)
"""


def blocking(signals: Iterable[signal.Signals]) -> None:
    """Block signals in this thread; what it starts begins with that."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)


def test_the_end_of_a_guarded_command_is_noticed() -> None:
    try:
        blocking([signal.SIGCHLD])
        running = Guarded([sys.executable, "-I", "-S", "-c", "raise SystemExit(7)"])
        assert running.wait(lambda: running.has_ended, PATIENCE_SECONDS)
        running.close()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])

    assert running.code == 7


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_ends_a_command_that_was_started_with_it_blocked(stop: signal.Signals) -> None:
    command = [sys.executable, "-c", f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [{int(stop)}]){WAITS}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(stop)
        process.wait(PATIENCE_SECONDS)

    assert process.returncode == 128 + stop
