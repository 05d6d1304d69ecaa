"""What others did during a recording comes again at its time, with the webhooks that tell of it."""

from dataclasses import replace
from typing import Any

from builders import a_booking, a_scenario
from fake import Caller, Mock, Sandbox
from importing.recorded import recorded
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings import Exchange
from inbox_mock.resources.privacy import EVERYTHING

PATHS = ("/inbox/conversations", "/inbox/messages", "/inbox/participants", "/clients", "/bookings?include_canceled=true")


def looks(api: Caller) -> list[Any]:
    return [api.get(path).records for path in PATHS]


def again(mock: Mock, exchanges: list[Exchange]) -> Sandbox:
    return mock.sandbox(import_exchanges(exchanges, keep=EVERYTHING).scenario)


def test_what_a_guest_writes_and_staff_change_comes_at_its_time(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("10m")
    sandbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "May we bring our dog?"})
    sandbox.advance("5m")
    sandbox.admin.call("PATCH", "/conversations/11", {"closed": True})
    sandbox.advance("5m")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("20m")
    assert looks(repeated.api) == after


def test_a_booking_that_comes_with_its_guest_and_its_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("1h")
    sandbox.admin.post("/bookings", {"channel": "airbnb", "conversation_delay": "0s", "guest": {"fullname": "Clementina Kling"}})
    sandbox.advance("1h")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("2h")
    assert looks(repeated.api) == after


def test_a_booking_that_is_cancelled(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    before = looks(api)
    sandbox.advance("1h")
    sandbox.admin.post("/bookings/80/cancel")
    after = looks(api)

    repeated = again(mock, exchanges)

    assert looks(repeated.api) == before
    repeated.advance("1h")
    assert looks(repeated.api) == after


def test_a_booking_that_a_list_says_to_be_deleted_is_cancelled(mock: Mock) -> None:
    cancelled = a_booking(created_at="-2h", canceled_at="-1h")
    api, exchanges = recorded(mock.sandbox(a_scenario(bookings=[cancelled])))
    shown = api.get("/bookings", updated_since="2030-06-01T10:30:00Z")
    assert shown.meta["deleted_ids"] == [80]

    repeated = again(mock, exchanges).api.get("/bookings", updated_since="2030-06-01T10:30:00Z")

    assert (repeated.meta["deleted_ids"], repeated.ids) == ([80], shown.ids)


def test_a_booking_that_was_shown_and_then_said_to_be_deleted_is_cancelled_later(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")]))
    api, exchanges = recorded(sandbox)
    before = api.get("/bookings").ids
    sandbox.advance("1h")
    sandbox.admin.post("/bookings/80/cancel")
    api.get("/bookings", updated_since="2030-06-01T12:30:00Z")

    repeated = again(mock, exchanges)

    assert repeated.api.get("/bookings").ids == before == [80]
    repeated.advance("1h")
    assert repeated.api.get("/bookings").ids == []


def test_what_the_client_made_without_being_told_is_left_to_it(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario()))
    api.post("/inbox/conversations", {"conversations": [{"subject": "Arrival"}]})
    exchanges[0] = replace(exchanges[0], response=None)
    api.get("/inbox/conversations")

    found = import_exchanges(exchanges)

    assert found.own == {("conversations", 1)}
    assert "conversations" not in found.scenario["records"]


def test_a_conversation_that_a_host_has_read_stays_read(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox("agency"))
    shown = [one for one in api.get("/inbox/conversations").records if one["read_at"]]
    assert shown

    repeated = {one["id"]: one for one in again(mock, exchanges).api.get("/inbox/conversations").records}

    assert [repeated[one["id"]]["read_at"] for one in shown] == [one["read_at"] for one in shown]
