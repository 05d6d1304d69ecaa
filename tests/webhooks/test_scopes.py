"""Which application hears of what."""

from collections.abc import Callable
from typing import Any

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from receiver import Receiver, deliveries, subscribe

Uninstall = Callable[[Sandbox, int], None]

TWO_APPLICATIONS = [{"id": 17, "name": "Your application", "client": True}, {"id": 18, "name": "Another"}]
FULL_ONLY = {"adults", "final_price", "created_at", "booked", "notes"}


def with_scopes(mock: Mock, *scopes: str, **more: Any) -> Sandbox:
    """A sandbox whose client's application holds these scopes."""
    applications = [{"id": 17, "name": "Your application", "client": True, "scopes": list(scopes)}]
    participants = [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]
    return mock.sandbox(a_scenario(applications=applications, bookings=[a_booking(adults=5)], participants=participants, **more))


def cause_everything(sandbox: Sandbox) -> None:
    """A client, an inquiry, a booking, a conversation and a message."""
    stay = {"start_at": "2031-06-01", "end_at": "2031-06-08"}
    sandbox.api.post("/clients", a_body("clients", fullname="Halldor Helgason"))
    sandbox.api.post("/rentals/16/inquiries", a_body("inquiries", firstname="Ada", lastname="Lindner", email="ada@example.com", **stay))
    sandbox.api.post("/rentals/16/bookings", a_body("bookings", booked=True, **stay))
    sandbox.api.post("/inbox/messages", a_message())
    sandbox.advance("0s")


@pytest.mark.parametrize(
    ("scope", "heard"),
    [
        ("public", {"booking_created"}),
        ("clients_read", {"booking_created", "client_created"}),
        ("clients_write", {"booking_created", "client_created"}),
        ("inquiries_read", {"booking_created", "inquiry_created"}),
        ("inquiries_write", {"booking_created", "inquiry_created"}),
        ("inquiries_write_owned", {"booking_created", "inquiry_created"}),
        ("inbox_read", {"booking_created", "inbox_message_created", "inbox_conversation_updated"}),
        ("inbox_write", {"booking_created", "inbox_message_created", "inbox_conversation_updated"}),
        ("applications_read", {"booking_created"}),
    ],
)
def test_an_application_hears_what_its_scopes_allow(mock: Mock, receiver: Receiver, scope: str, heard: set[str]) -> None:
    sandbox = with_scopes(mock, scope)
    subscribe(sandbox, receiver.url)

    cause_everything(sandbox)

    assert set(receiver.events) == heard


PUBLIC_TEMPLATES = {f"bookings.{name}" for name in ("account", "rental", "bookings_tags", "rentals_tags", "discount_code_usage")}


def test_without_bookings_read_a_booking_is_told_with_the_templates_of_its_public_view(mock: Mock, receiver: Receiver) -> None:
    sandbox = with_scopes(mock, "inbox_read")
    subscribe(sandbox, receiver.url, "booking_created")

    sandbox.api_with("bookings_write").post(
        "/rentals/16/bookings", a_body("bookings", booked=True, start_at="2031-06-01", end_at="2031-06-08")
    )
    sandbox.advance("0s")

    assert set(receiver.received[0].json["resource"]["links"]) == PUBLIC_TEMPLATES


def test_without_bookings_read_a_booking_is_told_in_its_public_view(mock: Mock, receiver: Receiver) -> None:
    sandbox = with_scopes(mock, "inbox_read")
    subscribe(sandbox, receiver.url, "booking_updated", "booking_destroyed")

    sandbox.admin.post("/bookings/80/cancel")
    sandbox.advance("0s")

    booking = receiver.last.json["resource"]["booking"]
    assert FULL_ONLY.isdisjoint(booking)
    assert "client" not in booking["links"]
    assert booking.keys() >= {"id", "start_at", "end_at", "status", "updated_at", "reference"}


@pytest.mark.parametrize("scope", ["bookings_read", "bookings_write"])
def test_with_the_scope_a_booking_is_told_in_full(mock: Mock, receiver: Receiver, scope: str) -> None:
    sandbox = with_scopes(mock, scope)
    subscribe(sandbox, receiver.url, "booking_destroyed")

    sandbox.admin.post("/bookings/80/cancel")
    sandbox.advance("0s")

    assert receiver.last.json["resource"]["booking"].keys() >= FULL_ONLY


def test_an_application_that_is_not_installed_hears_nothing(mock: Mock, receiver: Receiver) -> None:
    accounts = [{"id": 1}, {"id": 2}]
    elsewhere = [{"id": 17, "name": "Your application", "client": True, "accounts": [2]}]
    rentals = [{"id": 16, "account": 1}]
    sandbox = mock.sandbox({"accounts": accounts, "applications": elsewhere, "rentals": rentals})
    subscribe(sandbox, receiver.url)

    sandbox.admin.post("/bookings", {"rental_id": 16})
    sandbox.advance("0s")

    assert deliveries(sandbox) == []


def test_only_the_application_that_is_uninstalled_hears_of_it(mock: Mock, receiver: Receiver, uninstall: Uninstall) -> None:
    sandbox = mock.sandbox(a_scenario(applications=TWO_APPLICATIONS))
    subscribe(sandbox, receiver.url, "accounts_application_destroyed", application_id=17)
    heard = subscribe(sandbox, receiver.url, "accounts_application_destroyed", application_id=18)

    uninstall(sandbox, 18)

    assert [delivery["webhook_id"] for delivery in deliveries(sandbox)] == [heard["id"]]


def test_an_uninstalled_application_hears_nothing_more(mock: Mock, receiver: Receiver, uninstall: Uninstall) -> None:
    sandbox = mock.sandbox(a_scenario(applications=TWO_APPLICATIONS))
    subscribe(sandbox, receiver.url)
    uninstall(sandbox, 17)

    sandbox.admin.post("/bookings", {})
    sandbox.advance("0s")
    uninstall(sandbox, 18)

    assert receiver.events == ["accounts_application_destroyed"]


def test_an_application_is_uninstalled_once(mock: Mock, receiver: Receiver, uninstall: Uninstall) -> None:
    sandbox = mock.sandbox(a_scenario())
    subscribe(sandbox, receiver.url)

    uninstall(sandbox, 17)
    uninstall(sandbox, 17)

    assert receiver.events == ["accounts_application_destroyed"]


def test_a_webhook_of_another_application_is_signed_with_its_own_secret(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(a_scenario(applications=TWO_APPLICATIONS))

    assert subscribe(sandbox, receiver.url, application_id=18)["secret"] == sandbox.application("Another")["client_secret"]
