"""Requests that wait: what comes first, and that nobody waits for ever."""

from typing import TYPE_CHECKING, cast

import pytest

from inbox_mock.serving.queue import Queue

if TYPE_CHECKING:
    from inbox_mock.serving.connection import Connection


def queue(*waiting: str) -> Queue:
    """A queue in which texts stand for connections; those in capitals come first."""
    made = Queue(lambda connection: str(connection).isupper())
    made.put(cast("list[Connection]", waiting))
    return made


def taken(made: Queue) -> str:
    return "".join(str(made.take()) for _ in range(len(made)))


def test_who_came_first_is_taken_first() -> None:
    assert taken(queue("a", "b", "c")) == "abc"


def test_those_that_come_first_are_taken_in_turns_with_the_others() -> None:
    assert taken(queue("a", "b", "X", "Y", "Z")) == "XaYbZ"


def test_nobody_waits_for_those_that_come_first_to_end() -> None:
    made = queue("a")
    for _ in range(3):
        made.put(cast("list[Connection]", ["X", "Y"]))
    assert "a" in f"{made.take()}{made.take()}"


def test_nothing_is_taken_from_an_empty_one() -> None:
    with pytest.raises(IndexError):
        queue().take()
