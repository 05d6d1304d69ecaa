"""``inbox-mock compare --against``: two servers by the same requests, of which the other one gets reads alone."""

import json
from pathlib import Path

import pytest

from builders import a_scenario
from comparing.arranged import MESSAGE
from comparing.test_the_command import compare, written_har
from fake import JSON, Mock, OverSocket, Sandbox
from importing.recorded import recorded


@pytest.fixture
def mock(served: str) -> Mock:
    """The fake over a socket: commands speak to a server."""
    return Mock(OverSocket(served))


def _against(ours: Sandbox | None, other: Sandbox, *more: object) -> tuple[int, JSON]:
    at = () if ours is None else ("--url", ours.transport.root, "--sandbox", ours.id)
    ran = compare("--against", other.transport.root, "--token", other.made["token"], "--format", "json", *at, *more)
    assert other.made["token"] not in ran.stdout + ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def _methods(sandbox: Sandbox) -> set[str]:
    return {entry["method"] for entry in sandbox.handle.journal()}


def test_a_walk_finds_no_difference_between_equal_servers(mock: Mock) -> None:
    ours, other = mock.sandbox("agency"), mock.sandbox("agency")
    code, report = _against(ours, other)
    assert (code, report["differences"]) == (0, [])
    asked = {entry["path"] for entry in other.handle.journal()}
    assert {"/api/v3/inbox/conversations", "/api/v3/inbox/conversations/1", "/api/v3/bookings", "/api/v3/me"} <= asked
    assert _methods(other) == {"GET"}


def test_a_walk_follows_the_pages_and_finds_what_differs(mock: Mock) -> None:
    ours, other = (mock.sandbox("agency" if number else a_scenario(page_cap=5)) for number in (1, 0))
    code, report = _against(ours, other)
    assert code == 1
    kinds = {one["kind"] for one in report["differences"]}
    assert {"header-value:X-Per-Page", "header-value:X-Total-Count", "record-extra:conversations"} <= kinds


def test_no_more_requests_are_sent_than_allowed(mock: Mock) -> None:
    ours, other = mock.sandbox("agency"), mock.sandbox("agency")
    _, report = _against(ours, other, "--requests", 3)
    assert report["compared"] == 3
    assert len(other.handle.journal()) == 3


def test_writes_of_a_recording_are_sent_only_if_that_is_said(tmp_path: Path, mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.get("/inbox/conversations/4")
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    path = written_har(tmp_path / "a.har", exchanges)
    ours, other = mock.sandbox("agency"), mock.sandbox("agency")
    code, report = _against(ours, other, path)
    assert (code, report["compared"], report["differences"]) == (0, 1, [])
    assert "without --writes" in str(report["not_compared"])
    assert _methods(other) == _methods(ours) == {"GET"}

    code, report = _against(ours, other, path, "--writes")
    assert (code, report["compared"], report["differences"]) == (0, 2, [])
    assert "POST" in _methods(other)


def test_the_same_record_has_another_id_on_the_other_server(tmp_path: Path, mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    caller.get("/inbox/messages/64")
    path = written_har(tmp_path / "a.har", exchanges)
    ours, other = mock.sandbox("agency"), mock.sandbox("agency")
    other.api.post("/inbox/messages", {"messages": [MESSAGE]})
    code, report = _against(ours, other, path, "--writes")
    assert (code, report["differences"]) == (0, [])
    assert [entry["path"] for entry in other.handle.journal()][-1] == "/api/v3/inbox/messages/65"


def test_files_are_compared_too_wherever_the_other_server_has_them(tmp_path: Path, mock: Mock) -> None:
    recording = mock.sandbox("agency").admin.get("/export", format="har", of="state").body
    files = recording.count(b'"url":"' + mock.root.encode() + b"/uploads/")
    path = tmp_path / "a.har"
    path.write_bytes(recording)

    code, report = _against(mock.sandbox("agency"), mock.sandbox("agency"), path)

    assert files > 0
    assert (code, report["differences"], report["not_compared"]) == (0, [], [])
    assert report["compared"] == len(json.loads(recording)["log"]["entries"])


def test_a_file_whose_address_on_the_other_server_is_not_known_is_not_compared(tmp_path: Path, mock: Mock) -> None:
    recording = json.loads(mock.sandbox("agency").admin.get("/export", format="har", of="state").body)
    recording["log"]["entries"] = [one for one in recording["log"]["entries"] if "/uploads/" in one["request"]["url"]][:1]
    path = tmp_path / "a.har"
    path.write_text(json.dumps(recording))
    ran = compare("--against", mock.root, "--token", mock.sandbox("agency").made["token"], path)

    assert ran.returncode == 2
    assert "no answer before it names the address that the file has on the other server" in " ".join(ran.stdout.split())


def test_a_recording_is_compared_with_a_server_as_it_is_now(tmp_path: Path, mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    caller, exchanges = recorded(sandbox)
    caller.get("/rentals")
    path = written_har(tmp_path / "a.har", exchanges)
    code, report = _against(None, sandbox, path)
    assert (code, report["compared"], report["differences"]) == (0, 1, [])


def test_a_server_that_is_no_fake_needs_a_token() -> None:
    ran = compare("--against", "http://127.0.0.1:1")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "give a token with --token" in ran.stderr


@pytest.mark.parametrize("url", ["nowhere", "http://127.0.0.1:1/?a=1", "http://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    ran = compare("--against", url, "--token", "secret-token")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "secret-token" not in ran.stderr


def test_a_server_that_does_not_answer_is_the_exit_code_2(tmp_path: Path, mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.get("/rentals")
    ran = compare(written_har(tmp_path / "a.har", exchanges), "--against", "http://127.0.0.1:1", "--token", "a-token")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "does not answer" in ran.stderr
