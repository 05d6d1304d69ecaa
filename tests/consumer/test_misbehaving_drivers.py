"""Drivers that do not keep to the protocol: each is named for what it does, at once, and nothing of it stays behind."""

import os
import signal
import sys
import tracemalloc
from contextlib import closing
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest

from cli.signalled import DRIVERS, MARK, left_of
from cli.signalled import driver as stubborn
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.process import CommandDriver
from inbox_contracts.consumer.trial import Verdict, run
from inbox_contracts.piped import Piped, Said
from inbox_mock.console import guarded
from inbox_mock.console.guarded import CHUNK_BYTES
from inbox_mock.domain import limits
from lowered import lower

GOOD = """
import json, sys
def answer(request):
    if request["do"] == "start":
        return {"can": ["sync"]}
    return {"bookings": [], "conversations": []}
for line in sys.stdin:
    request = json.loads(line)
    reply = {"id": request["id"], "ok": True, **answer(request)}
    BODY
    print(json.dumps(reply), flush=True)
"""
WHEN_SYNCING = 'if request["do"] == "sync": '


def driver(body: str) -> list[str]:
    return [sys.executable, "-c", GOOD.replace("BODY", body)]


def outcome(command: list[str], harness: Harness, seconds: float = 20) -> Verdict:
    return run(command, worlds=1, only="past_booking", harness=harness, answer_seconds=seconds)


def said(verdict: Verdict) -> tuple[str, str, str, bool]:
    """The code, what is said of it, the driver's stderr, and whether it was no client at all."""
    failure = verdict.failure
    assert failure is not None
    assert failure.recording.driver_error is not None
    error = failure.recording.driver_error
    return failure.findings[0].code, failure.findings[0].about, error.stderr, error.no_client


@pytest.mark.parametrize(
    ("body", "code", "about"),
    [
        (WHEN_SYNCING + "sys.exit(3)", "CRASH", "it ended with exit code 3 when it was told to sync"),
        (
            WHEN_SYNCING + 'print("syncing ...")',
            "RUBBISH",
            "it wrote 'syncing ...' to stdout; expected one JSON answer per line, and nothing else",
        ),
        (WHEN_SYNCING + "print([1])", "RUBBISH", "it wrote '[1]' to stdout; expected a JSON object"),
        (WHEN_SYNCING + 'reply["id"] += 1', "WRONG ID", "it answered sync with id: 3; expected 2"),
        (WHEN_SYNCING + 'reply["id"] = None', "WRONG ID", "it answered sync with id: null; expected 2"),
        (WHEN_SYNCING + 'del reply["id"]', "WRONG ID", "it answered sync without id; expected 2"),
        (WHEN_SYNCING + 'reply["ok"] = None', "PROTOCOL", "it answered sync with ok: null; expected true or false"),
        (WHEN_SYNCING + 'del reply["ok"]', "PROTOCOL", "it answered sync without ok; expected true or false"),
        (WHEN_SYNCING + 'reply["ok"] = "yes"', "PROTOCOL", "it answered sync with ok: 'yes'; expected true or false"),
        (
            WHEN_SYNCING + 'del reply["bookings"]',
            "PROTOCOL",
            "sync answered something malformed: there is no bookings; expected a list",
        ),
        ('reply["can"] = 5', "PROTOCOL", 'start answered can: 5; expected a list such as ["sync", "reply", "webhook"]'),
        ('reply["can"] = None', "PROTOCOL", 'start answered can: null; expected a list such as ["sync", "reply", "webhook"]'),
        ('reply.pop("can", None)', "PROTOCOL", 'start answered no can; expected a list such as ["sync", "reply", "webhook"]'),
        ('reply["can"] = []', "PROTOCOL", 'start answered can: []; expected a list such as ["sync", "reply", "webhook"]'),
        ('reply["can"] = ["synch"]', "PROTOCOL", 'start answered can: ["synch"]; expected a list such as ["sync", "reply", "webhook"]'),
    ],
)
def test_what_it_does_is_told(harness: Harness, body: str, code: str, about: str) -> None:
    assert said(outcome(driver(body), harness))[:2] == (code, about)


def test_one_that_does_not_answer_in_time_hangs(harness: Harness) -> None:
    verdict = outcome(driver(WHEN_SYNCING + "import time; time.sleep(600)"), harness, seconds=0.2)
    assert said(verdict)[:2] == ("HANG", "no answer to sync within 0.2 s")


def test_none_is_said_to_hang_because_the_trial_itself_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = count(step=3600)  # paused for an hour whenever it looks at the clock
    monkeypatch.setattr(guarded, "monotonic", lambda: next(moments))
    with closing(CommandDriver(driver(WHEN_SYNCING + "import time; time.sleep(0.2)"))) as command:
        assert command.request("start") == {"can": ["sync"]}
        assert command.request("sync") == {"bookings": [], "conversations": []}


def test_one_that_ended_is_not_said_to_hang_while_its_child_holds_the_pipe(harness: Harness) -> None:
    body = WHEN_SYNCING + "import subprocess; subprocess.Popen(['sleep', '600']); sys.exit(3)"
    assert said(outcome(driver(body), harness, seconds=1))[:2] == ("CRASH", "it ended with exit code 3 when it was told to sync")


@pytest.mark.parametrize(("name", "wanted"), [("id", "2"), ("ok", "true or false")])
def test_what_goes_on_for_ever_is_told_by_its_beginning(harness: Harness, name: str, wanted: str) -> None:
    about = said(outcome(driver(WHEN_SYNCING + f'reply["{name}"] = "x" * 100_000'), harness))[1]
    assert about.endswith(f"xxx...; expected {wanted}")
    assert len(about) < 300


def test_the_end_of_its_stderr_is_shown(harness: Harness) -> None:
    verdict = outcome(driver(WHEN_SYNCING + "raise ValueError('no such page')"), harness)
    assert said(verdict)[2].endswith("ValueError: no such page")


@pytest.mark.parametrize("written", ["x" * 1_000_000, "x\n" * 500_000], ids=["without a newline", "in lines"])
def test_of_a_flood_on_stderr_the_beginning_and_the_end_are_kept(written: str) -> None:
    stream = BytesIO(b"It begins. " + written.encode() * 3 + b" It ends.")
    said = Said()
    tracemalloc.start()
    for chunk in iter(lambda: stream.read(64 * 1024), b""):
        said.keep(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 500_000
    text = str(said)
    assert text.startswith("It begins. x")
    assert text.endswith(" It ends.")
    assert f"... {3_000_020 - limits.DRIVER_STDERR:,} bytes left out ..." in text
    assert len(text) < limits.DRIVER_STDERR + 100


def test_a_flood_on_stderr_does_not_keep_a_driver_from_answering() -> None:
    command = CommandDriver(driver('sys.stderr.write("x" * 10_000_000)'))
    assert command.request("start") == {"can": ["sync"]}
    command.close()


@pytest.mark.parametrize("endless", ['sys.stdout.write("x" * 2000)', 'sys.stdout.write("x" * 2000 + "\\n" * 2000)'])
def test_an_answer_without_an_end_is_rubbish_of_the_driver(harness: Harness, monkeypatch: pytest.MonkeyPatch, endless: str) -> None:
    lower(monkeypatch, "DRIVER_LINE", 1024)
    code, about = said(outcome(driver(WHEN_SYNCING + f"\n        while True: {endless}"), harness))[:2]
    assert code == "RUBBISH"
    assert "to stdout, and no newline within 1 KiB; expected one JSON answer per line" in about


def test_lines_that_nobody_asked_for_are_not_read_on_and_on() -> None:
    running = Piped([sys.executable, "-c", "print('{}\\n' * 1_000_000)"])
    assert running.line(20) == b"{}\n"
    assert len(running.out) <= CHUNK_BYTES
    running.close(signal.SIGKILL)


def test_one_that_is_missing_is_no_client(harness: Harness) -> None:
    assert said(outcome(["/nowhere/driver"], harness)) == ("MISSING", "cannot start /nowhere/driver: there is no such command", "", True)


def test_one_that_may_not_be_run_is_no_client(harness: Harness, tmp_path: Path) -> None:
    script = tmp_path / "driver.sh"
    script.write_text("#!/bin/sh\n")
    assert said(outcome([str(script)], harness))[1] == f"cannot start {script}: it is not executable"


def test_one_that_is_no_program_is_no_client(harness: Harness, tmp_path: Path) -> None:
    script = tmp_path / "driver"
    script.write_text("no program")
    script.chmod(0o755)
    assert said(outcome([str(script)], harness)) == ("MISSING", f"cannot start {script}: Exec format error", "", True)


@pytest.mark.parametrize(("number", "code"), [("SIGKILL", "CRASH"), ("SIGSTOP", "HANG")])
def test_one_that_kills_or_stops_its_parent_ends_as_any_other(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, number: str, code: str
) -> None:
    monkeypatch.setattr(guarded, "LAST_SECONDS", 0.1)
    body = f"{WHEN_SYNCING}import os, signal, time; os.kill(os.getppid(), signal.{number}); time.sleep(600)"
    assert said(outcome(driver(body), harness, seconds=0.5))[0] == code


def test_one_that_exits_at_once_is_no_client(harness: Harness) -> None:
    verdict = outcome(["sh", "-c", "echo no config >&2; exit 1"], harness)
    assert said(verdict) == (
        "NO CLIENT",
        "sh -c 'echo no config >&2; exit 1' ended with exit code 1 before it answered anything",
        "no config",
        True,
    )


def test_ok_false_without_later_is_an_answer_that_fails(harness: Harness) -> None:
    verdict = outcome(driver(WHEN_SYNCING + 'reply = {"id": request["id"], "ok": False, "error": "no idea"}'), harness)
    assert verdict.codes == ("GAVE_UP",)
    assert verdict.failure is not None
    assert 'no later, and \'{"error": "no idea"}\'' in verdict.failure.findings[0].about


def test_one_that_always_says_later_is_stuck_after_ten_times(harness: Harness) -> None:
    verdict = outcome(driver(WHEN_SYNCING + 'reply = {"id": request["id"], "ok": False, "later": True}'), harness)
    assert verdict.codes == ("STUCK",)
    assert verdict.failure is not None
    assert sum(moment.text.endswith("It answers: later.") for moment in verdict.failure.recording.events) == 10


def test_what_it_cannot_do_is_not_judged(harness: Harness) -> None:
    verdict = outcome(driver(""), harness)
    assert verdict.not_judged == ("reply", "webhook")


def test_no_process_of_a_driver_stays_behind() -> None:
    pids = "import subprocess; reply['pids'] = [subprocess.Popen(['sleep', '600']).pid]"
    command = CommandDriver(driver(WHEN_SYNCING + pids))
    command.request("start")
    (child,) = command.request("sync")["pids"]
    command.close()
    assert not is_running(child)


@pytest.mark.parametrize("kind", DRIVERS)
@pytest.mark.parametrize("at_once", [False, True])
def test_whatever_a_driver_does_nothing_of_it_outlives_its_end(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path / "mark"))
    running = Piped(stubborn(kind))
    running.write(b'{"id": 1}\n', 20)
    assert running.line(20)
    assert left_of(tmp_path)
    running.close(signal.SIGKILL if at_once else 0)
    assert left_of(tmp_path) == []


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
