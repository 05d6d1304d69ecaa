"""/__admin/sandboxes/{id}: acting as the guest, the channel, staff, and the host in the channel's own app."""

from base64 import b64encode
from typing import Any

import pytest

from builders import a_body, a_booking, a_scenario
from fake import JSON, Answer, Mock, Sandbox
from file_types.made_files import a_png
from inbox_mock.channels import policies

SILENT = {"conversation_delay": "10m", "host_participant": False}


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    """A sandbox without bookings, in which guests book."""
    return mock.sandbox(a_scenario())


def book(sandbox: Sandbox, **changes: Any) -> JSON:
    answer = sandbox.admin.post("/bookings", changes)
    assert answer.status == 201, answer.body
    found: JSON = answer.json["booking"]
    return found


def opened(sandbox: Sandbox, **changes: Any) -> JSON:
    """Book, and return the conversation, which is there at once."""
    booking = book(sandbox, **{"conversation_delay": "0s", "host_participant": False} | changes)
    (conversation_id,) = booking["links"]["conversations"]
    found: JSON = sandbox.api.get(f"/inbox/conversations/{conversation_id}").record
    return found


def refused(answer: Answer, status: int, field: str | None = None) -> None:
    """Assert that the answer is a problem that says what was expected, and where."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]
    if field is not None:
        assert [problem["field"] for problem in answer.errors] == [field]
        assert all(problem["expected"] for problem in answer.errors)


# Booking.


def test_a_booking_is_answered_as_the_api_shows_it(agency: Sandbox) -> None:
    booking = book(agency)

    assert booking == agency.api.get(f"/bookings/{booking['id']}").record
    assert (booking["status"], booking["booked"]) == ("Booked", True)


def test_a_guest_books_on_airbnb_with_nothing_said(agency: Sandbox) -> None:
    booking = book(agency)

    assert booking["links"]["rental"] == 16
    assert (booking["start_at"], booking["end_at"]) == ("2030-07-01T16:00:00Z", "2030-07-08T10:00:00Z")
    assert (booking["created_by_id"], booking["created_by_type"]) == (65, "Doorkeeper::Application")
    assert agency.api.get(f"/sources/{booking['links']['source']}").record["name"] == "Airbnb"


def test_a_guest_books_with_everything_said(agency: Sandbox) -> None:
    guest = {"fullname": "Ada Lindner", "email": "ada@example.com", "phone": "+49 30 901820"}
    stay = {"start_at": "2030-08-01", "end_at": "2030-08-05T11:00:00Z"}

    booking = book(agency, channel="booking-com", rental_id=16, guest=guest, **stay)

    client = agency.api.get(f"/clients/{booking['links']['client']}").record
    assert client["fullname"] == "Ada Lindner"
    assert [email["email"] for email in client["emails"]] == ["ada@example.com"]
    assert [phone["number"] for phone in client["phones"]] == ["+49 30 901820"]
    assert (booking["start_at"], booking["end_at"]) == ("2030-08-01T16:00:00Z", "2030-08-05T11:00:00Z")
    assert booking["created_by_id"] == 66


def test_a_stay_is_in_the_rentals_own_time(agency: Sandbox) -> None:
    booking = book(agency, start_at="2030-08-01", end_at="2030-08-05")

    assert (booking["start_at_global"], booking["end_at_global"]) == ("2030-08-01T14:00:00Z", "2030-08-05T08:00:00Z")


def test_a_time_with_an_offset_is_that_instant(agency: Sandbox) -> None:
    booking = book(agency, start_at="2030-08-01T16:00:00+02:00", end_at="2030-08-05T08:00:00+00:00")

    assert (booking["start_at"], booking["start_at_global"]) == ("2030-08-01T16:00:00Z", "2030-08-01T14:00:00Z")
    assert (booking["end_at"], booking["end_at_global"]) == ("2030-08-05T10:00:00Z", "2030-08-05T08:00:00Z")


def test_a_stay_without_an_end_lasts_a_week_of_the_rentals_days(agency: Sandbox) -> None:
    booking = book(agency, start_at="2030-08-01T23:00:00+00:00")

    assert (booking["start_at"], booking["end_at"]) == ("2030-08-02T01:00:00Z", "2030-08-09T10:00:00Z")


def test_stays_may_overlap(agency: Sandbox) -> None:
    book(agency)

    assert book(agency)["id"] == 2


def test_there_is_no_conversation_until_the_delay_is_over(agency: Sandbox) -> None:
    booking = book(agency, **SILENT)
    assert booking["links"]["conversations"] == []

    agency.advance("599s")
    assert agency.api.get("/inbox/conversations").records == []
    assert agency.api.get(f"/bookings/{booking['id']}").record["updated_at"] == "2030-06-01T12:00:00Z"

    agency.advance("1s")
    (conversation,) = agency.api.get("/inbox/conversations").records
    assert conversation["links"]["bookings"] == [booking["id"]]
    assert conversation["created_at"] == "2030-06-01T12:10:00Z"
    assert agency.api.get(f"/bookings/{booking['id']}").record["updated_at"] == "2030-06-01T12:10:00Z"


@pytest.mark.parametrize("nothing", ["0s", "0m", "PT0S", "0", 0])
def test_without_a_delay_the_conversation_is_there_with_the_booking(agency: Sandbox, nothing: object) -> None:
    booking = book(agency, conversation_delay=nothing)

    (conversation,) = agency.api.get("/inbox/conversations").records
    assert booking["links"]["conversations"] == [conversation["id"]]
    assert [event["kind"] for event in agency.handle.timeline()["past"]] == ["conversation_opened"]


@pytest.mark.parametrize("delay", [600, -1, 0.5, True])
def test_a_number_other_than_0_is_no_delay(agency: Sandbox, delay: object) -> None:
    refused(agency.admin.post("/bookings", {"conversation_delay": delay}), 422, "conversation_delay")


@pytest.mark.parametrize(
    ("channel", "longest", "application"), [("airbnb", "2030-06-01T12:05:00Z", 65), ("booking-com", "2030-06-01T12:10:00Z", 66)]
)
def test_a_channel_takes_its_own_time(agency: Sandbox, channel: str, longest: str, application: int) -> None:
    for _ in range(20):
        book(agency, channel=channel)

    agency.admin.post("/clock/advance", {"until": "idle"})

    conversations = agency.api.get("/inbox/conversations").records
    assert len(conversations) == 20
    assert all("2030-06-01T12:00:05Z" <= c["created_at"] <= longest for c in conversations)
    assert len({c["created_at"] for c in conversations}) > 10
    assert {c["default_channel"] for c in conversations} == {channel}
    assert {c["created_by_id"] for c in conversations} == {application}


def test_a_host_comes_along_sometimes(agency: Sandbox) -> None:
    for _ in range(60):
        book(agency, conversation_delay="0s")

    members = [p["links"]["member"]["type"] for p in agency.api.get("/inbox/participants", per_page=100).records]

    assert members.count("Client") == 60
    assert 6 <= members.count("Host") <= 30


@pytest.mark.parametrize("hosts", [0, 1])
def test_whether_a_host_comes_along_can_be_said(agency: Sandbox, hosts: int) -> None:
    conversation = opened(agency, host_participant=bool(hosts))

    assert len(conversation["links"]["participants"]) == 1 + hosts


def test_travellers_come_as_many_as_wished(agency: Sandbox) -> None:
    conversation = opened(agency, client_participants=3)

    participants = [agency.api.get(f"/inbox/participants/{number}").record for number in conversation["links"]["participants"]]
    assert [participant["links"]["member"]["type"] for participant in participants] == ["Client"] * 3
    assert len({participant["links"]["member"]["id"] for participant in participants}) == 3


def test_a_conversation_may_never_come(agency: Sandbox) -> None:
    book(agency, conversation_delay="never")

    assert agency.advance("365d")["happened"] == []
    assert agency.api.get("/inbox/conversations").records == []


def test_a_direct_booking_has_no_conversation(agency: Sandbox) -> None:
    book(agency, channel="direct")

    assert agency.advance("365d")["happened"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"channel": 5}, "channel"),
        ({"rental_id": 99}, "rental_id"),
        ({"rental_id": "x"}, "rental_id"),
        ({"start_at": "soon"}, "start_at"),
        ({"end_at": "2029-01-01"}, "end_at"),
        ({"start_at": "2030-09-01", "end_at": "2030-08-01"}, "end_at"),
        ({"conversation_delay": "later"}, "conversation_delay"),
        ({"conversation_delay": "4000d"}, "conversation_delay"),
        ({"channel": "direct", "conversation_delay": "10m"}, "conversation_delay"),
        ({"client_participants": 0}, "client_participants"),
        ({"client_participants": 1000}, "client_participants"),
        ({"host_participant": "yes"}, "host_participant"),
        ({"guest": {"fullname": ""}}, "guest.fullname"),
        ({"guest": {"surname": "Lindner"}}, "guest.surname"),
        ({"guest": "Ada"}, "guest"),
        ({"adult": 3}, "adult"),
    ],
)
def test_a_booking_that_cannot_be_is_refused(agency: Sandbox, changes: JSON, field: str) -> None:
    refused(agency.admin.post("/bookings", changes), 422, field)
    assert agency.api.get("/bookings").records == []


def test_an_unknown_channel_is_told_those_that_there_are(agency: Sandbox) -> None:
    answer = agency.admin.post("/bookings", {"channel": "pigeon"})

    assert answer.errors[0]["expected"] == f"one of {', '.join(sorted(policies()))}"


def test_a_rental_belongs_to_its_own_account(mock: Mock) -> None:
    sandbox = mock.sandbox({"accounts": [{"id": 1}, {"id": 2}], "rentals": [{"id": 16, "account": 1}, {"id": 17, "account": 2}]})

    booking = book(sandbox, rental_id=17)

    assert booking["links"]["account"] == 2
    assert sandbox.api.get(f"/bookings/{booking['id']}").status == 404


def test_a_rental_of_another_sandbox_is_unknown(mock: Mock, agency: Sandbox) -> None:
    other = mock.sandbox({"rentals": [{"id": 99}]})
    assert other.admin.post("/bookings", {"rental_id": 99}).status == 201

    refused(agency.admin.post("/bookings", {"rental_id": 99}), 422, "rental_id")


# Cancelling.


def test_a_guest_cancels(inbox: Sandbox) -> None:
    booking = inbox.admin.post("/bookings/80/cancel").json["booking"]

    assert (booking["status"], booking["canceled_at"]) == ("Canceled", "2030-06-01T12:00:00Z")
    assert inbox.api.get("/bookings/80").status == 404
    assert inbox.api.get("/bookings/80", include_canceled="true").record == booking


def test_a_booking_that_was_cancelled_never_gets_its_conversation(agency: Sandbox) -> None:
    booking = book(agency, **SILENT)
    agency.admin.post(f"/bookings/{booking['id']}/cancel")

    agency.advance("1d")

    assert agency.api.get("/inbox/conversations").records == []


def test_a_conversation_outlives_its_booking(inbox: Sandbox) -> None:
    inbox.admin.post("/bookings/80/cancel")

    assert inbox.api.get("/inbox/conversations/11").record["links"]["bookings"] == [80]
    assert inbox.admin.post("/conversations/11/messages", {"content": "Sorry"}).status == 201


def test_a_booking_is_cancelled_once(inbox: Sandbox) -> None:
    inbox.admin.post("/bookings/80/cancel")

    refused(inbox.admin.post("/bookings/80/cancel"), 422, "booking_id")


@pytest.mark.parametrize("path", ["/bookings/99/cancel", "/bookings/x/cancel", "/bookings/99/conversation", "/bookings/-1/conversation"])
def test_an_unknown_booking_is_not_found(inbox: Sandbox, path: str) -> None:
    refused(inbox.admin.post(path), 404)


# The channel.


def test_a_channel_opens_now_what_it_would_open_later(agency: Sandbox) -> None:
    booking = book(agency, conversation_delay="10m", host_participant=True, client_participants=2)

    conversation = agency.admin.post(f"/bookings/{booking['id']}/conversation").json["conversation"]

    assert conversation == agency.api.get("/inbox/conversations").record
    assert conversation["created_at"] == "2030-06-01T12:00:00Z"
    assert len(conversation["links"]["participants"]) == 3
    agency.advance("1d")
    assert len(agency.api.get("/inbox/conversations").records) == 1


def test_a_channel_opens_what_it_never_would(agency: Sandbox) -> None:
    booking = book(agency, conversation_delay="never")

    assert agency.admin.post(f"/bookings/{booking['id']}/conversation").status == 200
    assert len(agency.api.get(f"/bookings/{booking['id']}").record["links"]["conversations"]) == 1


def test_a_channel_never_opens(agency: Sandbox) -> None:
    booking = book(agency, **SILENT)

    answer = agency.admin.post(f"/bookings/{booking['id']}/conversation", {"never": True})

    assert answer.json == {"conversation": None}
    agency.advance("1d")
    assert agency.api.get("/inbox/conversations").records == []


def test_a_conversation_is_opened_once(inbox: Sandbox) -> None:
    refused(inbox.admin.post("/bookings/80/conversation"), 422, "booking_id")
    assert inbox.api.get("/inbox/conversations").ids == [11]


def test_what_is_open_can_no_longer_be_forgotten(inbox: Sandbox) -> None:
    refused(inbox.admin.post("/bookings/80/conversation", {"never": True}), 422, "never")


def test_nothing_is_opened_for_a_cancelled_booking(agency: Sandbox) -> None:
    booking = book(agency, **SILENT)
    agency.admin.post(f"/bookings/{booking['id']}/cancel")

    refused(agency.admin.post(f"/bookings/{booking['id']}/conversation"), 422, "booking_id")


def test_a_direct_booking_has_no_channel_that_opens(agency: Sandbox) -> None:
    booking = book(agency, channel="direct")

    refused(agency.admin.post(f"/bookings/{booking['id']}/conversation"), 422, "booking_id")


def test_a_channel_adds_a_host_later(waiting: Sandbox) -> None:
    participant = waiting.admin.post("/conversations/11/participants", {"host_id": 2}).json["participant"]

    assert participant == waiting.api.get(f"/inbox/participants/{participant['id']}").record
    assert participant["links"]["member"] == {"id": 2, "type": "Host"}


def test_a_host_who_takes_part_is_not_added_twice(inbox: Sandbox) -> None:
    assert inbox.admin.post("/conversations/11/participants", {"host_id": 2}).json["participant"]["id"] == 2
    assert len(inbox.api.get("/inbox/conversations/11").record["links"]["participants"]) == 2


def test_an_unknown_host_cannot_be_added(waiting: Sandbox) -> None:
    refused(waiting.admin.post("/conversations/11/participants", {"host_id": 99}), 422, "host_id")


# Writing.


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


# Staff.


def test_staff_assign_close_reopen_and_mark_as_spam(inbox: Sandbox) -> None:
    changed = inbox.admin.patch("/conversations/11", {"closed": True, "marked_as_spam": True, "assignee_id": 2}).json["conversation"]

    assert changed == inbox.api.get("/inbox/conversations/11").record
    assert (changed["closed_at"], changed["marked_as_spam_at"], changed["links"]["assignee"]) == (inbox.now(), inbox.now(), 2)
    again = inbox.admin.patch("/conversations/11", {"closed": False, "marked_as_spam": False, "assignee_id": None}).json["conversation"]
    assert (again["closed_at"], again["marked_as_spam_at"], again["links"]["assignee"]) == (None, None, None)


def test_only_a_host_is_assigned(inbox: Sandbox) -> None:
    refused(inbox.admin.patch("/conversations/11", {"assignee_id": 99}), 422, "assignee")


# The thread.


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


def test_a_stay_of_which_only_the_beginning_is_said_takes_a_week(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())

    booking = sandbox.admin.post("/bookings", {"rental_id": 16, "start_at": "2031-08-01"}).json["booking"]

    assert (booking["start_at"], booking["end_at"]) == ("2031-08-01T16:00:00Z", "2031-08-08T10:00:00Z")
