"""Files that come in, and files that go out: recordings, scenario files, and a sandbox in the formats of other tools."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from fake import Answer, Mock
from lowered import lower

RECORDED = Path(__file__).parents[1] / "recordings" / "files"
HAR = (RECORDED / "chrome-devtools" / "all-with-sensitive-data.har").read_bytes()
SCENARIO = b"description: Nobody is here.\nrentals: [{id: 16, name: Chalet}]\n"


def read(mock: Mock, content: bytes, **query: Any) -> Answer:
    return mock.admin.post("/recordings", content, **query)


@pytest.mark.both_transports
def test_a_recording_becomes_a_scenario_of_which_a_sandbox_is_made(mock: Mock) -> None:
    answer = read(mock, HAR, name="all.har")

    assert answer.status == 200
    assert answer.json["kind"] == "recording"
    assert answer.json["records"]["conversations"] >= 1
    assert answer.json["says"][0].endswith(": 11 exchanges used, 0 ignored")
    made = mock.admin.post("/sandboxes", {"scenario": answer.json["scenario"]})
    assert made.status == 201, made.body


def test_a_scenario_file_is_read_as_one(mock: Mock) -> None:
    answer = read(mock, SCENARIO, name="empty.yaml")

    assert answer.json["kind"] == "scenario"
    assert answer.json["scenario"] == {"description": "Nobody is here.", "rentals": [{"id": 16, "name": "Chalet"}]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "bug.har: found an empty file; expected a recording: "),
        (b"GIF89a", "bug.har: found a file of another kind; expected a recording: "),
        (HAR[:20_000], "bug.har: found the end of the file within entry "),
        (rb'{"\ud800": "\udfff"}', "bug.har: found an object with \ufffd; expected a recording: "),
        (SCENARIO + b"bokings: []\n", "bug.har:3: found the unknown key 'bokings'; did you mean 'bookings'?"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(mock: Mock, content: bytes, told: str) -> None:
    answer = read(mock, content, name="C:\\private\\bug.har")

    assert answer.status == 400
    assert answer.json["detail"].startswith(told)


def test_a_bundle_is_told_from_an_archive_of_recordings_and_checked(mock: Mock) -> None:
    bundle = mock.sandbox("agency").admin.get("/bundle").body
    changed = BytesIO(bundle)
    with ZipFile(changed, "a") as archive:
        archive.writestr("more.txt", "")

    answer = read(mock, bundle, name="run.zip")

    assert (answer.json["kind"], "scenario" in answer.json) == ("bundle", False)
    assert read(mock, changed.getvalue(), name="run.zip").json["detail"].startswith("run.zip: it holds 'more.txt'; expected only ")


def test_traffic_of_another_api_is_told(mock: Mock) -> None:
    answer = read(mock, HAR.replace(b"/api/v3/", b"/api/v9/").replace(b"/uploads/", b"/files/"))

    assert answer.status == 400
    assert "expected calls of /api/v3" in answer.json["detail"]


def test_only_known_private_data_can_be_kept(mock: Mock) -> None:
    assert read(mock, HAR, keep="texts,names").status == 200
    assert read(mock, HAR, keep="passwords").json["errors"] == [{"field": "keep", "expected": "texts or names, or both, joined by a comma"}]


@pytest.mark.both_transports
def test_a_larger_file_is_for_the_command(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "ADMIN_FILE", 1_000)

    answer = read(mock, HAR)

    assert answer.status == 413
    assert answer.json["detail"].startswith("the body may have 1,000 bytes")
    assert answer.json["detail"].endswith("; inbox-mock import and inbox-mock serve --bundle read larger files")


def test_the_document_says_what_a_file_is_sent_as(mock: Mock) -> None:
    described = mock.admin.get("/openapi.json").json["paths"]["/__admin/recordings"]["post"]

    assert described["requestBody"]["content"] == {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    assert described["x-role"] == "own"


@pytest.mark.both_transports
def test_a_sandbox_is_exported_as_a_file_with_a_name(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    sandbox.api.get("/inbox/conversations")

    answer = sandbox.admin.get("/export", format="har")

    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{sandbox.id}-journal.har"
    (entry,) = orjson.loads(answer.body)["log"]["entries"]
    assert entry["request"]["url"].endswith("/api/v3/inbox/conversations")
    assert sandbox.made["token"] not in answer.body.decode()


def test_an_unknown_format_is_refused(mock: Mock) -> None:
    (problem,) = mock.sandbox("agency").admin.get("/export", format="hra").json["errors"]

    assert (problem["field"], problem["found"]) == ("format", '"hra"')
    assert problem["expected"].startswith("did you mean 'har'? Expected one of scenario, ")
