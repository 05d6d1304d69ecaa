"""A page that shifts between two requests."""

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_booking, a_scenario
from fake import Mock, Sandbox
from faulty import set_fault, the_fault
from whole import all_of, pages

HOSTS = "/hosts"


def crowded(mock: Mock, hosts: int = 6) -> Sandbox:
    several = [{"id": number, "firstname": "Jan", "lastname": f"Kowalski {number}", "user": 2} for number in range(1, hosts + 1)]
    return mock.sandbox(a_scenario(hosts=several))


def test_the_last_record_of_the_page_before_comes_again(mock: Mock) -> None:
    sandbox = crowded(mock)
    set_fault(sandbox, "page_shift", match={"path": HOSTS}, times=1)

    found = [page.ids for page in pages(sandbox.api, HOSTS, per_page=2)]

    assert found == [[1, 2], [2, 3], [4, 5], [6]]


def test_a_walk_that_began_stays_shifted_and_the_next_does_not(mock: Mock) -> None:
    sandbox = crowded(mock)
    set_fault(sandbox, "page_shift", times=1)
    list(pages(sandbox.api, HOSTS, per_page=2))

    found = [page.ids for page in pages(sandbox.api, HOSTS, per_page=2)]

    assert found == [[1, 2], [3, 4], [5, 6]]
    assert the_fault(sandbox)["struck"] == 1


def test_a_page_that_is_asked_for_again_is_the_same(mock: Mock) -> None:
    sandbox = crowded(mock)
    set_fault(sandbox, "page_shift", times=1)

    again = [sandbox.api.get(HOSTS, per_page=2, page=page).ids for page in (1, 2, 2, 3)]

    assert again == [[1, 2], [2, 3], [2, 3], [4, 5]]


def test_several_ids_in_the_path_shift_too(mock: Mock) -> None:
    sandbox = crowded(mock)
    set_fault(sandbox, "page_shift", records=2)

    found = [page.ids for page in pages(sandbox.api, f"{HOSTS}/1,2,3,4,5", per_page=2)]

    assert found == [[1, 2], [1, 2], [3, 4], [5]]


@pytest.fixture(scope="module")
def crowd(app: Flask) -> Sandbox:
    from fake import InProcess

    return crowded(Mock(InProcess(app)), 17)


@settings(max_examples=40)
@given(per_page=st.integers(1, 9), records=st.integers(1, 30), share=st.floats(0.1, 1))
def test_whoever_follows_next_misses_no_record(crowd: Sandbox, per_page: int, records: int, share: float) -> None:
    fault = set_fault(crowd, "page_shift", records=records, match={"share": share})

    found = {host["id"] for host in all_of(crowd.api, HOSTS, per_page=per_page)}

    crowd.admin.delete(f"/faults/{fault['id']}")
    assert found == set(range(1, 18))


def test_bookings_shift_in_their_own_order(mock: Mock) -> None:
    bookings = [a_booking(id=80 + n, conversation=11 + n, start_at=f"+{30 + 10 * n}d", end_at=f"+{35 + 10 * n}d") for n in range(3)]
    sandbox = mock.sandbox(a_scenario(bookings=bookings))
    set_fault(sandbox, "page_shift")

    assert [page.ids for page in pages(sandbox.api, "/bookings", per_page=1)] == [[80], [80], [81], [82]]
