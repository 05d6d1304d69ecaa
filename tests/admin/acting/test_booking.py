"""A guest books through the admin API."""

from typing import Any

import pytest

from admin.acting.acts import SILENT, book, refused
from builders import a_scenario
from fake import JSON, Mock, Sandbox
from inbox_mock.channels import policies


def opened(sandbox: Sandbox, **changes: Any) -> JSON:
    """Book, and return the conversation, which is there at once."""
    booking = book(sandbox, **{"conversation_delay": "0s", "host_participant": False} | changes)
    (conversation_id,) = booking["links"]["conversations"]
    found: JSON = sandbox.api.get(f"/inbox/conversations/{conversation_id}").record
    return found


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


def test_a_stay_of_which_only_the_beginning_is_said_takes_a_week(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())

    booking = sandbox.admin.post("/bookings", {"rental_id": 16, "start_at": "2031-08-01"}).json["booking"]

    assert (booking["start_at"], booking["end_at"]) == ("2031-08-01T16:00:00Z", "2031-08-08T10:00:00Z")
