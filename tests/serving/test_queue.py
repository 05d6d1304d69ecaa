"""Requests that wait: what comes first, and that nobody waits for ever."""

import pytest

from inbox_mock.serving.queue import MOST_IN_A_ROW, Queue


def queue(*waiting: str) -> Queue[str]:
    """A queue in which texts wait; those in capitals come first."""
    made = Queue(str.isupper)
    made.put(waiting)
    return made


def taken(made: Queue[str]) -> str:
    return "".join(made.take() for _ in range(len(made)))


def test_who_came_first_is_taken_first() -> None:
    assert taken(queue("a", "b", "c")) == "abc"


def test_those_that_come_first_are_taken_before_the_others() -> None:
    assert taken(queue("a", "b", "X", "Y", "Z")) == "XYZab"


def test_nobody_waits_for_those_that_come_first_to_end() -> None:
    first = "Z" * 3 * MOST_IN_A_ROW
    assert taken(queue("a", "b", *first)) == f"{'Z' * MOST_IN_A_ROW}a{'Z' * MOST_IN_A_ROW}b{'Z' * MOST_IN_A_ROW}"


def test_one_that_comes_after_many_of_those_that_come_first_waits_no_longer() -> None:
    made = queue(*"Z" * (MOST_IN_A_ROW + 3))
    for _ in range(MOST_IN_A_ROW + 2):
        made.take()
    made.put(["a"])
    assert taken(made) == "aZ"


def test_nothing_is_taken_from_an_empty_one() -> None:
    with pytest.raises(IndexError):
        queue().take()


def test_one_of_a_kind_is_taken_before_others_that_came_first() -> None:
    made: Queue[object] = Queue(lambda one: one != "a")
    made.put(["a", "X", 1, "Y", 2])

    assert [made.take(int), made.take(int)] == [1, 2]
    assert not made.has(int)
    with pytest.raises(IndexError):
        made.take(int)
    assert [made.take(), made.take(), made.take()] == ["X", "Y", "a"]
