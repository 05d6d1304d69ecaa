"""Recorded traffic becomes a scenario that answers the same."""

from dataclasses import replace

import pytest

from builders import START, a_booking, a_message, a_scenario
from fake import Caller, Mock
from importing.recorded import an_exchange, recorded
from inbox_mock.importing import Imported, MadeUp, NothingToImportError, import_exchanges
from inbox_mock.recordings import Exchange, Lost, Place, RecordedResponse
from inbox_mock.resources.privacy import EVERYTHING

SHIPPED = (
    "agency", "three-accounts", "emoji", "dst-stay", "picture-and-pdf", "inquiry-became-booking", "self-made-conversation",
    "guest-forgotten", "token-expires-mid-pagination", "cancelled-after-conversation",
)  # fmt: skip
ACCOUNTS = {"accounts": [{"id": 1, "business_name": "Super Awesome Villas"}]}
LISTS = (
    "/accounts", "/applications", "/inbox/conversations", "/inbox/messages", "/inbox/participants", "/inbox/attachments", "/bookings",
    "/rentals", "/clients", "/sources", "/inquiries", "/hosts", "/me",
)  # fmt: skip


def imported(exchanges: list[Exchange]) -> Imported:
    return import_exchanges(exchanges, keep=EVERYTHING)


def answering(mock: Mock, found: Imported) -> Caller:
    return mock.sandbox(found.scenario).api


@pytest.mark.parametrize("scenario", SHIPPED)
def test_the_same_gets_answer_the_same(mock: Mock, scenario: str) -> None:
    api, exchanges = recorded(mock.sandbox(scenario))
    answers = {path: api.get(path) for path in LISTS}
    again = answering(mock, imported(exchanges))

    for path, answer in answers.items():
        found = again.get(path)
        assert found.status == answer.status
        strip = {"url"} if path == "/inbox/attachments" else set()
        shown = [[{k: v for k, v in record.items() if k not in strip} for record in one.records] for one in (answer, found)]
        assert shown[0] == shown[1], path
        assert found.meta.get("X-Total-Count") == answer.meta.get("X-Total-Count"), path


def test_a_record_that_is_shown_in_parts_is_put_together(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    api.get("/inbox/conversations", fields="subject")
    api.get("/inbox/conversations", fields="closed_at,default_channel")

    found = imported(exchanges).scenario["records"]["conversations"]

    assert any("closed_at" in one for one in found)
    assert any("default_channel" in one for one in found)


def test_what_an_answer_embeds_is_found(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    shown = api.get("/inbox/conversations/3", include="messages,participants,bookings").record

    found = imported(exchanges).scenario["records"]

    assert [one["content"] for one in found["messages"]] == [one["content"] for one in shown["messages"]]
    assert [one["id"] for one in found["participants"]] == [one["id"] for one in shown["participants"]]
    assert [one["id"] for one in found["bookings"]] == [one["id"] for one in shown["bookings"]]


def test_the_clock_stands_at_the_apis_time_of_the_first_exchange() -> None:
    found = imported([an_exchange("/api/v3/accounts", ACCOUNTS, headers={"Date": "Fri, 08 Jul 2022 10:00:00 GMT"})])

    assert found.scenario["clock"] == {"mode": "manual", "now": "2022-07-08T10:00:00Z"}


def test_times_are_offsets_from_it(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")])))
    api.get("/bookings")

    assert imported(exchanges).scenario["records"]["bookings"][0]["created_at"] == "-2h"


def test_a_webhook_that_was_received_shows_its_record() -> None:
    event = {
        "account_id": 1,
        "event": "client_created",
        "resource": {"links": {}, "client": {"links": {"account": 1}, "id": 4, "fullname": "Ada"}},
    }
    received = an_exchange("/hooks", method="POST", root="https://client.example", sent=event, request_headers={"X-Content-Signature": "0"})

    found = imported([an_exchange("/api/v3/accounts", ACCOUNTS), received])

    assert [client["fullname"] for client in found.scenario["records"]["clients"]] == ["Ada"]


def test_other_hosts_are_ignored_and_counted() -> None:
    ours = an_exchange("/base/api/v3/accounts", ACCOUNTS, root="https://api.example")
    found = imported([ours, an_exchange("/", root="https://tracker.example"), an_exchange("/x", root="https://tracker.example")])

    assert [(host.name, host.used, host.ignored) for host in found.hosts] == [("api.example", 1, 0), ("tracker.example", 0, 2)]
    assert found.bases == ("https://api.example/base",)


@pytest.mark.parametrize(
    ("exchanges", "says"),
    [
        ([], "no exchange"),
        ([an_exchange("/v1/charges", {"data": []}, root="https://pay.example")], "^recording: found traffic with pay.example alone"),
        ([an_exchange("/api/v3/repos/a/b", {}, root="https://git.example")], "^recording: found traffic with git.example alone"),
    ],
)
def test_traffic_of_another_api_alone_is_refused(exchanges: list[Exchange], says: str) -> None:
    with pytest.raises(NothingToImportError, match=says):
        imported(exchanges)


def test_what_the_client_made_itself_is_left_to_it(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")])))
    api.get("/inbox/messages")
    seat = api.post("/inbox/participants", {"participants": [{"conversation_id": 11, "member_id": 2, "member_type": "Host"}]}).record
    api.post("/inbox/messages", a_message(sender_id=seat["id"]))
    api.get("/inbox/messages")

    found = imported(exchanges)

    assert found.own == {("messages", 1), ("participants", seat["id"])}
    assert "messages" not in found.scenario["records"]
    assert [one["id"] for one in found.scenario["records"]["conversations"]] == [11]


def test_a_record_is_as_it_was_before_the_client_changed_it(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    api.get("/inbox/conversations")
    sandbox.advance("1m")
    api.put("/inbox/conversations/11", {"conversations": [{"closed": True}]})
    api.get("/inbox/conversations")

    found = imported(exchanges)

    assert "closed_at" not in found.scenario["records"]["conversations"][0]
    assert "timeline" not in found.scenario


def test_a_record_that_was_first_seen_after_a_change_is_guessed_back(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")])))
    api.put("/inbox/conversations/11", {"conversations": [{"closed": True}]})

    found = imported(exchanges)

    assert "closed_at" not in found.scenario["records"]["conversations"][0]


def test_a_record_of_which_only_the_id_is_shown_is_made_up_and_told(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    shown = api.get("/inbox/conversations/3").record

    found = imported(exchanges)
    again = answering(mock, found).get("/inbox/conversations/3").record

    assert again["links"]["messages"] == shown["links"]["messages"]
    assert again["links"]["participants"] == shown["links"]["participants"]
    assert {one.what for one in found.made_up} >= {"messages", "participants", "hosts"}


def test_a_default_channel_that_is_not_shown_is_that_of_the_channel_which_opened_the_conversation(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    api.get("/inbox/conversations/2", fields="subject")

    found = imported(exchanges)

    assert found.scenario["records"]["conversations"][0]["default_channel"] == "booking-com"
    assert [one.why for one in found.made_up if one.example == "default_channel of conversation 2"] == [
        "not shown: taken for that of the channel which opened it"
    ]


@pytest.mark.parametrize("pages", [(1,), (2,), (4,), (1, 3), (2, 4)])
def test_the_rest_of_a_list_is_made_up_so_that_its_pages_come_out_right(mock: Mock, pages: tuple[int, ...]) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    answers = {page: api.get("/inbox/messages", per_page=10, page=page) for page in pages}

    found = imported(exchanges)
    again = answering(mock, found)

    for page, answer in answers.items():
        shown = again.get("/inbox/messages", per_page=10, page=page)
        assert (shown.ids, shown.meta["X-Total-Count"]) == (answer.ids, answer.meta["X-Total-Count"])
    assert any(one.what == "messages" and one.why.startswith("a list was seen in part") for one in found.made_up)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_the_same_holds_for_bookings_which_are_sorted_otherwise(mock: Mock, page: int) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    answer = api.get("/bookings", per_page=3, page=page)

    shown = answering(mock, imported(exchanges)).get("/bookings", per_page=3, page=page)

    assert (shown.ids, shown.meta["X-Total-Count"]) == (answer.ids, answer.meta["X-Total-Count"])


def test_the_application_that_made_the_clients_records_is_its_own(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    api.get("/applications")
    api.post("/inbox/conversations", {"conversations": [{"subject": "Arrival"}]})

    applications = imported(exchanges).scenario["records"]["applications"]

    assert {one["id"]: (one.get("client"), one.get("channel")) for one in applications} == {
        17: (True, None),
        65: (None, "airbnb"),
        66: (None, "booking-com"),
    }


def test_start_is_what_the_clock_says() -> None:
    assert imported([an_exchange("/api/v3/accounts", ACCOUNTS)]).scenario["clock"]["now"] == START


@pytest.mark.parametrize("timezone", ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "UTC"])
def test_a_rental_gets_a_time_zone_that_fits_its_bookings(mock: Mock, timezone: str) -> None:
    rental = {"id": 16, "name": "Chalet Les Robles", "timezone": timezone}
    stays = [
        a_booking(id=number, conversation=number, start_at=f"+{days}d", end_at=f"+{days + 7}d") for number, days in ((80, 30), (81, 200))
    ]
    api, exchanges = recorded(mock.sandbox(a_scenario(rentals=[rental], bookings=stays)))
    api.get("/bookings")
    again = answering(mock, imported(exchanges))
    stay = {"bookings": [{"start_at": "2031-07-01T16:00:00Z", "end_at": "2031-07-08T10:00:00Z", "booked": True}]}

    made = [caller.post("/rentals/16/bookings", stay).record["start_at_global"] for caller in (api, again)]

    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("body", "lost", "why"),
    [
        (b'{"bookings": [{"id": 1', Lost.CUT, "the end of the body is missing"),
        (None, Lost.RESPONSE_BODY, "the recording holds no body"),
        (b"<html>", Lost.DATE, "the body is no JSON object"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_with_its_place(body: bytes | None, lost: Lost, why: str) -> None:
    whole = an_exchange("/api/v3/bookings", {"bookings": []})
    cut = replace(whole, place=Place("cut.har", 2), response=RecordedResponse(200, (), body), lost=frozenset({lost}))

    found = import_exchanges([whole, cut, cut])

    assert MadeUp("answers", 2, "cut.har, entry 2", f"{why}: what the answer showed is not known") in found.made_up
