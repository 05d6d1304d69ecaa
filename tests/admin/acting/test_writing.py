"""Guests, hosts and staff write and attach; staff assign and close."""

from base64 import b64encode

import pytest

from admin.acting.acts import refused
from builders import a_body, a_booking, a_scenario
from fake import JSON, Mock, Sandbox
from file_types.made_files import a_png


@pytest.mark.parametrize(
    ("who", "member", "origin"),
    [("guest", "Client", "airbnb_message"), ("staff", "Host", "bookingsync_inbox"), ("host", "Host", "airbnb_message")],
)
def test_everybody_writes_as_somebody_who_takes_part(waiting: Sandbox, who: str, member: str, origin: str) -> None:
    message = waiting.admin.post("/conversations/11/messages", {"from": who, "content": "Hello"}).json["message"]

    assert message == waiting.api.get(f"/inbox/messages/{message['id']}").record
    sender = waiting.api.get(f"/inbox/participants/{message['links']['sender']}").record
    assert (sender["links"]["member"]["type"], message["origin"], message["sent_at"]) == (member, origin, "2030-06-01T12:00:00Z")


def test_staff_are_a_user(inbox: Sandbox) -> None:
    message = inbox.admin.post("/conversations/11/messages", {"from": "staff", "content": "Hello"}).json["message"]

    assert message["links"]["created_by"] == {"id": 2, "type": "User"}


def test_staff_write_notes_among_hosts(inbox: Sandbox) -> None:
    note = {"from": "staff", "content": "Hello", "internal": True}
    message = inbox.admin.post("/conversations/11/messages", note).json["message"]

    assert (message["visibility"], message["channel"]) == ("internal", None)


def test_staff_may_forget_the_channel(inbox: Sandbox) -> None:
    answer = inbox.admin.post("/conversations/11/messages", {"from": "staff", "content": "Hello", "channel": None})

    assert answer.json["message"]["channel"] is None
    assert answer.json["why"] == ["not relayed: channel is null, and the conversation's default_channel is airbnb"]


def test_a_guest_attaches(inbox: Sandbox) -> None:
    attachment = inbox.api.post("/inbox/attachments", a_body("attachments", name="a.txt", file="YQ==")).record["id"]

    message = inbox.admin.post("/conversations/11/messages", {"content": "Look", "attachments": [attachment]}).json["message"]

    assert message["links"]["attachments"] == [attachment]


@pytest.mark.parametrize("writer", ["guest", "staff", "host"])
def test_whoever_writes_uploads_files_with_the_message(inbox: Sandbox, writer: str) -> None:
    files = [{"name": "key.png", "file": b64encode(a_png(3, 2)).decode()}, {"file": "SGVsbG8="}]

    message = inbox.admin.post("/conversations/11/messages", {"from": writer, "content": "Look", "files": files}).json["message"]

    picture, text = (inbox.api.get(f"/inbox/attachments/{number}").record for number in message["links"]["attachments"])
    assert (picture["name"], picture["file_content_type"], picture["image_width"]) == ("key.png", "image/png", 3)
    assert (text["file_content_type"], text["file_size"]) == ("text/plain", 5)


def test_both_sides_show_what_is_attached_and_where_it_is(inbox: Sandbox) -> None:
    files = [{"name": "key.png", "file": b64encode(a_png(3, 2)).decode()}]
    inbox.admin.post("/conversations/11/messages", {"content": "Look", "files": files})

    (seen,) = inbox.admin.get("/inbox/11").json["messages"]
    (sent,) = inbox.handle.thread(11)

    (attached,) = seen["attachments"]
    assert sent["attachments"] == [attached]
    assert attached == {
        "id": 1,
        "name": "key.png",
        "file_content_type": "image/png",
        "file_size": len(a_png(3, 2)),
        "image_width": 3,
        "image_height": 2,
        "url": inbox.api.get("/inbox/attachments/1").record["url"],
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": 5}, "content"),
        ({"content": "Hello", "from": "channel"}, "from"),
        ({"content": "Hello", "attachments": [99]}, "attachments"),
        ({"content": "Hello", "attachments": 99}, "attachments"),
        ({"content": "Hello", "files": [{"name": "a.txt"}]}, "files.0"),
        ({"content": "Hello", "files": [{"file": "???"}]}, "files.0.file"),
        ({"content": "Hello", "files": [{"file": "SGVsbG8="}, {"file": "SGVsbG8="}, {"file": "???"}]}, "files.2.file"),
        ({"content": "Hello", "files": [{"file": "SGVsbG8="}, {"file": ""}]}, "files.1.file"),
        ({"content": "Hello", "files": [{"file": "SGVsbG8="}] * 21}, "files"),
        ({"content": "Hello", "from": "staff", "host_id": 99}, "host_id"),
        ({"content": "Hello", "from": "staff", "channel": "pigeon"}, "channel"),
    ],
)
def test_what_cannot_be_written_is_refused(inbox: Sandbox, body: JSON, field: str) -> None:
    refused(inbox.admin.post("/conversations/11/messages", body), 422, field)
    assert inbox.api.get("/inbox/messages").records == []


@pytest.mark.parametrize("path", ["/conversations/99/messages", "/conversations/99/participants"])
def test_an_unknown_conversation_is_not_found(inbox: Sandbox, path: str) -> None:
    refused(inbox.admin.post(path, {"content": "Hello"} if path.endswith("messages") else {"host_id": 2}), 404)


def test_a_host_cannot_write_on_a_channel_that_there_is_not(inbox: Sandbox) -> None:
    made = inbox.api.post("/inbox/conversations", a_body("conversations", subject="Mine")).record["id"]

    refused(inbox.admin.post(f"/conversations/{made}/messages", {"from": "host", "content": "Hello"}), 422, "from")
    refused(inbox.admin.post(f"/conversations/{made}/messages", {"from": "guest", "content": "Hello"}), 422, "from")


def test_staff_assign_close_reopen_and_mark_as_spam(inbox: Sandbox) -> None:
    changed = inbox.admin.patch("/conversations/11", {"closed": True, "marked_as_spam": True, "assignee_id": 2}).json["conversation"]

    assert changed == inbox.api.get("/inbox/conversations/11").record
    assert (changed["closed_at"], changed["marked_as_spam_at"], changed["links"]["assignee"]) == (inbox.now(), inbox.now(), 2)
    again = inbox.admin.patch("/conversations/11", {"closed": False, "marked_as_spam": False, "assignee_id": None}).json["conversation"]
    assert (again["closed_at"], again["marked_as_spam_at"], again["links"]["assignee"]) == (None, None, None)


def test_only_a_host_is_assigned(inbox: Sandbox) -> None:
    refused(inbox.admin.patch("/conversations/11", {"assignee_id": 99}), 422, "assignee_id")


def test_a_conversation_that_no_channel_has_has_no_thread(inbox: Sandbox) -> None:
    made = inbox.api.post("/inbox/conversations", a_body("conversations", default_channel="airbnb")).record["id"]

    refused(inbox.admin.get(f"/conversations/{made}/thread"), 404)
    refused(inbox.admin.get("/conversations/99/thread"), 404)


def test_acting_is_not_counted_and_not_journaled(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"content": "Hello"})

    assert inbox.admin.get("/journal").json["entries"] == []


def test_acting_costs_nothing_of_the_rate_limit(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], rate_limit=1))
    sandbox.admin.post("/conversations/11/messages", {"content": "Hello"})

    assert sandbox.api.get("/inbox/messages").status == 200
