"""CONTRIBUTING.md: each file that it shows is put where it says, and works as the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import pytest

from builders import a_booking, a_message, a_scenario
from declared import assert_imports_of_rules, assert_rule_explains_itself, row_of_the_reference
from driver import Driver
from fake import Mock
from inbox_contracts.consumer.trial import run
from inbox_contracts.rules import rules
from inbox_mock.channels import policies
from inbox_mock.faults.kinds import kinds
from inbox_mock.recordings import RecordedResponse
from inbox_mock.recordings.reading import read_held
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged
from processes import PATIENCE_SECONDS, free_port
from receiver import receiving, subscribe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
FILES = dict(re.findall(r"<!-- file (\S+)\.py -->\n```python\n(.*?)```", PAGE, re.DOTALL))
TRIED = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "inbox-mock" in block]
SAID = ("conversation_opened", "conversation_opened  booking 81", "NOTE AGT001  The client did not say who it is", "5  slow_answer ")
"""What each block of commands prints, in their order."""
SHIPPED = {rule.code for rule in rules()}
INBOX = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources to which every file of the page was added."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("mock_server", "contracts", "fixtures", "examples"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, source in FILES.items():
        (copy / source_root(path) / f"{path}.py").write_text(source)
    return copy


def source_root(path: str) -> str:
    """The package that a file of the page is added to, as a path in a checkout."""
    return "contracts/inbox_contracts" if path.startswith(("rules/", "consumer/")) else "mock_server/inbox_mock"


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Mock]:
    """A fake to which everything that the page shows was added."""
    with ExitStack() as stack:
        for path, source in FILES.items():
            folder, _, name = path.rpartition("/")
            root = source_root(path).partition("/")[2]
            (tmp_path / folder).mkdir(parents=True)
            stack.enter_context(
                plugged(import_module(f"{root}.{folder.replace('/', '.')}"), f"{name}_of_the_page", source, tmp_path / folder)
            )
        yield a_fake_of_its_own()


def test_it_shows_a_file_for_each_thing_that_is_added_in_one_place() -> None:
    assert [path.rpartition("/")[0] for path in FILES] == [
        "channels",
        "faults/kinds",
        "simulation/actions",
        "webhooks/event_types",
        "rules",
        "consumer/hazards",
        "recordings/formats",
    ]


@pytest.mark.parametrize("check", [["check", "--quiet"], ["format", "--check", "--quiet", "--diff"]], ids=["lint", "format"])
def test_what_it_shows_passes_the_checks_of_a_commit(checkout: Path, check: list[str]) -> None:
    added = [str(checkout / source_root(path) / f"{path}.py") for path in FILES]
    ruff = [sys.executable, "-m", "ruff", *check, "--config", str(ROOT / "pyproject.toml"), *added]

    ran = subprocess.run(ruff, cwd=checkout, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("block", "said"), list(zip(TRIED, SAID, strict=True)), ids=["nothing", "channel", "rule", "hazard"])
def test_what_tries_it_can_be_pasted_as_a_whole(checkout: Path, block: str, said: str) -> None:
    port = free_port()
    paths = {"PYTHONPATH": os.pathsep.join(str(checkout / folder) for folder in ("mock_server", "contracts"))}
    address = {"INBOX_MOCK_PORT": str(port), "INBOX_MOCK_URL": f"http://127.0.0.1:{port}"}
    commands = block.replace("127.0.0.1:8089", f"127.0.0.1:{port}").replace(".venv/bin", str(Path(sys.executable).parent))

    ran = subprocess.run(
        ["bash", "-c", f"{commands}\nwait"],
        cwd=checkout,
        env=os.environ | paths | address,
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE_SECONDS,
    )

    assert said in ran.stdout, ran.stdout + ran.stderr


def test_its_channel_can_be_booked_on(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())
    assert sandbox.admin.post("/bookings", {"channel": "vrbo"}).status == 201

    sandbox.advance("15m")

    assert sandbox.api.get("/inbox/conversations").record["default_channel"] == "vrbo"


def test_its_fault_strikes_the_webhook_of_its_event(extended: Mock) -> None:
    sandbox = extended.sandbox(INBOX)
    assert sandbox.admin.post("/faults", {"kind": "late_twice", "by": "5m"}).status == 201
    with receiving() as receiver:
        subscribe(sandbox, receiver.url, "inbox_message_arrived")
        sandbox.api.post("/inbox/messages", a_message())
        sandbox.advance("4m")
        early = list(receiver.events)
        sandbox.advance("2m")

    assert early == []
    assert receiver.events == ["inbox_message_arrived"] * 2


def test_its_action_happens_in_a_timeline(extended: Mock) -> None:
    note = {"booking": 80, "host": "jan", "content": "They come late."}
    sandbox = extended.sandbox({**INBOX, "timeline": [{"at": "5m", "staff_leave_a_note": note}]})

    sandbox.advance("5m")

    message = sandbox.api.get("/inbox/messages").record
    assert (message["content"], message["visibility"], message["channel"]) == ("They come late.", "internal", None)


def test_its_rule_is_judged_by(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())
    sandbox.api.get("/bookings", headers={"User-Agent": ""})

    assert [violation["code"] for violation in sandbox.admin.get("/report").json["violations"]] == ["AGT001"]


@pytest.mark.usefixtures("extended")
def test_its_rule_is_what_rules_have_to_be() -> None:
    added = [rule for rule in rules() if rule.code not in SHIPPED]

    assert [rule.code for rule in added] == ["AGT001"]
    assert_rule_explains_itself(added[0])
    assert_imports_of_rules(FILES["rules/identity"])


@pytest.mark.usefixtures("extended")
def test_its_fault_has_the_row_that_the_page_shows() -> None:
    assert row_of_the_reference(kinds()["late_twice"]) in PAGE.splitlines()


@pytest.mark.usefixtures("extended")
def test_its_channel_has_a_name_and_an_application_of_its_own() -> None:
    known = [policy.application_id for policy in policies().values() if policy.owns_conversations]

    assert policies()["vrbo"].application_id is not None
    assert len(set(known)) == len(known)


@pytest.mark.usefixtures("extended")
def test_its_format_of_recordings_is_read() -> None:
    matched = {"method": "GET", "scheme": "https", "destination": "www.bookingsync.com", "path": "/api/v3/me"}
    request = {name: [{"matcher": "exact", "value": value}] for name, value in matched.items()} | {"query": {"page": [{"value": "1"}]}}
    pair = {"request": request, "response": {"status": 200, "body": "e30=", "encodedBody": True, "headers": {"Etag": ["1"]}}}

    (found,) = read_held("captured", json.dumps({"data": {"pairs": [pair]}}).encode())

    assert found.request.url == "https://www.bookingsync.com/api/v3/me?page=1"
    assert found.response == RecordedResponse(200, (("Etag", "1"),), b"{}")


@pytest.mark.usefixtures("extended")
def test_a_careful_client_meets_its_hazard_and_passes() -> None:
    verdict = run(InThisProcess(Driver()), worlds=2, seed=1, only="slow_answer")

    assert verdict.codes == ()
    assert verdict.met["slow_answer"] == 2
