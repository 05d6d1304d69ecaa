"""/inbox/messages, apart from posting one."""

import pytest

from builders import START, a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox

URL = "/inbox/messages"
LATER = "2030-06-01T12:05:00Z"


@pytest.fixture
def posted(inbox: Sandbox) -> Sandbox:
    """A sandbox with a message (1) of jan's and three attachments (1, 2, 3); five minutes later."""
    inbox.api.post(URL, a_message())
    for name in ("map.txt", "key.txt", "menu.txt"):
        inbox.api.post("/inbox/attachments", a_body("attachments", name=name, file="SGVsbG8K"))
    inbox.advance("5m")
    return inbox


def test_a_message(posted: Sandbox) -> None:
    assert posted.api.get(f"{URL}/1").record == {
        "links": {
            "account": 1,
            "attachments": [],
            "conversation": 11,
            "sender": 2,
            "created_by": {"id": 17, "type": "Doorkeeper::Application"},
        },
        "id": 1,
        "content": "You can arrive from four o'clock.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": "airbnb",
        "sent_at": START,
        "created_by_id": 17,
        "created_by_type": "Doorkeeper::Application",
        "created_at": START,
        "updated_at": START,
    }


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("content", "At five."), ("origin", "email"), ("channel", None), ("channel", "email"), ("sent_at", "2030-06-01T11:00:00Z")],
)
def test_an_edit_changes_what_it_names(posted: Sandbox, attribute: str, value: object) -> None:
    before = posted.api.get(f"{URL}/1").record

    edited = posted.api.put(f"{URL}/1", a_body("messages", **{attribute: value}))

    assert edited.status == 200
    assert edited.meta == {}
    assert edited.record == before | {attribute: value, "updated_at": LATER}


def test_an_edit_does_not_move_the_conversation(posted: Sandbox) -> None:
    before = posted.api.get("/inbox/conversations/11").record

    posted.api.put(f"{URL}/1", a_body("messages", content="At five."))

    assert posted.api.get("/inbox/conversations/11").record == before


def test_a_message_stays_with_its_sender_and_its_conversation(posted: Sandbox) -> None:
    edited = posted.api.put(f"{URL}/1", a_body("messages", conversation_id=99, sender_id=1, content="At five."))

    assert edited.status == 200
    assert (edited.record["links"]["conversation"], edited.record["links"]["sender"]) == (11, 2)


@pytest.mark.parametrize(
    ("attribute", "value", "title"),
    [
        ("content", "", "can't be blank"),
        ("content", None, "can't be blank"),
        ("origin", "pigeon", "is not included in the list"),
        ("visibility", "all", "is not included in the list"),
        ("channel", "fax", "is not included in the list"),
        ("sent_at", "yesterday", "is invalid"),
    ],
)
def test_an_edit_keeps_to_the_constraints(posted: Sandbox, attribute: str, value: object, title: str) -> None:
    answer = posted.api.put(f"{URL}/1", a_body("messages", **{attribute: value}))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": title}]


def test_a_message_with_a_channel_cannot_become_internal(posted: Sandbox) -> None:
    refused = posted.api.put(f"{URL}/1", a_body("messages", visibility="internal"))
    accepted = posted.api.put(f"{URL}/1", a_body("messages", visibility="internal", channel=None))

    assert (refused.status, refused.errors[0]["field"]) == (422, "visibility")
    assert (accepted.status, accepted.record["visibility"]) == (200, "internal")


def test_a_guests_message_cannot_become_internal(posted: Sandbox) -> None:
    asked = posted.api.post(URL, a_message(sender_id=1, origin="airbnb_message")).record

    answer = posted.api.put(f"{URL}/{asked['id']}", a_body("messages", visibility="internal", channel=None))

    assert (answer.status, answer.errors[0]["field"]) == (422, "visibility")


def test_a_sender_takes_part_in_the_conversation(mock: Mock) -> None:
    other = a_booking(id=81, start_at="+60d", end_at="+67d", conversation=12, host_participant=True)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), other]))
    stranger = sandbox.api.get("/inbox/conversations/12").record["links"]["participants"][-1]

    answer = sandbox.api.post(URL, a_message(sender_id=stranger))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "sender", "title": "is invalid"}]


def test_an_unknown_conversation_is_blank(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message(conversation_id=999))

    assert answer.errors == [{"code": "validation_failed", "field": "conversation", "title": "can't be blank"}]


def test_attachments_come_in_the_order_in_which_they_were_named(posted: Sandbox) -> None:
    made = posted.api.post(URL, a_message(attachment_ids=[3, 1]))

    assert made.record["links"]["attachments"] == [3, 1]
    assert "attachment_ids" not in made.record
    assert posted.api.get("/inbox/attachments/3").record["links"]["messages"] == [made.record["id"]]


@pytest.mark.parametrize(("ids", "left"), [([2, 3], [2, 3]), ([], []), ([1, "3"], [1, 3]), ([2, 2], [2])])
def test_attachment_ids_replace_all_attachments(posted: Sandbox, ids: list[object], left: list[int]) -> None:
    posted.api.put(f"{URL}/1", a_body("messages", attachment_ids=[1]))

    answer = posted.api.put(f"{URL}/1", a_body("messages", attachment_ids=ids))

    assert answer.record["links"]["attachments"] == left


def test_an_edit_that_names_no_attachments_keeps_them(posted: Sandbox) -> None:
    posted.api.put(f"{URL}/1", a_body("messages", attachment_ids=[1]))

    assert posted.api.put(f"{URL}/1", a_body("messages", content="At five.")).record["links"]["attachments"] == [1]


def test_an_unknown_attachment_refuses_the_whole_edit(posted: Sandbox) -> None:
    before = posted.api.get(f"{URL}/1").record

    answer = posted.api.put(f"{URL}/1", a_body("messages", content="At five.", attachment_ids=[1, 999]))

    assert answer.status == 422
    assert answer.errors[0]["title"] == "can't be blank"
    assert posted.api.get(f"{URL}/1").record == before


def test_add_attachment_adds_one_and_answers_the_message(posted: Sandbox) -> None:
    posted.api.put(f"{URL}/1", a_body("messages", attachment_ids=[2]))

    answer = posted.api.put(f"{URL}/1/add_attachment", {"attachments": [{"id": 1}]})

    assert answer.status == 200
    assert answer.record["id"] == 1
    assert answer.record["links"]["attachments"] == [2, 1]


def test_add_attachment_twice_adds_it_once(posted: Sandbox) -> None:
    for _ in range(2):
        answer = posted.api.put(f"{URL}/1/add_attachment", {"attachments": [{"id": 1}]})

        assert answer.status == 200
        assert answer.record["links"]["attachments"] == [1]


def test_add_attachment_does_not_move_updated_at(posted: Sandbox) -> None:
    answer = posted.api.put(f"{URL}/1/add_attachment", {"attachments": [{"id": 1}]})

    assert answer.record["updated_at"] == START


@pytest.mark.parametrize(("message", "attachment"), [(999, 1), (1, 999), (1, None)])
def test_add_attachment_finds_no_stranger(posted: Sandbox, message: int, attachment: object) -> None:
    answer = posted.api.put(f"{URL}/{message}/add_attachment", {"attachments": [{"id": attachment}]})

    assert answer.status == 404


def test_add_attachment_wants_an_attachment(posted: Sandbox) -> None:
    assert posted.api.put(f"{URL}/1/add_attachment", {"messages": [{"id": 1}]}).status == 400


def test_a_message_that_is_not_there_is_not_found(posted: Sandbox) -> None:
    assert posted.api.get(f"{URL}/99").status == 404
    assert posted.api.put(f"{URL}/99", a_body("messages", content="At five.")).status == 404


def test_messages_are_never_deleted(posted: Sandbox) -> None:
    assert posted.api.delete(f"{URL}/1").status == 405


def test_a_long_message_in_any_script_is_kept_as_it_is(inbox: Sandbox) -> None:
    content = "Grüße \N{WAVING HAND SIGN} \u202e\u0623\u0647\u0644\u0627 \t\n" * 5_000

    assert inbox.api.post(URL, a_message(content=content)).record["content"] == content


def test_the_sender_is_included_with_links_of_its_own(posted: Sandbox) -> None:
    message = posted.api.get(URL, include="sender,hosts").record

    assert message["links"]["sender"] == message["sender"]["id"] == 2
    assert message["sender"]["links"]["member"] == {"id": 2, "type": "Host"}
    assert "hosts" not in message
