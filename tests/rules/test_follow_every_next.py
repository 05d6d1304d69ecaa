"""SYN002: the client did not follow next."""

from dataclasses import replace
from typing import Any

import pytest

from builders import a_message
from fake import Mock, Sandbox
from faulty import set_fault
from inbox_contracts.rules.synchronisation import follow_every_next
from rules.judged import an_entry, blamed, evidence, some_evidence, sync, the_report, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "SYN002"
LATER = "2m"


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """An agency with some pages of everything, two records each."""
    return mock.sandbox("agency")


def leave_off(sandbox: Sandbox, page: int = 1, **query: Any) -> None:
    """Read a list's first pages, and leave off although there are more."""
    for number in range(1, page + 1):
        assert 'rel="next"' in sandbox.api.get(MESSAGES, per_page=2, page=number, **query).headers["Link"]


@pytest.mark.parametrize("query", [{}, {"updated_since": "2000-01-01"}, {"include": "sender"}])
def test_a_page_was_the_last_that_was_read(sandbox: Sandbox, query: dict[str, Any]) -> None:
    leave_off(sandbox, **query)
    sandbox.advance(LATER)

    assert blamed(sandbox) == [CODE]
    assert evidence(sandbox, CODE) == ["GET /inbox/messages 200"]


def test_some_pages_are_not_all(sandbox: Sandbox) -> None:
    leave_off(sandbox, 2)
    sandbox.api.get("/applications")

    assert "page 2 of" in the_report(sandbox)["violations"][0]["about"]


WITH_NEXT = {"Link": '<http://h/api/v3/inbox/messages?page=9>; rel="next"', "X-Total-Pages": "2"}


def pages_read(*numbers: int) -> str:
    """What is said of a client that reads these pages, while each says that there is a next one, and then something else."""
    read = [an_entry(number, query=f"page={page}", headers=WITH_NEXT) for number, page in enumerate(numbers, 1)]
    (found,) = violations_of(follow_every_next, some_evidence(*read, an_entry(9, path="/me")))
    return found.about


def test_pages_that_are_read_backwards_are_named() -> None:
    assert pages_read(1, 3, 2).endswith("; it read the pages backwards (1, 3, 2), and a list may grow meanwhile")
    assert "backwards" not in pages_read(1, 2, 3)


def test_pages_that_were_counted_by_the_first_one_are_named() -> None:
    assert pages_read(1, 2).endswith("; it took the first page's word that there are 2, and a list may grow meanwhile")
    assert "word" not in pages_read(1)


def test_every_listing_that_was_left_off_counts(sandbox: Sandbox) -> None:
    leave_off(sandbox)
    leave_off(sandbox, updated_since="2020-01-01")
    sandbox.advance(LATER)

    assert blamed(sandbox) == [CODE, CODE]


def test_a_window_that_begins_later_leaves_out_what_was_left_off(sandbox: Sandbox) -> None:
    leave_off(sandbox, updated_since="2020-01-01")
    sync(sandbox.api, MESSAGES, updated_since=sandbox.now())

    assert blamed(sandbox) == [CODE]


def test_a_next_page_of_another_list_is_not_the_next(sandbox: Sandbox) -> None:
    leave_off(sandbox, updated_since="2020-01-01")
    sandbox.api.get(MESSAGES, per_page=2, page=2)
    sandbox.advance(LATER)

    assert CODE in blamed(sandbox)


# Not when.


@pytest.mark.parametrize("path", [MESSAGES, CONVERSATIONS, "/bookings", "/clients"])
def test_a_list_that_is_read_to_its_end_is_read(sandbox: Sandbox, path: str) -> None:
    assert sync(sandbox.api, path, per_page=2) > 1
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_next_may_be_followed_after_other_calls(sandbox: Sandbox) -> None:
    leave_off(sandbox)
    sandbox.api.get("/applications")
    sandbox.advance("1h")
    for page in range(2, 1 + int(sandbox.api.get(MESSAGES, per_page=2, page=2).headers["X-Total-Pages"])):
        sandbox.api.get(MESSAGES, per_page=2, page=page)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_pages_may_be_read_side_by_side(sandbox: Sandbox) -> None:
    last = int(sandbox.api.get(MESSAGES, per_page=2).headers["X-Total-Pages"])
    for page in range(last, 1, -1):
        sandbox.api.get(MESSAGES, per_page=2, page=page)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


@pytest.mark.parametrize("kind", ["status", "rate_limit", "expired_token", "malformed"])
def test_an_error_may_cut_it_short(sandbox: Sandbox, kind: str) -> None:
    set_fault(sandbox, kind, match={"path": MESSAGES, "nth": 2}, times=1)
    leave_off(sandbox)
    sandbox.api.get(MESSAGES, per_page=2, page=2)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_an_error_of_another_list_that_is_read_side_by_side_cuts_it_short() -> None:
    first = an_entry(1, path="/bookings", connection=2)
    failed = an_entry(2, path="/bookings", connection=2, status=503)
    beside = an_entry(3, headers=WITH_NEXT, arrived_after=1)

    assert violations_of(follow_every_next, some_evidence(first, failed, beside, an_entry(4, path="/me"))) == []
    assert (
        violations_of(follow_every_next, some_evidence(first, failed, replace(beside, arrived_after=None), an_entry(4, path="/me"))) != []
    )


def test_an_error_of_what_each_page_leads_to_cuts_it_short_too(sandbox: Sandbox) -> None:
    set_fault(sandbox, "status", match={"path": "/inbox/conversations/*"})
    leave_off(sandbox)
    sandbox.api.get(f"{CONVERSATIONS}/11")
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_a_page_that_could_not_be_read_has_no_next(sandbox: Sandbox) -> None:
    set_fault(sandbox, "malformed", times=1)
    sandbox.api.get(MESSAGES, per_page=2)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_a_list_may_be_begun_anew_and_read_to_its_end(sandbox: Sandbox) -> None:
    leave_off(sandbox)
    sync(sandbox.api, MESSAGES)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_a_window_that_begins_as_early_holds_what_was_left_off(sandbox: Sandbox) -> None:
    leave_off(sandbox, updated_since="2020-01-01")
    sync(sandbox.api, MESSAGES, updated_since="2019-12-31")

    assert blamed(sandbox) == []


def test_the_last_request_may_not_be_the_last_that_is_wanted(sandbox: Sandbox) -> None:
    leave_off(sandbox)

    assert blamed(sandbox) == []


def test_one_record_is_asked_for_to_see_whether_there_is_any(sandbox: Sandbox) -> None:
    sandbox.api.get(MESSAGES, per_page=1)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_records_that_are_got_by_their_ids_have_no_next(sandbox: Sandbox) -> None:
    sandbox.api.get(MESSAGES, ids="1,2,3", per_page=2)
    sandbox.api.get(f"{MESSAGES}/1,2,3")
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


def test_one_who_looks_for_a_message_may_stop_where_he_finds_it(sandbox: Sandbox) -> None:
    set_fault(sandbox, "status", match={"method": "POST"}, times=1)
    assert sandbox.api.post(MESSAGES, a_message()).status == 503
    leave_off(sandbox)
    sandbox.advance(LATER)

    assert blamed(sandbox) == []


@pytest.mark.parametrize("path", ["/hosts", "/sources", "/rentals"])
def test_one_page_of_reference_data_may_be_enough(sandbox: Sandbox, path: str) -> None:
    if path == "/sources":
        sandbox.api.post("/sources", {"sources": [{"name": "Our site"}]})
    assert 'rel="next"' in sandbox.api.get(path, per_page=2).headers["Link"]
    sandbox.advance(LATER)

    assert blamed(sandbox) == []
