"""The list of /bookings: what lies ahead, and its filters."""

from typing import Any

import pytest

from api.bookings.stays import URL, a_stay
from builders import a_scenario
from fake import Mock, Sandbox


@pytest.mark.parametrize("scope", ["public", "bookings_read", "bookings_write", "bookings_write_owned"])
def test_the_list_is_what_lies_ahead_by_rental_and_then_by_arrival(listed: Sandbox, scope: str) -> None:
    assert listed.api_with(scope).get(URL).ids == [6, 4, 2, 3, 7]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"from": "2030-05-20"}, [6, 4, 1, 2, 3, 7]),
        ({"from": "20300520"}, [6, 4, 1, 2, 3, 7]),
        ({"from": "2030-07-05T00:00:00Z"}, [4, 3, 7]),
        ({"from": "2030-07-05 00:00:00 UTC"}, [4, 3, 7]),
        ({"from": "whenever"}, [6, 4, 2, 3, 7]),
        ({"until": "2030-07-01"}, [6, 2]),
        ({"until": "2030-07-01T16:00:01Z"}, [6, 2, 3]),
        ({"from": "2030-06-25", "until": "2030-07-20"}, [6, 3, 7]),
        ({"months": "1"}, [6, 2]),
        ({"months": "2"}, [6, 4, 2, 3, 7]),
        ({"from": "2030-05-20", "months": "1"}, [1, 2]),
        ({"months": "soon"}, [6, 4, 2, 3, 7]),
        ({"status": "booked"}, [4, 2, 3]),
        ({"status": "tentative"}, [6]),
        ({"status": "unavailable,tentative"}, [6, 7]),
        ({"status": ""}, [6, 4, 2, 3, 7]),
        ({"include_canceled": "true"}, [5, 6, 4, 2, 3, 7]),
        ({"include_canceled": "false"}, [6, 4, 2, 3, 7]),
        ({"rental_id": "16"}, [6, 4]),
        ({"rental_id": "16,17"}, [6, 4, 2, 3, 7]),
        ({"rental_id": "99"}, []),
        ({"client_id": "37"}, [2]),
        ({"client_id": "37,38"}, [2, 3]),
        ({"client_id": "37", "include_canceled": "true"}, [5, 2]),
        ({"ids": "7,4,5"}, [4, 7]),
        ({"updated_since": "2030-06-01T10:00:00Z"}, [4]),
        ({"colour": "red"}, [6, 4, 2, 3, 7]),
    ],
)
def test_a_filter_narrows_or_widens_the_list(listed: Sandbox, query: dict[str, Any], ids: list[int]) -> None:
    answer = listed.api.get(URL, **query)

    assert answer.status == 200
    assert answer.ids == ids
    assert answer.headers["X-Total-Count"] == str(len(ids))


@pytest.mark.parametrize("scope", ["public", "bookings_write_owned"])
@pytest.mark.parametrize(
    ("query", "ids"),
    [({"from": "2030-05-20"}, [6, 4, 2, 3, 7]), ({"from": "2030-07-05"}, [4, 3, 7]), ({"include_canceled": "true"}, [6, 4, 2, 3, 7])],
)
def test_without_a_read_scope_nothing_past_or_cancelled_shows(listed: Sandbox, scope: str, query: dict[str, Any], ids: list[int]) -> None:
    assert listed.api_with(scope).get(URL, **query).ids == ids


def test_cancelled_bookings_are_deleted_ids(listed: Sandbox) -> None:
    early, late = (listed.api.get(URL, updated_since=f"2030-06-01T1{hour}:00:00Z").meta["deleted_ids"] for hour in (0, 2))

    assert (early, late) == ([5], [])


def test_what_lies_ahead_is_told_by_true_instants(mock: Mock) -> None:
    sandbox = mock.sandbox(
        a_scenario(
            rentals=[{"id": 1, "timezone": "Pacific/Honolulu"}, {"id": 2, "timezone": "Pacific/Auckland"}],
            bookings=[a_stay(1, 1, "2030-05-25", "2030-06-01T10:00:00Z"), a_stay(2, 2, "2030-05-25", "2030-06-01T20:00:00Z")],
        )
    )

    assert sandbox.api.get(URL).ids == [1]
    assert sandbox.api_with("public").get(f"{URL}/2").status == 404


def test_the_list_shrinks_as_time_goes_by(listed: Sandbox) -> None:
    listed.advance("3d")

    assert listed.api.get(URL).ids == [6, 4, 3, 7]
    assert listed.api.get(f"{URL}/2").status == 200
