"""What a sandbox was asked, or what it holds, as a file for other tools."""

import re
from base64 import b64encode
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
import yaml

from builders import a_body, a_booking, a_message, a_scenario
from fake import JSON, Mock, Sandbox
from inbox_mock.domain import limits
from inbox_mock.recordings.writing import writers
from lowered import lower

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()


def har(sandbox: Sandbox, **query: Any) -> list[JSON]:
    """The entries of an export as HAR."""
    answer = sandbox.admin.get("/export", format="har", **query)
    assert answer.status == 200, answer.body
    found: list[JSON] = answer.json["log"]["entries"]
    return found


def plain(sandbox: Sandbox, wanted: str, **query: Any) -> str:
    """All that is in an exported file, unpacked."""
    exported = sandbox.admin.get("/export", format=wanted, **query).body
    if wanted != "bruno":
        return exported.decode()
    with ZipFile(BytesIO(exported)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def asked(entries: list[JSON]) -> list[str]:
    return [f"{entry['request']['method']} {entry['request']['url'].partition('/api/v3')[2]}" for entry in entries]


def body(entry: JSON) -> JSON:
    found: JSON = orjson.loads(entry["response"]["content"]["text"])
    return found


def test_the_journal_is_exported_as_the_requests_and_their_answers(inbox: Sandbox) -> None:
    listed = inbox.api.get("/inbox/messages", per_page=5)
    posted = inbox.api.post("/inbox/messages", a_message(content="Grüße 😀"))

    entries = har(inbox)

    assert asked(entries) == ["GET /inbox/messages?per_page=5", "POST /inbox/messages"]
    assert [entry["response"]["status"] for entry in entries] == [200, 201]
    assert body(entries[0]) == listed.json
    assert body(entries[1]) == posted.json
    assert orjson.loads(entries[1]["request"]["postData"]["text"]) == a_message(content="Grüße 😀")
    told = {pair["name"]: pair["value"] for pair in entries[0]["response"]["headers"]}
    assert told["Date"] == listed.headers["Date"]
    assert told["x-updated-since-request-synced-at"] == listed.headers["x-updated-since-request-synced-at"]


@pytest.mark.parametrize("of", ["journal", "state"])
@pytest.mark.parametrize("wanted", ["scenario", *writers()])
def test_no_secret_is_in_any_format(mock: Mock, wanted: str, of: str) -> None:
    sandbox = mock.sandbox("agency")
    application = sandbox.made["applications"][0]
    asks = {"grant_type": "client_credentials", "client_id": application["client_id"], "client_secret": application["client_secret"]}
    issued = mock.caller(base="/oauth").post("/token", asks).json["access_token"]
    sandbox.api.get("/bookings")
    sandbox.api.get("/bookings", access_token=sandbox.made["token"])
    mock.caller(issued).get("/accounts")
    secrets = [issued, sandbox.made["token"]]
    secrets += [one["client_secret"] for one in sandbox.made["applications"]]

    exported = plain(sandbox, wanted, of=of)

    assert [secret for secret in secrets if secret in exported] == []


def test_each_token_is_a_variable_of_its_own(inbox: Sandbox) -> None:
    inbox.api.get("/bookings")
    inbox.api_with("inbox_read").get("/inbox/messages")
    inbox.api.get("/rentals")

    told = [{pair["name"]: pair["value"] for pair in entry["request"]["headers"]}.get("Authorization") for entry in har(inbox)]

    assert told == ["Bearer $BOOKINGSYNC_TOKEN", "Bearer $BOOKINGSYNC_TOKEN_2", "Bearer $BOOKINGSYNC_TOKEN"]


def test_an_answer_that_the_journal_cuts_is_whole_as_long_as_it_is_still_the_same(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(content="x" * limits.JOURNALED))
    listed = inbox.api.get("/inbox/messages")

    assert body(har(inbox)[1]) == listed.json

    inbox.api.put("/inbox/messages/1", {"messages": [{"content": "y" * limits.JOURNALED}]})

    content = har(inbox)[1]["response"]["content"]
    assert content["size"] == -1
    assert "text" not in content


def test_what_the_journal_has_cut_is_told(inbox: Sandbox) -> None:
    sent = a_message(content="x" * limits.JOURNALED)
    inbox.api.post("/inbox/messages", sent)

    as_har = inbox.admin.get("/export", format="har")
    as_cassette = inbox.admin.get("/export", format="vcr")

    assert "Without the body of the answer: 1" in as_har.headers["X-Mock-Why"]
    assert "Without the body of the answer: 1" in as_har.json["log"]["comment"]
    (entry,) = as_har.json["log"]["entries"]
    assert entry["comment"] == "not recorded: the body of the answer"
    assert orjson.loads(entry["request"]["postData"]["text"]) == sent
    assert "Left out: 1" in as_cassette.headers["X-Mock-Why"]
    assert b"\n# Left out: 1" in as_cassette.body


def test_the_state_is_exported_as_all_lists_page_by_page_first_with_all_includes_and_files(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(page_cap=2, bookings=[a_booking(id=number, conversation=number) for number in (80, 81, 82)]))
    sandbox.api.post("/inbox/attachments", a_body("attachments", name="a.png", file=PNG))

    entries = har(sandbox, of="state")

    pages = [one for one in asked(entries) if one.startswith("GET /bookings")]
    assert len(pages) == 2
    assert "include_canceled=true&include=account,rental," in pages[0]
    assert pages[1].endswith("include_canceled=true&page=2")
    found = [booking for entry in entries if entry["request"]["url"].count("/bookings?") for booking in body(entry)["bookings"]]
    assert [one["id"] for one in found] == [80, 81, 82]
    assert found[0]["rental"]["name"] == "Chalet Les Robles"
    file = next(entry for entry in entries if "/uploads/" in entry["request"]["url"])
    assert (file["response"]["content"]["text"], file["response"]["content"]["encoding"]) == (PNG, "base64")


def test_a_walk_through_the_state_leaves_no_trace_and_meets_no_fault(inbox: Sandbox) -> None:
    inbox.handle.fault("status", status=503, times=1)
    before = inbox.now(), inbox.handle.timeline(), inbox.handle.faults(), inbox.admin.get("/changes").json

    entries = har(inbox, of="state")

    assert {entry["response"]["status"] for entry in entries} == {200}
    assert (inbox.now(), inbox.handle.timeline(), inbox.handle.faults(), inbox.admin.get("/changes").json) == before
    assert inbox.handle.journal() == []


def test_more_lists_are_walked_than_the_rate_limit_allows(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(rate_limit=3, bookings=[a_booking()]))

    assert {entry["response"]["status"] for entry in har(sandbox, of="state")} == {200}
    assert sandbox.api.get("/bookings").headers["X-RateLimit-Remaining"] == "2"


@pytest.mark.parametrize("of", ["journal", "state"])
def test_more_than_the_limit_is_not_exported(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch, of: str) -> None:
    inbox.api.get("/inbox/messages")
    lower(monkeypatch, "EXPORTED", 100)

    answer = inbox.admin.get("/export", format="har", of=of)

    assert answer.status == 422
    assert answer.errors[0]["expected"] == "what has bodies of 100 bytes at most"


def test_every_account_is_walked_with_a_token_of_its_own(mock: Mock) -> None:
    sandbox = mock.sandbox("three-accounts")

    entries = [entry for entry in har(sandbox, of="state") if entry["request"]["url"].endswith("/accounts")]

    assert len({body(entry)["accounts"][0]["id"] for entry in entries}) == len(sandbox.made["accounts"])


def test_private_replaces_what_people_wrote_and_keeps_what_links_records(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(content="The code is 4711, says Jan."))
    inbox.api.get("/hosts")

    plain, disguised = (inbox.admin.get("/export", format="har", private=private).body.decode() for private in (0, 1))

    assert "The code is 4711, says Jan." in plain
    assert "Kowalski" in plain
    assert not re.search("4711|Jan|Kowalski", disguised)
    assert '\\"conversation_id\\":11' in disguised


def test_the_state_as_a_scenario_starts_there(inbox: Sandbox, mock: Mock) -> None:
    inbox.api.post("/inbox/messages", a_message(content="Grüße"))

    exported = inbox.admin.get("/export", format="scenario")

    again = mock.sandbox(yaml.safe_load(exported.body))
    assert again.api.get("/inbox/messages").records == inbox.api.get("/inbox/messages").records
    assert again.now() == inbox.now()


@pytest.mark.parametrize("of", ["journal", "state"])
@pytest.mark.parametrize("wanted", ["scenario", *writers()])
def test_private_replaces_what_people_wrote_in_every_format(mock: Mock, wanted: str, of: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    sandbox.handle.write(11, "The code is 4711, says Clementina.")
    sandbox.api.post("/inbox/messages", a_message(content="The code is 4711, says Jan Kowalski."))
    sandbox.api.post("/inbox/messages", a_message(origin="Jan Kowalski") | {"note": "Jan Kowalski"})
    sandbox.api.get("/inbox/messages", about="Kowalski")

    assert not re.search("4711|Clementina|Kling|Kowalski|Los Robles", plain(sandbox, wanted, of=of, private=1))


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ({"format": "hra"}, "format", "har"),
        ({"format": "har", "of": "stat"}, "of", "state"),
        ({"format": "har", "private": "yes"}, "private", "0 or 1"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_what_can(inbox: Sandbox, query: JSON, field: str, expected: str) -> None:
    answer = inbox.admin.get("/export", **query)

    assert answer.status == 422
    assert answer.errors[0]["field"] == field
    assert expected in answer.errors[0]["expected"]
