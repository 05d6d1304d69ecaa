"""What is believed, against what is true."""

from copy import deepcopy
from typing import Any

import pytest

from inbox_contracts.consumer.beliefs import malformed, mismatches

TRUE: dict[str, Any] = {
    "bookings": [{"id": 80, "conversation_ids": [11]}, {"id": 81, "conversation_ids": []}],
    "conversations": [
        {
            "id": 11,
            "booking_ids": [80],
            "closed": False,
            "participants": [{"id": 1, "member_type": "Client", "member_id": 5}, {"id": 2, "member_type": "Host", "member_id": 2}],
            "messages": [{"id": 3, "sender_id": 1, "content": "Hello"}],
        }
    ],
}


def believing(**changes: Any) -> dict[str, Any]:
    belief = deepcopy(TRUE)
    belief["conversations"][0].update(changes)
    return belief


def abouts(belief: dict[str, Any]) -> list[str]:
    return [found.about for found in mismatches(belief, TRUE)]


def test_the_truth_in_any_order_differs_in_nothing() -> None:
    belief = deepcopy(TRUE)
    belief["bookings"].reverse()
    belief["conversations"][0]["participants"].reverse()
    assert malformed(belief) is None
    assert abouts(belief) == []


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"closed": True}, "it believes that conversation 11 is closed, and it is open"),
        ({"booking_ids": []}, "it believes that conversation 11 has no booking, and it has booking 80"),
        ({"messages": []}, "it does not know message 3 in conversation 11"),
        (
            {"messages": [{"id": 3, "sender_id": 1, "content": "Hallo"}]},
            "it believes that content of message 3 is 'Hallo', and it is 'Hello' in conversation 11",
        ),
    ],
)
def test_a_difference_is_a_sentence(changes: dict[str, Any], about: str) -> None:
    assert abouts(believing(**changes)) == [about]


def test_what_is_told_twice_is_a_difference() -> None:
    belief = deepcopy(TRUE)
    belief["bookings"].append(belief["bookings"][0])
    assert abouts(belief) == ["it names booking 80 more than once"]


@pytest.mark.parametrize(
    ("belief", "wrong"),
    [
        ({}, "there is no bookings; expected a list"),
        ({"bookings": None, "conversations": []}, "bookings is null; expected a list"),
        ({"bookings": [{"a": None, "b": [True]}], "conversations": []}, "bookings[0] has no id"),
        ({"bookings": {"a": None, "b": [True]}, "conversations": []}, 'bookings is {"a": null, "b": [true]}; expected a list'),
        ({"bookings": {}, "conversations": []}, "bookings is {}; expected a list"),
        ({"bookings": [{"id": "80", "conversation_ids": []}], "conversations": []}, "bookings[0].id is '80'; expected a whole number"),
        ({"bookings": [{"id": 80}], "conversations": []}, "bookings[0] has no conversation_ids"),
        ({"bookings": [7], "conversations": []}, "bookings[0] is 7; expected an object"),
        (believing(closed="no"), "conversations[0].closed is 'no'; expected true or false"),
        (
            believing(messages=[{"id": True, "sender_id": 1, "content": ""}]),
            "conversations[0].messages[0].id is true; expected a whole number",
        ),
    ],
)
def test_a_malformed_belief_is_told_by_its_place(belief: dict[str, Any], wrong: str) -> None:
    assert malformed(belief) == wrong
