"""A guest cancels through the admin API."""

import pytest

from admin.acting.acts import SILENT, book, refused
from fake import Sandbox


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
