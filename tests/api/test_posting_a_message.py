"""POST /inbox/messages."""

import pytest

from builders import a_message, without
from fake import Sandbox

URL = "/inbox/messages"


def test_a_host_message_is_answered_with_the_stored_message(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message())

    assert answer.status == 201
    assert answer.record["content"] == "You can arrive from four o'clock."
    assert answer.record["links"]["conversation"] == 11
    assert answer.record["links"]["sender"] == 2
    assert answer.headers["Location"] == f"{inbox.transport.root}/api/v3/inbox/messages/{answer.record['id']}"


def test_a_posted_message_is_read_back(inbox: Sandbox) -> None:
    posted = inbox.api.post(URL, a_message())

    assert inbox.api.get(f"{URL}/{posted.record['id']}").record == posted.record


def test_the_conversation_and_its_sender_move_with_a_new_message(inbox: Sandbox) -> None:
    inbox.advance("1m")

    inbox.api.post(URL, a_message(sent_at="2030-06-01T12:01:00Z"))

    assert inbox.api.get("/inbox/conversations/11").record["last_message_at"] == "2030-06-01T12:01:00Z"
    assert inbox.api.get("/inbox/conversations/11").record["updated_at"] == "2030-06-01T12:01:00Z"
    assert inbox.api.get("/inbox/participants/2").record["last_message_sent_at"] == "2030-06-01T12:01:00Z"


@pytest.mark.parametrize("attribute", ["content", "origin", "visibility", "sent_at", "conversation_id", "sender_id"])
def test_a_required_attribute_cannot_be_left_out(inbox: Sandbox, attribute: str) -> None:
    answer = inbox.api.post(URL, without(a_message(), attribute))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": "can't be blank"}]


@pytest.mark.parametrize(("attribute", "value"), [("origin", "pigeon"), ("visibility", "all"), ("channel", "fax")])
def test_a_word_outside_the_enumeration_is_refused(inbox: Sandbox, attribute: str, value: str) -> None:
    answer = inbox.api.post(URL, a_message(**{attribute: value}))

    assert answer.status == 422
    assert {"code": "validation_failed", "field": attribute, "title": "is not included in the list"} in answer.errors


def test_an_internal_note_has_no_channel(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message(visibility="internal", channel="airbnb"))

    assert answer.status == 422
    assert answer.errors[0]["field"] == "visibility"


def test_a_client_cannot_write_an_internal_note(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message(sender_id=1, visibility="internal", channel=None))

    assert answer.status == 422
    assert answer.errors[0]["field"] == "visibility"


def test_a_host_can_write_an_internal_note(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message(visibility="internal", channel=None))

    assert answer.status == 201


def test_an_unknown_sender_is_blank(inbox: Sandbox) -> None:
    answer = inbox.api.post(URL, a_message(sender_id=999))

    assert answer.errors == [{"code": "validation_failed", "field": "sender", "title": "can't be blank"}]


def test_a_refused_message_leaves_no_trace(inbox: Sandbox) -> None:
    before = inbox.api.get("/inbox/conversations/11").record

    inbox.api.post(URL, a_message(attachment_ids=[999]))

    assert inbox.api.get(URL).records == []
    assert inbox.api.get("/inbox/conversations/11").record == before
