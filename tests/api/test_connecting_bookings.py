"""PUT /inbox/conversations/:id/connect_booking and disconnect_booking."""

import pytest

from builders import START, a_booking, a_scenario
from fake import Mock, Sandbox

ONE = "/inbox/conversations/11"
OPENED = "2030-06-01T10:10:00Z"
DIRECT = {"id": 81, "rental": 16, "start_at": "+60d", "end_at": "+67d", "created_at": "-2h"}


@pytest.fixture
def two(mock: Mock) -> Sandbox:
    """A sandbox with a second booking (81), which no conversation speaks of."""
    return mock.sandbox(a_scenario(bookings=[a_booking(), DIRECT]))


def test_a_connected_booking_is_in_the_conversation_and_the_conversation_in_it(two: Sandbox) -> None:
    answer = two.api.put(f"{ONE}/connect_booking", {"bookings": [{"id": 81}]})

    assert answer.status == 200
    assert answer.meta == {}
    assert answer.record["id"] == 11
    assert answer.record["links"]["bookings"] == [80, 81]
    assert two.api.get("/bookings/81").record["links"]["conversations"] == [11]


def test_a_disconnected_booking_is_out_of_it(two: Sandbox) -> None:
    answer = two.api.put(f"{ONE}/disconnect_booking", {"bookings": [{"id": 80}]})

    assert answer.status == 200
    assert answer.record["links"]["bookings"] == []
    assert two.api.get("/bookings/80").record["links"]["conversations"] == []


@pytest.mark.parametrize(("action", "booking", "left"), [("connect_booking", 80, [80]), ("disconnect_booking", 81, [80])])
def test_what_is_so_already_stays_so(two: Sandbox, action: str, booking: int, left: list[int]) -> None:
    for _ in range(2):
        answer = two.api.put(f"{ONE}/{action}", {"bookings": [{"id": booking}]})

        assert answer.status == 200
        assert answer.record["links"]["bookings"] == left


@pytest.mark.parametrize("action", ["connect_booking", "disconnect_booking"])
@pytest.mark.parametrize(("conversation", "booking"), [(11, 999), (999, 80), (11, "x"), (11, None)])
def test_what_is_not_there_is_not_found(two: Sandbox, action: str, conversation: int, booking: object) -> None:
    answer = two.api.put(f"/inbox/conversations/{conversation}/{action}", {"bookings": [{"id": booking}]})

    assert answer.status == 404
    assert answer.errors == [{"code": "not_found"}]


def test_another_accounts_booking_is_not_found(mock: Mock) -> None:
    rentals = [{"id": 16}, {"id": 17, "account": 2}]
    booking = {"id": 90, "rental": 17, "start_at": "+1d", "end_at": "+2d"}
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], rentals=rentals, bookings=[a_booking(), booking]))

    assert sandbox.api.put(f"{ONE}/connect_booking", {"bookings": [{"id": 90}]}).status == 404


@pytest.mark.parametrize("body", [{"conversations": [{"id": 81}]}, {"bookings": []}, {"bookings": {"id": 81}}, []])
def test_the_body_names_one_booking(two: Sandbox, body: object) -> None:
    assert two.api.put(f"{ONE}/connect_booking", body).status == 400
    assert two.api.get(ONE).record["links"]["bookings"] == [80]


@pytest.mark.parametrize(("action", "booking"), [("connect_booking", 81), ("disconnect_booking", 80)])
def test_neither_updated_at_moves(two: Sandbox, action: str, booking: int) -> None:
    answer = two.api.put(f"{ONE}/{action}", {"bookings": [{"id": booking}]})

    assert answer.record["updated_at"] == OPENED
    assert two.api.get(f"/bookings/{booking}").record["updated_at"] != START


@pytest.mark.parametrize("action", ["connect_booking", "disconnect_booking"])
def test_updated_at_moves_where_a_scenario_assumes_so(mock: Mock, action: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], assume={"connect_moves_updated_at": True}))

    answer = sandbox.api.put(f"{ONE}/{action}", {"bookings": [{"id": 80}]})

    assert answer.record["updated_at"] == START


def test_connecting_takes_inbox_write(two: Sandbox) -> None:
    assert two.api_with("inbox_read", "bookings_write").put(f"{ONE}/connect_booking", {"bookings": [{"id": 81}]}).status == 403
