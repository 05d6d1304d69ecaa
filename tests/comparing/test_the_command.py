"""``inbox-mock compare``: formats, exit codes, what is allowed, what to do, and what is never shown."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comparing.arranged import MESSAGE, spoiled
from fake import Mock
from importing.recorded import recorded
from inbox_mock.recordings import Exchange
from inbox_mock.recordings.writing import Traffic
from inbox_mock.recordings.writing.har import write
from processes import Ran, run

JSON = Any
PRIVATE = "The key is under the third flower pot"
SECRET = "a-token-that-nobody-may-see"


def compare(*arguments: object) -> Ran:
    ran = run("compare", *map(str, arguments))
    assert "Traceback" not in ran.stderr
    return ran


def written_har(path: Path, exchanges: list[Exchange]) -> Path:
    path.write_bytes(b"".join(write(Traffic(title="a recording", origin="https://www.bookingsync.com", exchanges=exchanges))))
    return path


@pytest.fixture
def exchanges(mock: Mock) -> list[Exchange]:
    """Two lists, a message with a private text, and what it became."""
    caller, found = recorded(mock.sandbox("agency"))
    caller.get("/rentals")
    caller.get("/hosts")
    caller.post("/inbox/messages", {"messages": [MESSAGE | {"content": PRIVATE}]})
    caller.get("/inbox/messages/64")
    return found


def _change(where: int, change: Callable[[JSON], None]) -> Callable[[list[Exchange]], list[Exchange]]:
    return lambda exchanges: [spoiled(one, change) if number == where else one for number, one in enumerate(exchanges)]


OTHER_TEXT = _change(3, lambda body: body["messages"][0].update(content=f"{PRIVATE}!"))
MORE_FIELDS = _change(3, lambda body: body["messages"][0].update(mood=PRIVATE, **{"jane@example.com": 1}))


def test_a_recording_of_the_fake_differs_in_nothing(tmp_path: Path, exchanges: list[Exchange]) -> None:
    ran = compare(written_har(tmp_path / "a.har", exchanges))
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, "No difference that counts in 4 requests")


def test_what_a_sandbox_holds_differs_in_nothing_once_exported(tmp_path: Path, mock: Mock) -> None:
    exported = mock.sandbox("agency").admin.get("/export", format="har", of="state").body
    assert b"/uploads/" in exported
    (tmp_path / "a.har").write_bytes(exported)

    ran = compare(tmp_path / "a.har")

    assert (ran.returncode, ran.stdout.partition(" in ")[0]) == (0, "No difference that counts")


def test_bodies_that_are_no_json_are_told_by_their_length(tmp_path: Path, exchanges: list[Exchange]) -> None:
    assert exchanges[0].response is not None
    cut = replace(exchanges[0], response=replace(exchanges[0].response, body=(exchanges[0].response.body or b"")[:-1]))
    length = len(exchanges[0].response.body or b"")

    ran = compare(written_har(tmp_path / "a.har", [cut, *exchanges[1:]]))

    assert ran.returncode == 1
    assert f"theirs  {length - 1:,} bytes" in ran.stdout


def test_a_difference_is_the_exit_code_1_and_told_with_its_source(tmp_path: Path, exchanges: list[Exchange]) -> None:
    ran = compare(written_har(tmp_path / "a.har", OTHER_TEXT(exchanges)))
    assert ran.returncode == 1
    assert ran.stdout.startswith("1 kind of difference in 4 requests\n")
    for piece in ("1 x  field-value:messages.content", "recorded: a recording shows what we do (messages, edited by PUT, 2018)", "entry 4"):
        assert piece in ran.stdout
    assert "To file as an issue:" in ran.stdout


def test_json_has_each_kind_once(tmp_path: Path, exchanges: list[Exchange]) -> None:
    ran = compare(written_har(tmp_path / "a.har", MORE_FIELDS(OTHER_TEXT(exchanges))), "--format", "json")
    report = json.loads(ran.stdout)
    assert report["verdict"] == "different"
    assert report["compared"] == 4
    assert {one["kind"]: (one["count"], one["sure"], one["entry"]) for one in report["differences"]} == {
        "field-value:messages.content": (1, "recorded", 4),
        "field-missing:messages.mood": (1, "assumed", 4),
        "field-missing:messages.(a name that is none)": (1, "assumed", 4),
    }


def test_junit_has_a_case_for_each_kind(tmp_path: Path, exchanges: list[Exchange]) -> None:
    path = written_har(tmp_path / "a.har", MORE_FIELDS(OTHER_TEXT(exchanges)))
    ran = compare(path, "--format", "junit", "--allow", "field-missing:*")
    suite = ET.fromstring(ran.stdout)[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None} == {"field-value:messages.content"}


def test_html_is_a_page_that_needs_nothing_else(tmp_path: Path, exchanges: list[Exchange]) -> None:
    output = tmp_path / "report.html"
    ran = compare(written_har(tmp_path / "a.har", OTHER_TEXT(exchanges)), "--format", "html", "--output", output)
    assert (ran.returncode, ran.stdout) == (1, "")
    page = output.read_text()
    assert "<code>field-value:messages.content</code>" in page
    assert "src=" not in page


@pytest.mark.parametrize("allowed", ["field-value:messages.content", "field-value:*", "*:messages.content", "field-*"])
def test_what_is_allowed_does_not_count(tmp_path: Path, exchanges: list[Exchange], allowed: str) -> None:
    ran = compare(written_har(tmp_path / "a.har", OTHER_TEXT(exchanges)), "--allow", allowed)
    assert ran.returncode == 0
    assert "allowed 1 x  field-value:messages.content" in ran.stdout
    assert "To file as an issue" not in ran.stdout


@pytest.mark.parametrize("format_", ["text", "json", "junit", "html"])
def test_nothing_private_and_no_secret_is_shown(tmp_path: Path, exchanges: list[Exchange], format_: str) -> None:
    named = _change(0, _scatter)(MORE_FIELDS(OTHER_TEXT(exchanges)))
    secret = [_with_secrets(one) for one in named]
    issue = tmp_path / "issue.md"
    ran = compare(written_har(tmp_path / "a.har", secret), "--format", format_, "--issue", issue)
    assert ran.returncode == 1
    for text in (ran.stdout, ran.stderr, issue.read_text()):
        for private in (PRIVATE, "flower", SECRET, "jane@example.com"):
            assert private not in text


def _scatter(body: JSON) -> None:
    """Put a private text where no API would."""
    body.update({PRIVATE: PRIVATE, "extra": PRIVATE})
    body["meta"]["extra"] = PRIVATE
    body["links"]["rentals.extra"] = PRIVATE
    body["rentals"][0]["links"] |= {"extra": PRIVATE, "account": PRIVATE}
    body["rentals"].append({"id": PRIVATE})


def _with_secrets(exchange: Exchange) -> Exchange:
    request, answer = exchange.request, exchange.response
    assert answer is not None
    asked = tuple((name, f"Bearer {SECRET}" if name == "Authorization" else value) for name, value in request.headers)
    told = (*answer.headers, ("X-Session", SECRET), ("Set-Cookie", f"session={SECRET}"))
    url = f"{request.url}{'&' if '?' in request.url else '?'}access_token={SECRET}"
    return replace(
        exchange, request=replace(request, url=url, headers=(*asked, ("Cookie", SECRET))), response=replace(answer, headers=told)
    )


def test_the_issue_names_no_file(tmp_path: Path, exchanges: list[Exchange]) -> None:
    issue = tmp_path / "issue.md"
    compare(written_har(tmp_path / "jane-smith.har", OTHER_TEXT(exchanges)), "--issue", issue)
    assert "## `field-value:messages.content`, 1 x" in issue.read_text()
    assert "jane-smith" not in issue.read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"{}", "a recording"),
        (b'{"log":{"version":"1.2","creator":{"name":"a","version":"1"},"entries":[', "a.har"),
    ],
)
def test_what_is_no_recording_is_the_exit_code_2(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.har"
    path.write_bytes(content)
    ran = compare(path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_traffic_of_another_api_is_told_so(tmp_path: Path, exchanges: list[Exchange]) -> None:
    foreign = [replace(one, request=replace(one.request, url="https://api.example/v1/things")) for one in exchanges]
    ran = compare(written_har(tmp_path / "a.har", foreign))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "api.example" in ran.stderr


def test_a_pattern_that_no_kind_can_match_is_refused(tmp_path: Path, exchanges: list[Exchange]) -> None:
    ran = compare(written_har(tmp_path / "a.har", exchanges), "--allow", "feild-value:messages.content")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "did you mean 'field-value'" in ran.stderr


def test_without_a_file_there_must_be_a_server() -> None:
    ran = compare()
    assert ran.returncode == 2
    assert "found no FILE" in ran.stderr
