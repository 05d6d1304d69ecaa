"""The default scenario: an agency whose inbox shows what an integrator will meet."""

from typing import Any

import pytest

from builders import START
from fake import Answer, Mock, Sandbox

JSON = dict[str, Any]

WAITING = 80
CLEMENTINA = 37


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    return mock.sandbox("agency")


def booking(agency: Sandbox, booking_id: int) -> JSON:
    return agency.api.get(f"/bookings/{booking_id}", include_canceled="true").record


def bookings(agency: Sandbox) -> list[JSON]:
    return agency.api.get("/bookings?from=2000-01-01&include_canceled=true").records


def conversations(agency: Sandbox) -> list[JSON]:
    return agency.api.get("/inbox/conversations", include="messages,participants").records


def conversation_of(agency: Sandbox, booking_id: int) -> JSON:
    (found,) = (record for record in conversations(agency) if booking_id in record["links"]["bookings"])
    return found


def members(conversation: JSON) -> list[str]:
    return [participant["links"]["member"]["type"] for participant in conversation["participants"]]


def told(agency: Sandbox) -> list[tuple[list[str], list[str]]]:
    return [(members(found), [message["content"] for message in found["messages"]]) for found in conversations(agency)]


def fetched(agency: Sandbox, url: str) -> Answer:
    return agency.transport.send("GET", url.removeprefix(agency.transport.root), {}, None)


def attachment(agency: Sandbox, name: str) -> JSON:
    (found,) = (record for record in agency.api.get("/inbox/attachments").records if record["name"] == name)
    return found


def test_it_is_the_scenario_of_a_sandbox_that_asks_for_none(mock: Mock) -> None:
    assert mock.admin.post("/sandboxes").json["scenario"] == "agency"


@pytest.mark.parametrize(
    "name", ["address1", "zip", "lat", "lng", "sleeps", "sleeps_max", "summary", "description", "website_url", "base_rate"]
)
def test_each_rental_has_what_a_page_about_it_shows(agency: Sandbox, name: str) -> None:
    rentals = agency.api.get("/rentals").records

    assert [rental["position"] for rental in rentals] == [1, 2, 3, 4, 5]
    assert all(rental[name] for rental in rentals)


def test_it_holds_one_account(agency: Sandbox) -> None:
    account = agency.api.get("/accounts").record

    assert (account["id"], account["business_name"]) == (1, "Super Awesome Villas")


def test_it_fits_on_one_page_of_each_list(agency: Sandbox) -> None:
    lists = ("/inbox/conversations", "/inbox/messages", "/inbox/participants", "/bookings", "/clients", "/inquiries")

    assert {path: agency.api.get(path).meta["X-Total-Pages"] for path in lists} == dict.fromkeys(lists, "1")


@pytest.mark.parametrize(
    ("booking_id", "local", "instant"),
    [(WAITING, "2030-07-01T16:00:00Z", "2030-07-01T14:00:00Z"), (79, "2030-06-26T15:00:00Z", "2030-06-26T19:00:00Z")],
    ids=["Paris", "New York"],
)
def test_its_rentals_keep_the_time_of_two_zones(agency: Sandbox, booking_id: int, local: str, instant: str) -> None:
    record = booking(agency, booking_id)

    assert (record["start_at"], record["start_at_global"]) == (local, instant)


def test_bookings_come_from_both_channels_and_the_website(agency: Sandbox) -> None:
    names = {source["id"]: source["name"] for source in agency.api.get("/sources").records}

    used = {names[record["links"]["source"]] for record in bookings(agency) if record["links"]["source"] is not None}

    assert used == {"Airbnb", "Booking.com", "Website"}


def test_two_guests_are_there_now(agency: Sandbox) -> None:
    staying = [record["id"] for record in bookings(agency) if record["start_at_global"] <= START < record["end_at_global"]]

    assert sorted(staying) == [62, 63]


def test_some_stays_are_over(agency: Sandbox) -> None:
    assert sorted(record["id"] for record in bookings(agency) if record["end_at_global"] < START) == [58, 59, 60, 61]


def test_bookings_are_booked_tentative_unavailable_and_cancelled(agency: Sandbox) -> None:
    assert {record["status"] for record in bookings(agency)} == {"Booked", "Tentative", "Unavailable", "Canceled"}


def test_the_newest_booking_still_waits_for_its_conversation(agency: Sandbox) -> None:
    record = booking(agency, WAITING)

    assert record["created_at"] == START
    assert record["links"]["rental"] == 16
    assert record["links"]["client"] == CLEMENTINA
    assert record["links"]["conversations"] == []


def test_the_waiting_booking_has_none_a_second_too_early(agency: Sandbox) -> None:
    agency.advance("599s")

    assert booking(agency, WAITING)["links"]["conversations"] == []


def test_the_waiting_booking_gets_its_conversation_after_ten_minutes(agency: Sandbox) -> None:
    agency.advance("10m")

    opened = conversation_of(agency, WAITING)
    assert booking(agency, WAITING)["links"]["conversations"] == [opened["id"]]
    assert opened["default_channel"] == "airbnb"
    assert [participant["links"]["member"] for participant in opened["participants"]] == [{"id": CLEMENTINA, "type": "Client"}]


def test_every_other_booking_of_a_channel_has_its_conversation_but_one_cancelled_too_soon(agency: Sandbox) -> None:
    from_channels = [record for record in bookings(agency) if record["created_by_id"] in {65, 66}]

    assert [record["id"] for record in from_channels if not record["links"]["conversations"]] == [WAITING, 77]


def test_a_booking_cancelled_while_it_waited_never_gets_a_conversation(agency: Sandbox) -> None:
    agency.advance("1d")

    assert booking(agency, 77)["links"]["conversations"] == []


def test_cancelled_bookings_are_deleted_ids_of_a_synchronisation(agency: Sandbox) -> None:
    assert agency.api.get("/bookings", updated_since="2030-05-01T00:00:00Z").meta["deleted_ids"] == [68, 69, 76, 77]


def test_only_what_was_cancelled_since_is_deleted(agency: Sandbox) -> None:
    assert agency.api.get("/bookings", updated_since="2030-05-31T00:00:00Z").meta["deleted_ids"] == [77]


def test_one_conversation_is_closed(agency: Sandbox) -> None:
    (closed,) = (record for record in conversations(agency) if record["closed_at"] is not None)

    assert closed["links"]["bookings"] == [58]
    assert closed["links"]["assignee"] == 2


def test_one_conversation_is_spam(agency: Sandbox) -> None:
    (spam,) = (record for record in conversations(agency) if record["marked_as_spam_at"] is not None)

    assert spam["links"]["bookings"] == [68]


def test_one_conversation_was_made_by_the_clients_own_application(agency: Sandbox) -> None:
    (own,) = (record for record in conversations(agency) if record["links"]["created_by"] == {"id": 17, "type": "Doorkeeper::Application"})

    assert own["links"]["bookings"] == [71]
    assert own["default_channel"] == "email"
    assert members(own) == ["Client", "Host"]


def test_a_guest_waits_for_an_answer_where_no_host_takes_part(agency: Sandbox) -> None:
    alone = conversation_of(agency, 72)

    assert members(alone) == ["Client"]
    assert len(alone["messages"]) == 1
    assert alone["deadline_response_at"] < START


def test_one_conversation_has_two_client_participants(agency: Sandbox) -> None:
    assert members(conversation_of(agency, 67)) == ["Client", "Client", "Host"]


def test_one_conversation_has_no_message_yet(agency: Sandbox) -> None:
    silent = conversation_of(agency, 70)

    assert silent["messages"] == []
    assert silent["last_message_at"] is None


def test_one_conversation_is_read_and_another_is_not(agency: Sandbox) -> None:
    assert conversation_of(agency, 64)["read_at"] == conversation_of(agency, 64)["last_message_at"]
    assert conversation_of(agency, 79)["read_at"] is None


def test_a_question_came_in_after_a_conversation_was_read(agency: Sandbox) -> None:
    conversation = conversation_of(agency, 66)

    assert conversation["read_at"] < conversation["last_message_at"]


def test_hosts_leave_notes_for_each_other(agency: Sandbox) -> None:
    notes = [message for message in agency.api.get("/inbox/messages").records if message["visibility"] == "internal"]

    assert len(notes) >= 3
    assert {note["channel"] for note in notes} == {None}


def test_one_answer_went_to_no_channel(agency: Sandbox) -> None:
    stray = [m for m in conversation_of(agency, 74)["messages"] if m["visibility"] == "external" and m["channel"] is None]

    assert [message["origin"] for message in stray] == ["bookingsync_inbox"]


@pytest.mark.parametrize(("booking_id", "word"), [(65, "Bonjour"), (64, "¡Hola!")], ids=["French", "Spanish"])
def test_some_guests_write_in_their_own_language(agency: Sandbox, booking_id: int, word: str) -> None:
    assert word in conversation_of(agency, booking_id)["messages"][0]["content"]


def test_every_thread_is_told_in_the_order_in_which_it_was_written(agency: Sandbox) -> None:
    assert conversations(agency)
    for conversation in conversations(agency):
        sent = [message["sent_at"] for message in conversation["messages"]]
        assert sent == sorted(set(sent))
        assert conversation["last_message_at"] == (sent[-1] if sent else None)


@pytest.mark.parametrize(
    ("name", "content_type", "beginning"),
    [
        ("IMG_0412.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("floor-plan.png", "image/png", b"\x89PNG"),
        ("Where to park.png", "image/png", b"\x89PNG"),
        ("House rules.pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_an_attachment_is_served_from_its_url(agency: Sandbox, name: str, content_type: str, beginning: bytes) -> None:
    record = attachment(agency, name)

    answer = fetched(agency, record["url"])

    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type == record["file_content_type"]
    assert answer.body.startswith(beginning)
    assert len(answer.body) == record["file_size"] < 20_000


@pytest.mark.parametrize(
    ("name", "size"), [("IMG_0412.jpg", (640, 480)), ("floor-plan.png", (840, 600)), ("House rules.pdf", (None, None))]
)
def test_pictures_have_a_size_and_other_files_none(agency: Sandbox, name: str, size: tuple[int | None, int | None]) -> None:
    record = attachment(agency, name)

    assert (record["image_width"], record["image_height"]) == size


def test_a_guest_sent_a_picture(agency: Sandbox) -> None:
    (message_id,) = attachment(agency, "IMG_0412.jpg")["links"]["messages"]

    assert agency.api.get(f"/inbox/messages/{message_id}").record["origin"] == "airbnb_message"


def test_hosts_sent_the_same_file_to_two_guests(agency: Sandbox) -> None:
    first, second = attachment(agency, "House rules.pdf")["links"]["messages"]

    sent = agency.api.get(f"/inbox/messages/{first},{second}").records
    assert {message["origin"] for message in sent} == {"bookingsync_inbox"}
    assert sent[0]["links"]["conversation"] != sent[1]["links"]["conversation"]


def test_one_attachment_is_uploaded_and_not_sent(agency: Sandbox) -> None:
    assert attachment(agency, "Where to park.png")["links"]["messages"] == []


def test_one_inquiry_became_a_booking(agency: Sandbox) -> None:
    became = {record["id"]: record["links"]["booking"] for record in agency.api.get("/inquiries").records}

    assert became == {31: 71, 32: None, 33: None}
    assert booking(agency, 71)["links"]["inquiry"] == 31
    assert agency.api.get("/inquiries/31").record["created_at"] < booking(agency, 71)["created_at"]


def test_hosts_stand_for_users_but_one(agency: Sandbox) -> None:
    assert {host["id"]: host["links"]["user"] for host in agency.api.get("/hosts").records} == {2: 2, 3: 3, 4: None}


@pytest.mark.parametrize("path", ["/clients", "/hosts", "/inquiries", "/accounts"])
def test_every_address_is_an_example(agency: Sandbox, path: str) -> None:
    records = agency.api.get(path).records

    given = [record.get("email") for record in records] + [entry["email"] for record in records for entry in record.get("emails", [])]
    assert all(address.endswith("example.com") for address in given if address is not None)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_same_inbox_with_any_seed(mock: Mock, seed: int) -> None:
    assert told(mock.sandbox("agency", seed=seed)) == told(mock.sandbox("agency", seed=7))


def test_it_is_right_under_a_running_clock(mock: Mock) -> None:
    agency = mock.sandbox("agency", clock={"mode": "real"})

    now = agency.now()
    staying = [record["id"] for record in bookings(agency) if record["start_at_global"] <= now < record["end_at_global"]]

    assert {62, 63} <= set(staying)
    assert booking(agency, WAITING)["links"]["conversations"] == []
    assert len(conversations(agency)) == 17
