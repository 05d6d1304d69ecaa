"""What /bookings shows of a booking: in full, and from the outside."""

import pytest

from api.bookings.stays import PUBLIC, STAY, URL, a_stay
from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox
from whole import ALWAYS_EMPTY


def test_a_booking_made_on_a_channel(inbox: Sandbox) -> None:
    booking = inbox.api.get(f"{URL}/80").record

    assert booking["links"] == {
        "account": 1,
        "rental": 16,
        "client": 1,
        "inquiry": None,
        "source": 1,
        "conversations": [11],
        **ALWAYS_EMPTY,
    }
    assert (booking["status"], booking["booked"], booking["unavailable"], booking["tentative_expires_at"]) == ("Booked", True, False, None)
    assert (booking["start_at"], booking["end_at"]) == ("2030-07-01T16:00:00Z", "2030-07-08T10:00:00Z")
    assert (booking["locked"], booking["owned_by_app"]) == ("doorkeeper/application-65", False)
    assert (booking["created_by_id"], booking["created_by_type"]) == (65, "Doorkeeper::Application")
    assert (booking["created_at"], booking["updated_at"], booking["canceled_at"]) == ("2030-06-01T10:00:00Z", "2030-06-01T10:10:00Z", None)


@pytest.mark.parametrize(("channel", "imported"), [("airbnb", True), ("booking-com", True), ("direct", False)])
def test_a_booking_of_a_channel_is_imported(mock: Mock, channel: str, imported: object) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(channel=channel)]))

    assert sandbox.api.get(f"{URL}/80").record["imported"] is imported


def test_a_booking_has_neither_payments_nor_requests_for_a_review(inbox: Sandbox) -> None:
    booking = inbox.api.get(f"{URL}/80").record

    assert (booking["bookings_payments_count"], booking["review_requests_count"], booking["payment_url"]) == (0, 0, None)


def test_the_sample_has_no_template_for_conversations(inbox: Sandbox) -> None:
    links = inbox.api.get(URL).json["links"]

    assert "bookings.conversations" not in links
    assert links["bookings.client"] == f"{inbox.transport.root}/api/v3/clients/{{bookings.client}}"


@pytest.mark.parametrize("scope", ["public", "bookings_write_owned"])
def test_without_a_read_scope_a_booking_shows_its_outside(listed: Sandbox, scope: str) -> None:
    booking = listed.api_with(scope).get(f"{URL}/3").record

    assert booking.keys() == PUBLIC
    assert booking["links"] == {"account": 1, "rental": 17, "bookings_tags": [], "rentals_tags": [], "discount_code_usage": None}


def test_the_maker_of_a_booking_sees_all_of_it(listed: Sandbox) -> None:
    owner = listed.api_with("bookings_write_owned")

    made = owner.post("/rentals/16/bookings", a_body("bookings", **STAY, notes="No smoking."))

    assert made.record["notes"] == "No smoking."
    assert {b["id"]: b.keys() == PUBLIC for b in owner.get(URL).records} == {6: True, 4: True, 8: False, 2: True, 3: True, 7: True}


def test_another_accounts_booking_is_not_found(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], bookings=[a_booking()]))
    stranger = sandbox.api_with("bookings_write", account_id=2)

    assert [stranger.call(method, f"{URL}/80", a_body("bookings")).status for method in ("GET", "PUT", "DELETE")] == [404] * 3
    assert stranger.post("/rentals/16/bookings", a_body("bookings", **STAY)).status == 404


def test_client_credentials_see_the_outside_of_all_accounts_bookings(mock: Mock) -> None:
    rentals = [{"id": 16}, {"id": 17, "account": 2}]
    bookings = [a_stay(1, 16, "+1d", "+2d"), a_stay(2, 17, "+1d", "+2d"), a_stay(3, 17, "+3d", "+4d", canceled_at="-1h")]
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], rentals=rentals, bookings=bookings))
    application = sandbox.application("Your application")
    form = f"grant_type=client_credentials&client_id={application['client_id']}&client_secret={application['client_secret']}".encode()
    answer = sandbox.transport.send("POST", "/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}, form)
    caller = type(sandbox.api)(sandbox.transport, answer.json["access_token"])

    assert caller.get(URL).ids == [1, 2]
    assert caller.get(URL).records[0].keys() == PUBLIC
    assert caller.get(URL, updated_since="2030-06-01").meta["deleted_ids"] == [3]
