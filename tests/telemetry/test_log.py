"""The log: a line for each event, as JSON or as text, without secrets; nobody waits for its reader."""

import fcntl
import io
import json
import logging
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from builders import a_scenario
from fake import InProcess, Mock
from faulty import set_fault
from inbox_mock import __version__
from inbox_mock.app import Options, create_app
from inbox_mock.domain import limits
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving
from inbox_mock.telemetry.log import LineFormatter, Log, log_to
from lowered import lower
from processes import COMMAND, started, wait_for
from receiver import receiving, subscribe

LONG = 30
GUIDE = Path(__file__).parents[2] / "docs" / "for-a-team.md"


class Logged:
    """A fake that writes a log, and the lines."""

    def __init__(self, style: str = "json") -> None:
        self.stream = io.StringIO()
        self.log = log_to(self.stream, style)
        self.mock = Mock(InProcess(create_app(Options(scenario=find("empty"), log_format="json")).app))

    @property
    def text(self) -> str:
        self.log.flush(LONG)
        return self.stream.getvalue()

    def lines(self, event: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.text.splitlines()) if line["event"] == event]


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Nothing is logged after the test."""
    logger = logging.getLogger("inbox_mock")
    yield
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


def test_a_request_is_one_line_that_leads_to_its_journal_entry() -> None:
    logged = Logged()
    sandbox = logged.mock.sandbox(a_scenario())
    answer = sandbox.api.get("/hosts/2")
    (line,) = [line for line in logged.lines("request") if line["operation"] == "get_hosts"]

    assert (line["level"], line["method"], line["part"], line["status"]) == ("info", "GET", "api", 200)
    assert (line["sandbox"], line["application"]) == (sandbox.id, sandbox.made["applications"][0]["id"])
    assert line["route"] == "/api/v3/hosts/<ids>"
    assert line["bytes"] == len(answer.body)
    assert (line["entry"], line["request_id"]) == (int(answer.headers["X-Mock-Request-Id"]), answer.headers["X-Request-Id"])
    assert line["peer"] == "127.0.0.1"
    assert line["time"].endswith("Z")
    assert line["seconds"] > 0


def test_a_call_of_the_admin_api_names_its_sandbox_and_a_probe_that_is_well_is_no_line() -> None:
    logged = Logged()
    sandbox = logged.mock.sandbox(a_scenario())
    sandbox.admin.get("/clock")
    for path in ("/livez", "/readyz"):
        logged.mock.transport.send("GET", path, {}, None)

    assert [(line["operation"], line["sandbox"]) for line in logged.lines("request")] == [
        ("create_sandbox", None),
        ("get_clock", sandbox.id),
    ]


def test_a_webhook_is_a_line_with_its_delivery_and_the_host_alone_of_its_address() -> None:
    logged = Logged()
    with receiving() as receiver:
        sandbox = logged.mock.sandbox(a_scenario())
        subscribe(sandbox, f"{receiver.url}?token=secret", "booking_created")
        sandbox.admin.post("/bookings", {"rental_id": 16})
        sandbox.handle.clock.advance("1m")
    (line,) = logged.lines("webhook")

    assert (line["status"], line["result"], line["host"], line["webhook_event"]) == (200, "delivered", "127.0.0.1", "booking_created")
    assert line["delivery"] == receiver.last.header("X-Mock-Delivery")
    assert "secret" not in logged.text


def test_the_guide_has_each_field() -> None:
    logged = Logged()
    with receiving() as receiver:
        sandbox = logged.mock.sandbox(a_scenario())
        subscribe(sandbox, receiver.url, "booking_created")
        sandbox.admin.post("/bookings", {"rental_id": 16})
        sandbox.handle.clock.advance("1m")
    guide = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", GUIDE.read_text(), re.MULTILINE))

    for event in ("request", "webhook"):
        fields = [name for name in logged.lines(event)[0] if name not in {"time", "level", "event"}]
        assert re.findall(r"`(\w+)`", guide[event]) == fields


def test_an_answer_that_a_fault_keeps_back_has_no_status() -> None:
    logged = Logged()
    sandbox = logged.mock.sandbox(a_scenario())
    set_fault(sandbox, "status", status=503)
    sandbox.api.get("/hosts")

    assert logged.lines("request")[-1]["status"] == 503
    assert logged.lines("error") == []


def test_a_bug_is_told_by_its_type_and_place_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = "what a client sent"

    def fail(*_: object) -> None:
        raise ValueError(sent)

    logged = Logged()
    sandbox = logged.mock.sandbox(a_scenario())
    monkeypatch.setattr("inbox_mock.api.execution._run", fail)
    sandbox.api.get("/hosts")
    (line,) = logged.lines("message")

    assert (line["level"], line["exception"]) == ("error", "ValueError")
    assert "in fail" in line["traceback"]
    assert sent not in logged.text
    assert [line["kind"] for line in logged.lines("error")] == ["bug"]


def test_nothing_that_a_client_writes_is_logged() -> None:
    logged = Logged()
    sandbox = logged.mock.sandbox(a_scenario())
    token, secret = sandbox.api.token or "", sandbox.made["applications"][0]["client_secret"]
    spoken = "spoken-by-a-client"
    send = logged.mock.transport.send
    for path in (
        f"/{spoken}",
        f"/api/v3/{token}",
        f"/api/v3/hosts?access_token={token}",
        f"/uploads/{spoken}/1/x",
        f"/__admin/sandboxes/{token}",
    ):
        send("GET", path, {"Authorization": f"Bearer {token}", "User-Agent": spoken, "Referer": spoken}, None)
    send(spoken.upper(), "/", {}, None)
    sandbox.admin.post(f"/tokens/{token}/refresh_token")
    sandbox.api.post("/inbox/messages", {"messages": [{"content": spoken}]})
    send(
        "POST",
        "/oauth/token",
        {"Content-Type": "application/x-www-form-urlencoded"},
        f"client_secret={secret}&grant_type={spoken}".encode(),
    )
    logged.mock.admin.post("/recordings", f'{{"{spoken}": 1}}'.encode(), name=f"{spoken}.har", keep=spoken)

    assert len(logged.lines("request")) == 11
    assert spoken not in logged.text.lower()
    assert token not in logged.text
    assert secret not in logged.text


@given(st.text())
def test_any_text_is_one_line_in_ascii_in_either_style(text: str) -> None:
    record = logging.LogRecord("inbox_mock", logging.INFO, "", 0, "event", None, None)
    record.facts = {"text": text, "none": None}
    as_json, as_text = LineFormatter("json").format(record), LineFormatter("text").format(record)

    assert json.loads(as_json)["text"] == text
    for line in (as_json, as_text):
        assert line.isascii()
        assert line.isprintable()
    assert "none" not in as_text.partition("text=")[0]


def test_as_text_a_line_is_names_with_values() -> None:
    logged = Logged("text")
    logged.mock.transport.send("GET", "/nowhere", {}, None)

    assert " level=info event=request method=GET part=server operation=unknown status=404 seconds=" in logged.text


def test_a_server_says_where_it_starts_and_what_its_stop_has_cut_off() -> None:
    stream = io.StringIO()
    log = log_to(stream, "json")
    with serving(Options(scenario=find("empty"), log_format="json")) as server:
        requests.get(f"{server.url}/openapi.json", timeout=LONG)
    log.flush(LONG)
    first, *_, last = map(json.loads, stream.getvalue().splitlines())

    assert (first["event"], first["url"], first["version"]) == ("start", server.url, __version__)
    assert (last["event"], last["cut_off"]) == ("stop", 0)


class Stuck(io.StringIO):
    """A stream whose reader does not read until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.writes = Event(), Event()

    def write(self, text: str) -> int:
        self.writes.set()
        self.reads.wait(LONG)
        return super().write(text)


def test_nobody_waits_for_a_reader_and_lines_that_are_dropped_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "LOGGED", 3)
    stream = Stuck()
    log = Log(stream, "json")
    record = logging.LogRecord("inbox_mock", logging.INFO, "", 0, "event", None, None)
    record.facts = {}
    log.emit(record)
    assert stream.writes.wait(LONG)
    for _ in range(limits.LOGGED + 5):
        log.emit(record)
    stream.reads.set()
    log.flush(LONG)
    log.emit(record)
    log.flush(LONG)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert [line.get("dropped") for line in lines] == [None, None, None, None, 5]


def test_a_server_serves_and_ends_whether_or_not_its_log_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b" " * fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4_096))
    command = [COMMAND, "serve", "--log-format", "json", "--scenario", "empty", "--port", "0", "--port-file", str(tmp_path / "port")]
    with started(command, stdout=subprocess.DEVNULL, stderr=writing) as process:
        port = wait_for(tmp_path / "port", process)
        answers = [requests.get(f"http://127.0.0.1:{port}/api/v3/hosts", timeout=LONG).status_code for _ in range(20)]
        process.terminate()
        ended = process.wait(LONG)
    os.close(writing)
    os.close(reading)

    assert (set(answers), ended) == ({401}, 0)
