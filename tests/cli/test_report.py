"""``inbox-mock report``, against a running server, for a client that knows nothing of it."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import JSON, a_body, a_booking, a_scenario
from fake import Mock, OverSocket, Sandbox
from inbox_mock.app import Options
from inbox_mock.conduct.evaluation import together
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving as fake_on_a_port
from processes import Ran, run, serving
from rules.judged import send
from whole import MESSAGES

STRANGER = """
import sys
import requests
for name in ("messages", "conversations", "messages"):
    requests.get(f"{sys.argv[1]}/api/v3/inbox/{name}", headers={"Authorization": "Bearer demo"}, timeout=30).raise_for_status()
"""


@pytest.fixture
def mock(served: str) -> Mock:
    """The fake over a socket: commands speak to a server."""
    return Mock(OverSocket(served))


@pytest.fixture
def guilty(inbox: Sandbox) -> Sandbox:
    """A client that answered where the guest sees nothing."""
    send(inbox, channel=None)
    return inbox


def report(sandbox: Sandbox, *arguments: str) -> Ran:
    told = {"INBOX_MOCK_URL": sandbox.transport.root, "INBOX_MOCK_SANDBOX": sandbox.id}
    ran = run("report", *arguments, env=told)
    assert "Traceback" not in ran.stderr
    return ran


def test_a_client_that_knows_nothing_of_the_fake_is_judged(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        assert run("report", "--url", root).stdout.startswith("Nothing was judged: no request has come.")
        subprocess.run([sys.executable, "-c", STRANGER, root], check=True, timeout=60)

        ran = run("report", "--url", root)

    assert ran.returncode == 1
    assert ran.stdout.startswith("1 error in 3 requests\n")
    assert "ERROR SYN001" in ran.stdout


def test_the_default_sandbox_is_called_as_it_is_addressed(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        told = [run(*command.split(), "--url", root).stdout for command in ("report", "sandboxes", "sandboxes show")]

    assert "\nSandbox default, scenario agency, seed 7" in told[0]
    assert told[1].startswith("default  agency")
    assert told[2].startswith("Sandbox default: agency")


def test_findings_are_the_exit_code_1(guilty: Sandbox) -> None:
    ran = report(guilty)

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "ERROR MSG002" in ran.stdout


def test_a_clean_run_is_the_exit_code_0(inbox: Sandbox) -> None:
    send(inbox)

    assert report(inbox).returncode == 0
    assert report(inbox, "--fail-on", "note").returncode == 0


def test_what_is_allowed_does_not_fail(guilty: Sandbox) -> None:
    ran = report(guilty, "--allow", "SYN001", "--allow", "MSG002")

    assert ran.returncode == 0
    assert "error, allowed MSG002" in ran.stdout


def test_notes_fail_when_they_should(inbox: Sandbox) -> None:
    inbox.api_with("inbox_read", "clients_read").get(MESSAGES)

    assert report(inbox).returncode == 0
    assert report(inbox, "--fail-on", "note").returncode == 1
    assert report(inbox, "--fail-on", "note", "--allow", "AUT003").returncode == 0


def test_the_report_comes_in_every_format(guilty: Sandbox) -> None:
    found = json.loads(report(guilty, "--format", "json").stdout)
    assert (found["verdict"], found["violations"][0]["code"]) == ("errors", "MSG002")

    suites = ET.fromstring(report(guilty, "--format", "junit").stdout)  # noqa: S314 - it is our own
    assert suites.get("failures") == "1"

    assert report(guilty, "--format", "html").stdout.startswith("<!doctype html>")


def test_junit_fails_for_what_the_command_fails_for(inbox: Sandbox) -> None:
    inbox.api_with("inbox_read", "clients_read").get(MESSAGES)

    for threshold, failures in (("error", "0"), ("note", "1")):
        ran = report(inbox, "--format", "junit", "--fail-on", threshold)
        assert ET.fromstring(ran.stdout).get("failures") == failures  # noqa: S314 - it is our own


def test_the_report_can_be_written_to_a_file(guilty: Sandbox, tmp_path: Path) -> None:
    ran = report(guilty, "--format", "html", "--output", str(tmp_path / "report.html"))

    assert (ran.returncode, ran.stdout) == (1, "")
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_content_that_is_no_ascii_is_written(inbox: Sandbox, tmp_path: Path) -> None:
    inbox.api.put(f"{MESSAGES}/1", a_body("messages", content="ż"))
    inbox.api.get("/hosts", fields="ż\u2028\U0001f600")
    inbox.api.get("/hosts", fields="ż\u2028\U0001f600")

    assert report(inbox, "--output", str(tmp_path / "report.txt")).returncode == 0


def test_a_pipeline_may_demand_that_a_request_came(inbox: Sandbox) -> None:
    assert report(inbox).returncode == 0
    before = report(inbox, "--require-requests")
    inbox.api.get("/hosts")

    assert before.returncode == 1
    assert "no request came to the sandbox" in before.stderr
    assert report(inbox, "--require-requests").returncode == 0


@pytest.mark.parametrize("of", [(), ("--all",)], ids=["one", "all"])
def test_a_pipeline_sees_among_its_tests_that_no_request_came(alone: Mock, of: tuple[str, ...], tmp_path: Path) -> None:
    sandbox = alone.sandbox("empty")
    silent = tmp_path / "silent.xml"
    ran = report(sandbox, *of, "--require-requests", "--junit", str(silent))

    root = ET.parse(silent).getroot()  # noqa: S314 - it is our own
    ((case, failure),) = ((case, failure) for case in root.iter("testcase") for failure in case.findall("failure"))
    assert ran.returncode == 1
    assert (root.get("failures"), case.get("name")) == ("1", "the client makes a request")
    assert f"inbox-mock: {failure.get('message')}\n" in ran.stderr
    assert f"of {sandbox.transport.root}: does your program call it?" in str(failure.get("message"))
    assert "<failure" not in report(sandbox, *of, "--format", "junit").stdout
    sandbox.api.get("/hosts")
    assert "<failure" not in report(sandbox, *of, "--require-requests", "--format", "junit").stdout


@pytest.fixture
def alone() -> Iterator[Mock]:
    """The fake on a port of its own: nobody else has left sandboxes there."""
    with fake_on_a_port(Options(scenario=find("empty"), seed=0, overrides=Overrides(mode="manual"))) as server:
        yield Mock(OverSocket(server.url))


@pytest.fixture
def guilty_there(alone: Mock) -> Sandbox:
    """The client that answered where the guest sees nothing, there."""
    sandbox = alone.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    send(sandbox, channel=None)
    return sandbox


def test_all_sandboxes_are_reported_together(guilty_there: Sandbox, alone: Mock) -> None:
    guilty, clean = guilty_there, alone.sandbox("agency")
    clean.api.get("/hosts")
    ran = report(guilty, "--all", "--allow", "SYN001")

    assert ran.returncode == 1
    assert f"\nSandbox {guilty.id}, an inline scenario, seed 7" in ran.stdout
    assert clean.id not in ran.stdout
    assert report(guilty, "--all", "--allow", "SYN001", "--allow", "MSG002").returncode == 0


@pytest.mark.parametrize("wanted", ["json", "junit", "html"])
def test_all_sandboxes_are_reported_in_every_format(guilty_there: Sandbox, alone: Mock, wanted: str) -> None:
    guilty, other = guilty_there, alone.sandbox("agency", name="the other")
    send(other, channel=None)
    told = report(guilty, "--all", "--format", wanted).stdout

    named = {"json": '"sandbox": "{}"', "junit": "inbox-mock rules of conduct: {}", "html": "Sandbox {}"}[wanted]
    assert all(named.format(one.id) in told for one in (guilty, other))
    assert "the other" in told


def test_a_junit_file_is_written_beside_the_text(guilty: Sandbox, tmp_path: Path) -> None:
    ran = report(guilty, "--junit", str(tmp_path / "report.xml"))

    assert (ran.returncode, ran.stdout.splitlines()[0]) == (1, "1 error in 1 request")
    (suite,) = ET.fromstring((tmp_path / "report.xml").read_text()).findall("testsuite")  # noqa: S314 - it is our own
    assert (suite.get("name"), suite.get("failures")) == ("inbox-mock rules of conduct", "1")


def test_together_reports_count_what_each_has_counted() -> None:
    one: JSON = {
        "sandbox": "a",
        "requests": 2,
        "webhooks": 1,
        "lost": 0,
        "broken": ["X: why"],
        "replay": "inbox-mock",
        "violations": [{"code": "MSG002", "severity": "error"}],
        "rules": [{"code": "MSG002", "violations": 1, "not_judged": None}, {"code": "SYN001", "violations": 0, "not_judged": "lost"}],
        "assumed": [{"behaviour": "it", "source": "none", "switch": None, "seen": 3}],
    }
    idle = one | {"sandbox": "b", "requests": 0, "webhooks": 0, "violations": [], "assumed": []}
    idle["rules"] = [{**rule, "violations": 0, "not_judged": "the journal is empty"} for rule in one["rules"]]

    whole = together([one, idle, one], ["SYN001"])

    assert (whole["requests"], whole["webhooks"], whole["broken"], whole["verdict"]) == (4, 2, ["X: why"], "errors")
    assert [(rule["code"], rule["violations"], rule["not_judged"]) for rule in whole["rules"]] == [
        ("MSG002", 2, None),
        ("SYN001", 0, "lost"),
    ]
    assert [found["seen"] for found in whole["assumed"]] == [6]
    assert [violation["sandbox"] for violation in whole["violations"]] == ["a", "a"]
    assert together([one], ["MSG002"])["verdict"] == "broken"
    assert together([])["verdict"] == "clean"


# Wrong usage.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--allow", "MSG02"), "found 'MSG02'; did you mean 'MSG002'?"),
        (("--allow", "msg002"), "found 'msg002'; did you mean 'MSG002'?"),
        (("--allow", "?"), "expected one of AUT001, AUT002"),
        (("--fail-on", "warning"), "found 'warning'; expected one of error, note"),
        (("--format", "pdf"), "found 'pdf'; expected one of text, json, junit, html"),
        (("--output", "/nowhere/report.html"), "cannot write '/nowhere/report.html'"),
        (("--junit", "/nowhere/report.xml"), "cannot write '/nowhere/report.xml'"),
        (("--all", "--sandbox", "nowhere"), "found --all and --sandbox; expected one of them"),
        (("--sandbox", "nowhere"), "has no sandbox 'nowhere'"),
    ],
)
def test_wrong_usage_is_told_in_one_line(guilty: Sandbox, arguments: tuple[str, ...], said: str) -> None:
    ran = report(guilty, *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())
