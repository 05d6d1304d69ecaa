"""A channel opens a conversation now, or never, or adds a host."""

from admin.acting.acts import SILENT, book, refused
from fake import Sandbox


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
