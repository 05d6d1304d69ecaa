"""The recordings of each recorder, of each kind of exchange: imported, and compared with themselves."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from comparing.arranged import MESSAGE, compare, kinds
from fake import Mock
from importing.recorded import recorded
from inbox_mock.comparing.recording import compare_recording, sandbox_of
from inbox_mock.comparing.servers import LISTS
from inbox_mock.recordings import Lost
from inbox_mock.recordings.reading import read
from whole import ALWAYS_EMPTY

FILES = Path(__file__).parents[1] / "recordings" / "files"
ATTACHED = re.compile(r"[0-9a-f]{40}")
"""How Playwright calls the files that it puts beside a HAR."""
RECORDINGS = [path for path in sorted(FILES.glob("*/*")) if not ATTACHED.match(path.name)]
SINCE_VERSION_0_2 = {f"template-extra:bookings.{name}" for name in ALWAYS_EMPTY}
"""Templates that version 0.1 of the fake, which was recorded, did not have yet."""
BY_RECORDERS: dict[str, set[tuple[str, Lost]]] = {
    "betamax/attachment-bytes.json": {("body-lost:GET uploads", Lost.BINARY)},
    "responses*/*": {
        ("body-lost:GET uploads", Lost.BINARY),
        ("header-extra:Date", Lost.DATE),
        ("request-lost:POST /inbox/messages", Lost.REQUEST_BODY),
        ("request-lost:POST /inbox/attachments", Lost.REQUEST_BODY),
    },
    "ruby-vcr/query-repeated.yml": {("header-value:Link", Lost.QUERY_ORDER), ("meta-value:Link", Lost.QUERY_ORDER)},
    "wiremock/query-repeated": {("header-value:Link", Lost.QUERY_ORDER), ("meta-value:Link", Lost.QUERY_ORDER)},
    "mountebank/query-repeated.json": {("header-value:Link", Lost.QUERY_ORDER), ("meta-value:Link", Lost.QUERY_ORDER)},
    "playwright/plain-omit.har": {("body-lost:GET /inbox/conversations", Lost.RESPONSE_BODY)},
}
"""What each recorder may cause, as the reference says what it loses."""


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in RECORDINGS])
def test_a_recording_differs_from_its_own_sandbox_by_what_the_recorder_lost_alone(path: Path) -> None:
    sandbox = sandbox_of(lambda: read([path]))
    found = compare_recording(lambda: read([path]), sandbox)
    assert found.compared
    assert kinds(found).keys() <= SINCE_VERSION_0_2
    name = f"{path.parent.name}/{path.name}"
    expected = [causes for pattern, causes in BY_RECORDERS.items() if fnmatchcase(name, pattern)]
    assert {(kind, lost) for kind, lost in found.groups if lost is not None} <= set().union(*expected)


@pytest.mark.parametrize("path", [operation.rule for operation in LISTS])
def test_a_list_that_was_recorded_alone_is_the_same_in_the_sandbox(mock: Mock, path: str) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.get(path)
    found = compare_recording(lambda: exchanges, sandbox_of(lambda: exchanges))
    assert kinds(found) == {}


def test_a_journal_differs_by_what_it_does_not_keep(tmp_path: Path, mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    sandbox.api.get("/inbox/conversations", per_page=3)
    sandbox.api.post("/inbox/messages", {"messages": [MESSAGE]})
    sandbox.api.get("/inbox/conversations/4", include="messages,participants")
    sandbox.api.get("/bookings", include="client")  # longer than the journal keeps of a body
    journal = tmp_path / "journal.json"
    journal.write_text(json.dumps({"entries": sandbox.handle.journal()}))
    found = compare(list(read([journal])))
    assert kinds(found) == {}
    assert {lost for _, lost in found.groups} == {Lost.ADDED, Lost.CUT}
