"""Pages of what grows without end in a sandbox: its deliveries, the events of its timeline, and what a guest sees."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from builders import JSON, a_booking, a_scenario
from fake import Mock, Sandbox
from inbox_mock.admin.routes import OPERATIONS
from inbox_mock.client import SandboxClient
from inbox_mock.domain import limits
from lowered import lower

MADE, ON_A_PAGE = 7, 3


@dataclass(frozen=True)
class Listed:
    """A list: where it is, under which name, what tells its records, how the client reads all of it, and from which end pages count."""

    path: str
    name: str
    key: str
    read: Callable[[SandboxClient], list[JSON]]
    from_the_end: bool = True


LISTS = {
    "deliveries": Listed("/deliveries", "deliveries", "id", lambda client: client.deliveries()),
    "past": Listed("/timeline", "past", "id", lambda client: list(client.timeline()["past"])),
    "pending": Listed("/timeline", "pending", "id", lambda client: list(client.timeline()["pending"]), from_the_end=False),
    "thread": Listed("/conversations/11/thread", "messages", "message_id", lambda client: client.thread(11)),
}


@pytest.fixture
def busy(mock: Mock) -> Sandbox:
    """A sandbox with more deliveries, events past and to come, and messages that a guest sees, than a page has."""
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:9/", "events": ["booking_created"]})
    for number in range(MADE):
        sandbox.handle.write(11, f"Message {number}.")
        sandbox.handle.book()
    sandbox.handle.clock.advance(by="1s")
    for _ in range(MADE):
        sandbox.handle.book(conversation_delay="1h")
    return sandbox


@pytest.fixture(params=list(LISTS.values()), ids=list(LISTS))
def listed(request: pytest.FixtureRequest) -> Listed:
    found: Listed = request.param
    return found


def test_a_page_has_so_many_and_the_next_one_goes_on(busy: Sandbox, listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(**query: Any) -> list[int]:
        return [one[listed.key] for one in busy.admin.get(listed.path, **query).json[listed.name]]

    every = page()
    lower(monkeypatch, "LISTED", ON_A_PAGE)

    assert len(every) >= MADE
    if listed.from_the_end:
        assert (page(), page(skip=3), page(limit=2, skip=1)) == (every[-3:], every[-6:-3], every[-3:-1])
    else:
        assert (page(), page(skip=3), page(limit=2, skip=1)) == (every[:3], every[3:6], every[1:3])
    assert page(skip=len(every)) == page(limit=0) == []


def test_the_client_follows_the_pages_in_order(busy: Sandbox, listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    every = busy.admin.get(listed.path).json[listed.name]
    lower(monkeypatch, "LISTED", ON_A_PAGE)

    assert listed.read(busy.handle) == every


@pytest.mark.parametrize("query", [{"limit": limits.LISTED + 1}, {"limit": "-1"}, {"skip": "x"}])
def test_more_than_a_page_is_refused_with_the_field(busy: Sandbox, listed: Listed, query: dict[str, Any]) -> None:
    answer = busy.admin.get(listed.path, **query)

    assert answer.status == 422
    assert [problem["field"] for problem in answer.json["errors"]] == list(query)


def test_a_parameter_that_an_operation_does_not_have_is_refused_by_its_name(mock: Mock) -> None:
    path = {"id": mock.sandbox("empty").id, "record_id": "1"}

    for operation in OPERATIONS:
        answer = mock.admin.call(operation.method, re.sub(r"<(\w+)>", lambda name: path.get(name[1], "any"), operation.rule), never=-1)
        fields = [problem["field"] for problem in answer.json.get("errors", [])]

        assert (operation.name, answer.status, fields) == (operation.name, 422, ["never"])


@pytest.mark.parametrize("value", ["-1", "x", ""])
@pytest.mark.parametrize("name", ["limit", "skip"])
def test_a_number_that_is_none_is_refused_wherever_it_is_sent(busy: Sandbox, name: str, value: str) -> None:
    paths = ["/written", "/inbox", "/inbox/11", "/journal", "/changes", "/faults", "/directory", *{one.path for one in LISTS.values()}]

    query: dict[str, Any] = {name: value}

    assert {path: busy.admin.get(path, **query).status for path in paths} == dict.fromkeys(paths, 422)
