"""What a signal ends, and how: one exit code, no process left, no file half-written."""

import signal
import subprocess
from pathlib import Path

import pytest

from processes import COMMAND
from signalled import STOPS, are_gone, driver, has_begun, left_of, marked, one

WORST = "one that does all this"
HANGS = "import time; time.sleep(600)"


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_trial_ends_with_the_code_of_the_first_signal_and_leaves_nothing_behind(tmp_path: Path, stop: signal.Signals, times: int) -> None:
    with marked(tmp_path, "check", "client", "--", *driver(WORST, HANGS)) as process:
        assert has_begun(tmp_path)
        for _ in range(times):
            process.send_signal(stop)
        said, complaints = process.communicate(timeout=20)

        assert (process.returncode, said, left_of(tmp_path)) == (128 + stop, "", [])
    assert complaints == f"inbox-mock: stopped by {stop.name} before it was done\n"


def test_no_driver_outlives_a_trial_that_is_killed(tmp_path: Path) -> None:
    with marked(tmp_path, "check", "client", "--", *driver(WORST, HANGS)) as process:
        assert has_begun(tmp_path)
        process.kill()

        assert are_gone(tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_a_signal_at_any_moment_ends_a_trial_in_the_same_way(seed: int) -> None:
    assert one(seed) == []


def test_signals_that_are_ignored_from_the_start_stay_ignored(tmp_path: Path) -> None:
    begun = tmp_path / "port"
    command = f"trap '' INT HUP; exec {COMMAND} serve --scenario empty --port 0 --port-file {begun}"
    with subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The Inbox Mock answers.")
        status = dict(line.split(":\t") for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        ignored = int(status["SigIgn"], 16)
        process.terminate()
        process.communicate(timeout=20)

    assert process.returncode == 0
    assert [number for number in STOPS if ignored >> number - 1 & 1] == [signal.SIGINT, signal.SIGHUP]
