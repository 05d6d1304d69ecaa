"""What a signal ends, and how: one exit code, no process left, no file half-written."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cli.signalled import STOPS, are_gone, driver, has_begun, marked, one
from processes import COMMAND, free_port, listens, wait_for
from receiver import Receiver, receiving

WORST = "one that does all this"
HANGS = "import time; time.sleep(600)"


@pytest.mark.parametrize(("stop", "times"), [(signal.SIGINT, 1), (signal.SIGINT, 3), (signal.SIGTERM, 1), (signal.SIGHUP, 2)])
def test_a_trial_ends_with_the_code_of_the_first_signal_and_leaves_nothing_behind(tmp_path: Path, stop: signal.Signals, times: int) -> None:
    with marked(tmp_path, "check", "client", "--", *driver(WORST, HANGS)) as process:
        assert has_begun(tmp_path)
        for _ in range(times):
            process.send_signal(stop)
        said, complaints = process.communicate(timeout=20)

        assert (process.returncode, said, are_gone(tmp_path)) == (128 + stop, "", True)
    assert complaints == f"inbox-mock: stopped by {stop.name} before it was done\n"


def test_no_driver_outlives_a_trial_that_is_killed(tmp_path: Path) -> None:
    with marked(tmp_path, "check", "client", "--", *driver(WORST, HANGS)) as process:
        assert has_begun(tmp_path)
        process.kill()

        assert are_gone(tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_a_signal_at_any_moment_ends_a_trial_in_the_same_way(seed: int) -> None:
    assert one(seed) == []


def test_a_command_that_waits_ends_at_once() -> None:
    command = [COMMAND, "health", "--wait", "1h", "--url", f"http://127.0.0.1:{free_port()}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not handles(process.pid, STOPS[-1]):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)

    assert (process.returncode, said) == (130, ("", "inbox-mock: stopped by SIGINT before it was done\n"))


def test_signals_that_are_ignored_from_the_start_stay_ignored() -> None:
    command = f"trap '' INT HUP; exec {COMMAND} serve --scenario empty --port 0"
    with subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Inbox Mock is ready.")
        handled = [stop for stop in STOPS if handles(process.pid, stop)]
        process.terminate()
        process.communicate(timeout=20)

    assert (process.returncode, handled) == (0, [signal.SIGTERM])


def handles(process: int, stop: signal.Signals) -> bool:
    """Return whether a process neither ignores a signal nor leaves it to the system."""
    status = dict(line.split(":\t") for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return bool(int(status["SigCgt"], 16) >> stop - 1 & 1)


@contextmanager
def stopping(tmp_path: Path, receiver: Receiver) -> Iterator[tuple["subprocess.Popen[str]", HTTPConnection]]:
    """A server that is stopped while it waits for a receiver, and the connection on which that is to be answered."""
    port_file = tmp_path / "port"
    command = [COMMAND, "serve", "--scenario", "webhook-duplicated", "--webhook-url", receiver.url, "--clock", "manual"]
    receiver.holds = True
    with subprocess.Popen([*command, "--port", "0", "--port-file", str(port_file)], stdout=subprocess.DEVNULL, text=True) as process:
        port = wait_for(port_file, process)
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as opened:
            opened.request("POST", "/__admin/sandboxes/default/clock/advance", b'{"by":"1h"}')
            assert receiver.arrived.wait(60)
            process.terminate()
            yield process, opened


def test_a_server_that_is_stopped_gives_the_answer_that_is_under_way(tmp_path: Path) -> None:
    with receiving() as receiver, stopping(tmp_path, receiver) as (process, opened):
        receiver.released.set()

        with opened.getresponse() as answered:
            assert answered.status == 200
        assert process.wait(timeout=20) == 0


def test_a_second_signal_ends_a_server_at_once(tmp_path: Path) -> None:
    with receiving() as receiver, stopping(tmp_path, receiver) as (process, opened):
        while listens(opened.port):
            time.sleep(0.01)
        process.terminate()

        with pytest.raises(ConnectionError):
            opened.getresponse()
        assert process.wait(timeout=20) == 0


def test_two_signals_at_once_leave_no_port_file_behind(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with subprocess.Popen([COMMAND, "serve", "--port", "0", "--port-file", str(port_file)], stdout=subprocess.DEVNULL) as process:
        wait_for(port_file, process)
        for stop in STOPS:
            process.send_signal(stop)
            time.sleep(0.002)  # so that they are several, and not one

        assert process.wait(timeout=20) == 0

    assert not port_file.exists()
