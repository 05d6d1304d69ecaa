"""``inbox-mock run``: a command beside a fake of its own, its exit code, the report, and what is left of both."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.signalled import STOPS, are_gone, driver, has_begun, left_of, marked
from processes import COMMAND, Ran, listens, run, run_apart

GUILTY = """
import json, os, sys
from urllib.request import Request, urlopen
root, token = os.environ["BOOKINGSYNC_URL"], os.environ["BOOKINGSYNC_TOKEN"]
def twice(token):
    for name in ("messages", "conversations", "messages"):
        urlopen(Request(f"{root}/api/v3/inbox/{name}", headers={"Authorization": f"Bearer {token}"}))
def sandbox(name):
    return admin("POST", "", scenario="agency", name=name)
def admin(method, path, **body):
    address = f"{root}/__admin/sandboxes/{path}".rstrip("/")
    asked = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    return json.loads(urlopen(asked).read() or "null")
"""
"""What begins a command: ``twice`` lists messages anew, which breaks the rule SYN001."""
NEEDED = ("--allow", "SYN001")


def beside(code: str, *options: str, env: dict[str, str] | None = None) -> Ran:
    """Run Python code beside a fake."""
    return run_apart("run", *options, sys.executable, "-c", GUILTY + code, env=env)


def suites(path: Path) -> dict[str, int]:
    """Return the failures of each suite in a JUnit file, by what its sandbox is called."""
    found = ET.parse(path).getroot().findall("testsuite")  # noqa: S314 - it is our own
    return {str(suite.get("name")).partition("(")[2].rstrip(")"): int(str(suite.get("failures"))) for suite in found}


# Variables.


def test_the_command_finds_the_fake_by_the_variables_that_clients_read() -> None:
    ran = beside("import json; print(json.dumps({n: v for n, v in os.environ.items() if n.startswith(('INBOX', 'BOOKING'))}))")

    told = json.loads(ran.stdout)
    root = told["INBOX_MOCK_URL"]
    assert root.startswith("http://127.0.0.1:")
    assert {name: text for name, text in told.items() if name not in os.environ} == {
        "INBOX_MOCK_URL": root,
        "INBOX_MOCK_SANDBOX": "default",
        "INBOX_MOCK_TOKEN": "demo",
        "BOOKINGSYNC_URL": root,
        "BOOKINGSYNC_TOKEN": "demo",
        "BOOKINGSYNC_APP_ID": "democlientid",
        "BOOKINGSYNC_APP_SECRET": "democlientsecret",
    }


def test_other_commands_of_ours_speak_to_that_fake() -> None:
    ran = run_apart("run", "--scenario", "empty", COMMAND, "sandboxes", "--format", "json")

    assert [one["scenario"] for one in json.loads(ran.stdout)["sandboxes"]] == ["empty"]


def test_its_clock_stands_unless_the_scenario_or_an_option_says_otherwise() -> None:
    modes = [
        json.loads(run_apart("run", *options, COMMAND, "clock", "--format", "json").stdout)["mode"] for options in ((), ("--clock", "60x"))
    ]

    assert modes == ["manual", "real"]


def test_an_option_can_be_a_variable() -> None:
    ran = beside("twice(token)", env={"INBOX_MOCK_ALLOW": "SYN001", "INBOX_MOCK_SCENARIO": "agency"})

    assert ran.returncode == 0


def test_a_fake_that_was_there_already_is_told() -> None:
    ran = beside("print(root)", env={"INBOX_MOCK_URL": "http://127.0.0.1:1"})

    assert f"inbox-mock: INBOX_MOCK_URL was http://127.0.0.1:1; for {sys.executable} it is {ran.stdout.strip()}, a fake" in ran.stderr


def test_no_proxy_comes_between_the_command_and_the_fake() -> None:
    ran = beside("twice(token)", *NEEDED, env={"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"})

    assert ran.returncode == 0


# Streams.


def test_what_the_command_reads_and_writes_is_left_as_it_is() -> None:
    every = bytes(range(256)) * 500
    code = "import sys; found = sys.stdin.buffer.read(); sys.stdout.buffer.write(found); sys.stderr.buffer.write(found[::-1])"
    ran = subprocess.run([COMMAND, "run", sys.executable, "-c", code], input=every, capture_output=True, check=True)

    assert ran.stdout == every
    assert ran.stderr.startswith(every[::-1] + b"Nothing was judged")


def test_arguments_of_the_command_are_none_of_ours() -> None:
    assert run_apart("run", "echo", "--allow", "", "--help").stdout == "--allow  --help\n"
    assert run_apart("run", "--", "echo", "--format=pdf").stdout == "--format=pdf\n"


# Exit codes.


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        ("", (), 0),
        ("twice(token)", (), 1),
        ("twice(token)", NEEDED, 0),
        ("sys.exit(7)", (), 7),
        ("twice(token); sys.exit(7)", (), 7),
        ("os.kill(os.getpid(), 9)", (), 137),
        ("", ("--require-requests",), 1),
        ("twice(token)", (*NEEDED, "--fail-on", "note"), 0),
    ],
)
def test_the_exit_code_is_the_commands_own_or_else_that_of_the_report(code: str, options: Sequence[str], expected: int) -> None:
    assert beside(code, *options).returncode == expected


def test_where_no_request_came_the_junit_file_has_a_test_that_failed(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    run_apart("run", "--junit", str(file), "--require-requests", "--", "true")

    root = ET.parse(file).getroot()  # noqa: S314 - it is our own
    (failure,) = root.iter("failure")
    assert root.get("failures") == "1"
    assert "no request came to http://127.0.0.1:" in str(failure.get("message"))


def test_where_no_request_came_it_says_where_the_fixtures_of_pytest_call() -> None:
    ran = run_apart("run", "true")

    assert ran.returncode == 0
    assert ran.stderr.endswith(
        "does true call the address in BOOKINGSYNC_URL? "
        "What takes the fixtures of the pytest plugin calls a fake of their own, and is judged there\n"
    )


def test_a_command_that_does_not_exist_is_told_in_one_line() -> None:
    ran = run_apart("run", "no-such-command")

    assert ran == Ran(127, "", "inbox-mock: cannot start no-such-command: No such file or directory\n")


def test_a_command_whose_name_is_blank_does_not_exist() -> None:
    ran = run_apart("run", "")

    assert ran == Ran(127, "", "inbox-mock: cannot start '': No such file or directory\n")


def test_a_command_that_is_not_executable_ends_as_in_a_shell(tmp_path: Path) -> None:
    (tmp_path / "suite").write_text("")

    ran = run_apart("run", str(tmp_path / "suite"))

    assert ran == Ran(126, "", f"inbox-mock: cannot start {tmp_path / 'suite'}: Permission denied\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument"),
        (("--allow", "SYN01", "true"), "found 'SYN01'; did you mean 'SYN001'?"),
        (("--scenario", "no-such-world", "true"), "no-such-world"),
        (("--junit", "/nowhere/report.xml", "true"), "cannot write '/nowhere/report.xml'"),
        (("--port", "1", "true"), "--port"),
    ],
)
def test_wrong_usage_is_told_before_anything_runs(arguments: tuple[str, ...], said: str) -> None:
    ran = run("run", *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())


# The report.


def test_the_report_is_on_every_sandbox_that_the_command_made(tmp_path: Path) -> None:
    ran = beside("twice(sandbox('first')['token']); sandbox('second')", "--junit", str(tmp_path / "report.xml"))

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("1 error in 3 requests to 1 of 3 sandboxes\n")
    assert "(first), scenario agency" in ran.stderr
    assert suites(tmp_path / "report.xml") == {"first": 1, "second": 0, "": 0}


@pytest.mark.parametrize(
    "loss",
    [
        "('DELETE', made['id'])",
        "('POST', made['id'] + '/reset')",
        "('POST', made['id'] + '/snapshots/s/restore')",
        "('POST', made['id'] + '/clock/rewind', request=1)",
    ],
)
def test_a_sandbox_is_judged_before_it_is_deleted_or_goes_back(loss: str) -> None:
    ran = beside(f"made = sandbox('first'); admin('POST', made['id'] + '/snapshots', name='s'); twice(made['token']); admin{loss}")

    assert ran.returncode == 1
    assert "(first), scenario agency" in ran.stderr


def test_the_report_comes_in_another_format_and_in_a_file(tmp_path: Path) -> None:
    ran = beside("print('mine'); twice(token)", "--format", "json", "--output", str(tmp_path / "report.json"))

    assert ran.stdout == "mine\n"
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "errors"


def test_what_the_command_writes_comes_before_the_report() -> None:
    command = [COMMAND, "run", "sh", "-c", "echo out; echo err >&2"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)

    assert ran.stdout.startswith("out\nerr\nNothing was judged")


# The end.


def test_what_the_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    with marked(tmp_path, "run", *driver("one that leaves a daemon")) as process:
        process.communicate(timeout=60)

        assert (process.returncode, left_of(tmp_path)) == (0, [])


TELLING = """
import os, signal, sys, time
def told(number, _frame):
    print(signal.Signals(number).name, flush=True)
    sys.exit(5)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, told)
open(os.environ["INBOX_MOCK_TEST_MARK"], "a").close()
time.sleep(600)
"""


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_is_sent_on_to_the_command_and_ends_all(stop: signal.Signals, tmp_path: Path) -> None:
    with marked(tmp_path, "run", sys.executable, "-c", TELLING) as process:
        assert has_begun(tmp_path)
        process.send_signal(stop)
        said, complaints = process.communicate(timeout=60)

        assert (process.returncode, left_of(tmp_path)) == (128 + stop, [])
    assert (said, complaints) == (f"{stop.name}\n", f"inbox-mock: stopped by {stop.name} before it was done\n")


STUBBORN = """
import os, signal, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
open(os.environ["INBOX_MOCK_TEST_MARK"], "a").close()
time.sleep(600)
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_ignores_signals_ends_too(stop: signal.Signals, tmp_path: Path) -> None:
    with marked(tmp_path, "run", sys.executable, "-c", STUBBORN) as process:
        assert has_begun(tmp_path)
        process.send_signal(stop)
        process.communicate(timeout=60)

        assert are_gone(tmp_path)


def test_the_fake_answers_while_the_command_cleans_up(tmp_path: Path) -> None:
    cleaning = TELLING.replace("    sys.exit(5)", "    print(urlopen(root + '/livez').status)\n    sys.exit(5)")
    with marked(tmp_path, "run", sys.executable, "-c", GUILTY + cleaning) as process:
        assert has_begun(tmp_path)
        process.terminate()

        assert process.communicate(timeout=60)[0] == "SIGTERM\n200\n"


def test_nothing_listens_any_more_when_it_has_ended() -> None:
    ran = beside("print(root.rpartition(':')[2])")

    assert not listens(int(ran.stdout))


def test_a_command_in_the_environment_of_this_one_has_its_own_variables_too() -> None:
    assert beside("print(os.environ['MINE'])", env={"MINE": "kept"}).stdout == "kept\n"
    assert "MINE" not in os.environ
