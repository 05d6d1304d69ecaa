"""/inbox/conversations."""

import pytest

from builders import START, a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox

URL = "/inbox/conversations"
ONE = f"{URL}/11"
OPENED = "2030-06-01T10:10:00Z"


def test_a_conversation_that_a_channel_opened(inbox: Sandbox) -> None:
    answer = inbox.api.get(ONE)

    assert answer.status == 200
    assert answer.record == {
        "links": {
            "account": 1,
            "assignee": None,
            "source": 1,
            "bookings": [80],
            "inquiries": [],
            "messages": [],
            "participants": [1, 2],
            "created_by": {"id": 65, "type": "Doorkeeper::Application"},
        },
        "id": 11,
        "default_channel": "airbnb",
        "subject": None,
        "deadline_response_at": None,
        "closed_at": None,
        "marked_as_spam_at": None,
        "last_message_at": None,
        "read_at": None,
        "created_by_id": 65,
        "created_by_type": "Doorkeeper::Application",
        "created_at": OPENED,
        "updated_at": OPENED,
    }


def test_conversations_are_listed_by_id(inbox: Sandbox) -> None:
    inbox.api.post(URL, a_body("conversations"))
    inbox.api.post(URL, a_body("conversations"))
    inbox.api.put(ONE, a_body("conversations", closed=True))

    assert inbox.api.get(URL).ids == [11, 12, 13]


def test_a_conversation_needs_nothing_and_has_no_channel(inbox: Sandbox) -> None:
    made = inbox.api.post(URL, a_body("conversations"))

    assert made.status == 201
    assert made.headers["Location"] == f"{inbox.transport.root}/api/v3{URL}/{made.record['id']}"
    assert made.record["default_channel"] is None
    assert made.record["links"]["bookings"] == made.record["links"]["participants"] == []
    assert made.record["links"]["created_by"] == {"id": 17, "type": "Doorkeeper::Application"}
    assert made.record["created_at"] == made.record["updated_at"] == START
    assert made.meta == {}


def test_a_conversation_is_made_with_what_was_written(inbox: Sandbox) -> None:
    written = {
        "subject": "Arrival",
        "default_channel": "email",
        "source_id": 1,
        "assignee_id": 2,
        "deadline_response_at": "2030-06-02 12:00:00 UTC",
    }

    made = inbox.api.post(URL, a_body("conversations", **written)).record

    assert (made["subject"], made["default_channel"]) == ("Arrival", "email")
    assert (made["links"]["source"], made["links"]["assignee"]) == (1, 2)
    assert made["deadline_response_at"] == "2030-06-02T12:00:00Z"
    assert inbox.api.get(f"{URL}/{made['id']}").record == made


@pytest.mark.parametrize("attribute", ["source_id", "assignee_id", "closed", "marked_as_spam"])
def test_what_is_written_only_is_not_shown_as_an_attribute(inbox: Sandbox, attribute: str) -> None:
    assert attribute not in inbox.api.get(ONE).record


@pytest.mark.parametrize(
    "read_only", [{"last_message_at": "2018-12-20T14:25:57Z"}, {"created_by_id": 65}, {"read_at": START}, {"id": 99}, {"colour": "red"}]
)
def test_read_only_and_unknown_attributes_are_ignored(inbox: Sandbox, read_only: dict[str, object]) -> None:
    made = inbox.api.post(URL, a_body("conversations", **read_only))

    assert made.status == 201
    assert (made.record["id"], made.record["last_message_at"], made.record["created_by_id"], made.record["read_at"]) == (12, None, 17, None)


@pytest.mark.parametrize("channel", ["airbnb", "homeaway", "email", "booking-com", "vrbo", "expedia"])
def test_every_channel_can_be_the_default(mock: Mock, channel: str) -> None:
    made = mock.sandbox().api.post(URL, a_body("conversations", default_channel=channel))

    assert made.record["default_channel"] == channel


def test_no_other_channel_can(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_body("conversations", default_channel="channelname"))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "default_channel", "title": "is not included in the list"}]


@pytest.mark.parametrize("flag", ["closed", "marked_as_spam"])
def test_a_flag_sets_its_time_and_takes_it_back(inbox: Sandbox, flag: str) -> None:
    inbox.advance("1m")

    set_ = inbox.api.put(ONE, a_body("conversations", **{flag: True}))
    cleared = inbox.api.put(ONE, a_body("conversations", **{flag: "false"}))

    assert set_.status == 200
    assert set_.record[f"{flag}_at"] == set_.record["updated_at"] == "2030-06-01T12:01:00Z"
    assert set_.meta == {}
    assert cleared.record[f"{flag}_at"] is None


def test_staff_assign_a_host_and_take_the_conversation_back(inbox: Sandbox) -> None:
    assert inbox.api.put(ONE, a_body("conversations", closed=True, assignee_id=2)).record["links"]["assignee"] == 2
    assert inbox.api.put(ONE, a_body("conversations", assignee_id=None)).record["links"]["assignee"] is None


def test_an_update_leaves_the_rest_alone(inbox: Sandbox) -> None:
    before = inbox.api.get(ONE).record

    after = inbox.api.put(ONE, a_body("conversations", subject="New", source_id=2, deadline_response_at=START, closed_at=START)).record

    assert after == before | {"updated_at": START}


@pytest.mark.parametrize(("attribute", "field"), [("assignee_id", "assignee"), ("source_id", "source")])
def test_a_reference_to_nobody_is_blank(inbox: Sandbox, attribute: str, field: str) -> None:
    answer = inbox.api.post(URL, a_body("conversations", **{attribute: 999}))

    assert answer.errors == [{"code": "validation_failed", "field": field, "title": "can't be blank"}]


def test_a_refused_update_changes_nothing(inbox: Sandbox) -> None:
    before = inbox.api.get(ONE).record

    assert inbox.api.put(ONE, a_body("conversations", closed=True, assignee_id=999)).status == 422
    assert inbox.api.get(ONE).record == before


def test_what_the_hosts_have_read_is_when_the_last_of_them_read_it(inbox: Sandbox) -> None:
    inbox.advance("1m")
    inbox.api.put("/inbox/participants/2", a_body("participants", read=True))
    inbox.advance("1m")
    inbox.api.put("/inbox/participants/1", a_body("participants", read=True))

    assert inbox.api.get(ONE).record["read_at"] == "2030-06-01T12:01:00Z"


def test_reading_does_not_move_updated_at_as_in_the_documentations_sample(inbox: Sandbox) -> None:
    before = inbox.api.get(ONE).record["updated_at"]
    inbox.advance("1m")
    inbox.api.put("/inbox/participants/2", a_body("participants", read=True))

    after = inbox.api.get(ONE).record
    assert (after["updated_at"], after["read_at"]) == (before, "2030-06-01T12:01:00Z")
    assert inbox.api.get("/inbox/conversations", updated_since=inbox.now()).ids == []


def test_a_guest_has_a_day_to_be_answered_and_a_host_answers(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(sender_id=1, origin="airbnb_message"))
    asked = inbox.api.get(ONE).record
    inbox.api.post("/inbox/messages", a_message())

    assert asked["deadline_response_at"] == "2030-06-02T12:00:00Z"
    assert inbox.api.get(ONE).record["deadline_response_at"] is None


def test_last_message_at_is_the_latest_sending_even_if_posted_before_another(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(sent_at="2030-06-01T11:59:00Z"))
    inbox.api.post("/inbox/messages", a_message(sent_at="2030-06-01T11:00:00Z"))

    assert inbox.api.get(ONE).record["last_message_at"] == "2030-06-01T11:59:00Z"


@pytest.mark.parametrize("path", [f"{URL}/99", f"{URL}/0", f"{URL}/x", f"{URL}/98,99"])
def test_a_conversation_that_is_not_there_is_not_found(inbox: Sandbox, path: str) -> None:
    answer = inbox.api.get(path)

    assert answer.status == 404
    assert answer.errors == [{"code": "not_found"}]


def test_another_accounts_conversation_is_not_found(mock: Mock) -> None:
    accounts = [{"id": 1}, {"id": 2}]
    sandbox = mock.sandbox(a_scenario(accounts=accounts, bookings=[a_booking()]))
    stranger = sandbox.api_with("inbox_write", account_id=2)

    assert stranger.get(URL).ids == []
    assert stranger.get(ONE).status == 404
    assert stranger.put(ONE, a_body("conversations", closed=True)).status == 404
    assert sandbox.api.get(ONE).record["closed_at"] is None


def test_conversations_are_never_deleted(inbox: Sandbox) -> None:
    assert inbox.api.delete(ONE).status == 405


def test_a_client_that_makes_its_own_conversation_does_not_disturb_the_channel(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-1m", conversation=1)]))

    made = sandbox.api.post(URL, a_body("conversations"))
    sandbox.advance("10m")

    assert made.record["id"] == 1
    assert sandbox.api.get("/bookings/80").record["links"]["conversations"] == [2]
