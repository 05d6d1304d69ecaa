"""SYN001: the client listed everything again instead of using updated_since."""

import pytest

from api.oauth import an_application
from builders import a_scenario
from fake import Caller, Mock, Sandbox
from faulty import set_fault
from inbox_mock.domain.access import ALL_SCOPES
from rules.judged import blamed, evidence, send, sync, the_report
from whole import CONVERSATIONS, MESSAGES

CODE = "SYN001"
LIST = "GET /inbox/messages 200"


@pytest.mark.parametrize("query", [{}, {"updated_since": ""}, {"updated_since": "yesterday"}, {"per_page": "50"}])
def test_everything_was_listed_again(inbox: Sandbox, query: dict[str, str]) -> None:
    sync(inbox.api, MESSAGES)
    inbox.advance("10m")
    sync(inbox.api, MESSAGES, **query)

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == [LIST, LIST]


def test_one_who_polls_is_told_once(inbox: Sandbox) -> None:
    for _ in range(4):
        sync(inbox.api, CONVERSATIONS)
        inbox.advance("10m")

    assert blamed(inbox) == [CODE]
    assert the_report(inbox)["violations"][0]["about"] == "listed all conversations and then 3 times more, without updated_since"


def test_a_time_of_long_ago_leaves_nothing_out(inbox: Sandbox) -> None:
    for _ in range(2):
        sync(inbox.api, MESSAGES, updated_since="2026-11-22T19:00:00Z")
        inbox.advance("10m")

    assert blamed(inbox) == [CODE]
    about = "listed all messages and then once more, with an updated_since of long ago, 2026-11-22T19:00:00Z"
    assert the_report(inbox)["violations"][0]["about"] == about


def test_a_wide_overlap_is_allowed(inbox: Sandbox) -> None:
    for _ in range(3):
        sync(inbox.api, MESSAGES, updated_since="2030-05-25T12:00:00Z")

    assert blamed(inbox) == []


def test_who_was_away_for_long_asks_for_all_of_that_time(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    inbox.advance("60d")
    sync(inbox.api, MESSAGES, updated_since="2030-06-01T12:00:00Z")
    sync(inbox.api, MESSAGES, updated_since="2030-07-31T12:00:00Z")

    assert blamed(inbox) == []


def test_pages_are_read_again_too(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    assert sync(sandbox.api, MESSAGES, per_page=2) > 1
    sync(sandbox.api, MESSAGES, per_page=2)

    assert blamed(sandbox) == [CODE]


def test_a_list_is_read_again_one_record_at_a_time(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    for _ in range(2):
        assert sync(sandbox.api, MESSAGES, per_page=1) > 1

    assert blamed(sandbox) == [CODE]


def test_a_refreshed_token_makes_no_new_client(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    sync(application.api(pair["access_token"]), MESSAGES)
    for _ in range(2):
        pair = application.refresh(pair["refresh_token"]).json
        sync(application.api(pair["access_token"]), MESSAGES)

    assert CODE in blamed(inbox)
    assert evidence(inbox, CODE) == [LIST, LIST, LIST]


def test_a_message_that_was_refused_is_no_reason(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    assert send(inbox, content="").status == 422
    sync(inbox.api, MESSAGES)

    assert blamed(inbox) == [CODE]


# Not when.


def test_after_a_message_whose_answer_was_an_error_everything_may_be_listed(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    set_fault(inbox, "status", times=1)
    assert send(inbox).status == 503
    sync(inbox.api, MESSAGES)

    assert blamed(inbox) == []


def test_the_first_listing_has_nothing_to_start_from(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    sync(inbox.api, CONVERSATIONS)

    assert blamed(inbox) == []


def test_what_changed_may_be_asked_for_as_often_as_needed(inbox: Sandbox) -> None:
    for path in (MESSAGES, CONVERSATIONS, "/bookings"):
        sync(inbox.api, path)
        for _ in range(3):
            sync(inbox.api, path, updated_since="2030-06-01 11:00:00 UTC")

    assert blamed(inbox) == []


@pytest.mark.parametrize("fault", [{"kind": "status"}, {"kind": "malformed"}, {"kind": "rate_limit"}])
def test_a_listing_that_was_cut_short_is_begun_anew(mock: Mock, fault: dict[str, str]) -> None:
    sandbox = mock.sandbox("agency")
    set_fault(sandbox, **fault, match={"path": MESSAGES, "nth": 2}, times=1)
    sandbox.api.get(MESSAGES, per_page=2)
    sandbox.api.get(MESSAGES, per_page=2, page=2)
    sandbox.advance("1h")
    sync(sandbox.api, MESSAGES, per_page=2)

    assert blamed(sandbox) == []


def test_one_who_keeps_nothing_of_a_sync_that_failed_begins_anew(inbox: Sandbox) -> None:
    sync(inbox.api, CONVERSATIONS)
    set_fault(inbox, "status", match={"path": MESSAGES}, times=1)
    inbox.api.get(MESSAGES)
    sync(inbox.api, CONVERSATIONS)
    sync(inbox.api, MESSAGES)

    assert blamed(inbox) == []


@pytest.mark.parametrize("query", [{"include": "sender"}, {"fields": "id"}])
def test_another_question_is_another_listing(inbox: Sandbox, query: dict[str, str]) -> None:
    sync(inbox.api, MESSAGES)
    sync(inbox.api, MESSAGES, **query)

    assert blamed(inbox) == []


def test_bookings_of_another_time_are_another_listing(inbox: Sandbox) -> None:
    sync(inbox.api, "/bookings")
    sync(inbox.api, "/bookings", **{"from": "2020-01-01"})
    sync(inbox.api, "/bookings", include_canceled="true")

    assert blamed(inbox) == []


def test_another_token_may_be_another_client(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    sync(inbox.api_with(*_every_scope()), MESSAGES)

    assert blamed(inbox) == []


def test_another_account_is_another_listing(mock: Mock) -> None:
    accounts = [{"id": 1, "business_name": "Super Awesome Villas"}, {"id": 2, "business_name": "Modest Huts"}]
    sandbox = mock.sandbox(a_scenario(accounts=accounts))
    for account in sandbox.made["accounts"]:
        sync(Caller(sandbox.transport, account["token"]), MESSAGES)

    assert blamed(sandbox) == []


@pytest.mark.parametrize("path", ["/hosts", "/applications", "/rentals", "/sources", "/accounts"])
def test_reference_data_may_be_read_again(inbox: Sandbox, path: str) -> None:
    sync(inbox.api, path)
    sync(inbox.api, path)

    assert blamed(inbox) == []


@pytest.mark.parametrize("path", [MESSAGES, "/bookings"])
def test_a_look_whether_there_is_any_is_no_listing(mock: Mock, path: str) -> None:
    sandbox = mock.sandbox("empty")
    for _ in range(3):
        assert sandbox.api.get(path, per_page=1).status == 200

    assert blamed(sandbox) == []


def test_one_who_asks_by_etag_does_not_list_again(inbox: Sandbox) -> None:
    etag = inbox.api.get(MESSAGES).headers["ETag"]
    assert inbox.api.get(MESSAGES, headers={"If-None-Match": etag}).status == 304

    assert blamed(inbox) == []


def test_a_full_listing_once_a_day_finds_what_moves_no_updated_at(inbox: Sandbox) -> None:
    sync(inbox.api, CONVERSATIONS)
    inbox.advance("1d")
    sync(inbox.api, CONVERSATIONS)

    assert blamed(inbox) == []


def test_records_may_be_got_by_their_ids_again(inbox: Sandbox) -> None:
    for _ in range(3):
        inbox.api.get(f"{CONVERSATIONS}/11")
        inbox.api.get(CONVERSATIONS, ids="11")

    assert blamed(inbox) == []


def test_after_a_reset_everything_is_new(inbox: Sandbox) -> None:
    sync(inbox.api, MESSAGES)
    inbox.admin.post("/reset")
    sync(inbox.api, MESSAGES)

    assert blamed(inbox) == []


def _every_scope() -> tuple[str, ...]:

    return ALL_SCOPES
