"""Shipped scenarios of guests, stays and accounts."""

from fake import Mock
from receiver import Receiver
from scenarios.library.seen import BOOKING, CONVERSATIONS, MESSAGES, PARTICIPANTS, heard


def test_guest_forgotten(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-forgotten")

    sandbox.advance("10m")

    client = sandbox.api.get("/clients/37").record
    assert client["forget_me_at"] == client["updated_at"] == "2030-06-01T12:10:00Z"
    assert (client["emails"], client["phones"], client["notes"]) == ([], [], None)
    assert "Clementina" not in sandbox.api.get("/clients").body.decode()
    assert sandbox.api.get(PARTICIPANTS).records[0]["links"]["member"] == {"id": 37, "type": "Client"}


def test_inquiry_became_booking(mock: Mock) -> None:
    api = mock.sandbox("inquiry-became-booking").api

    inquiry = api.get("/inquiries/31").record["links"]

    assert (inquiry["booking"], inquiry["conversation"]) == (80, 12)
    assert api.get(BOOKING).record["links"]["inquiry"] == 31
    assert api.get(f"{CONVERSATIONS}/12").record["links"]["inquiries"] == [31]
    assert api.get(MESSAGES).records[0]["origin"] == "inquiry"


def test_three_accounts(mock: Mock) -> None:
    sandbox = mock.sandbox("three-accounts")

    callers = [mock.caller(account["token"]) for account in sandbox.made["accounts"]]

    assert [caller.get(CONVERSATIONS).ids for caller in callers] == [[11], [12], [13]]
    assert callers[0].get(f"{CONVERSATIONS}/12").status == 404


def test_application_uninstalled(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "application-uninstalled", receiver)

    before = sandbox.api.get(CONVERSATIONS).status
    sandbox.advance("15m")
    after = sandbox.api.get(CONVERSATIONS)

    assert (before, after.status) == (200, 401)
    assert "The access token was revoked" in after.headers["WWW-Authenticate"]
    assert receiver.events == ["accounts_application_destroyed"]


def test_dst_stay(mock: Mock) -> None:
    booking = mock.sandbox("dst-stay").api.get(BOOKING).record

    assert (booking["start_at"], booking["end_at"]) == ("2030-10-26T16:00:00Z", "2030-10-28T10:00:00Z")
    assert (booking["start_at_global"], booking["end_at_global"]) == ("2030-10-26T14:00:00Z", "2030-10-28T09:00:00Z")


def test_back_to_back(mock: Mock) -> None:
    api = mock.sandbox("back-to-back").api

    first, second = api.get("/bookings").records

    assert first["end_at"][:10] == second["start_at"][:10]
    assert first["links"]["client"] == second["links"]["client"] == 37
    assert (first["links"]["conversations"], second["links"]["conversations"]) == ([11], [12])


def test_booking_moved(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "booking-moved", receiver)

    before = sandbox.api.get(BOOKING).record
    sandbox.advance("10m")
    after = sandbox.api.get(BOOKING).record

    assert (before["start_at"], after["start_at"]) == ("2030-07-01T16:00:00Z", "2030-07-31T16:00:00Z")
    assert (after["start_at_global"], after["updated_at"]) == ("2030-07-31T14:00:00Z", "2030-06-01T12:10:00Z")
    assert (after["reference"], after["links"]) == (before["reference"], before["links"])
    assert [payload["resource"]["booking"]["end_at"] for payload in receiver.of("booking_updated")] == ["2030-08-07T10:00:00Z"]
