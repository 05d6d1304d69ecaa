"""How many checkpoints there are, and when they end."""

import pytest

from admin.rewinding.rewound import NOON, points, refused, rewind, said, say
from fake import InProcess, Mock, Sandbox
from homes import InMemory
from inbox_mock.app import Options, create_app
from inbox_mock.engine import checkpoints
from inbox_mock.scenarios.loading import find
from inbox_mock.store.homes.memory import MemoryHome
from lowered import lower
from stateful.interrupted import Interruptible


def test_a_sandbox_that_is_made_without_them_has_none(mock: Mock) -> None:
    made = mock.sandbox("agency", checkpoints=False)
    made.handle.book("direct")
    made.handle.reset()

    assert points(made) == []
    assert "made without" in refused(made, point=1)


def test_the_oldest_are_dropped(booked: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CHECKPOINTS", 3)
    for number in range(5):
        say(booked, f"Message {number}")

    assert [point["id"] for point in points(booked)] == [3, 4, 5]


def hold_to_room() -> None:
    """Change a sandbox of 170 kB without making it larger, and see that the oldest checkpoints made room."""
    made = Mock(InProcess(create_app(Options(scenario=find("empty"))).app)).sandbox("agency")
    for _ in range(250):
        made.handle.remove_fault(made.handle.fault("status")["id"])

    kept = points(made)

    assert 50 < len(kept) < 500
    assert kept[-1]["id"] == 500
    rewind(made, point=next(point["id"] for point in kept if point["says"] == "Remove a fault"))
    assert len(made.handle.faults()) == 1


def test_those_of_a_sandbox_keep_to_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CHECKPOINTS_OF_ONE", 500_000)
    hold_to_room()


def test_those_of_a_process_keep_to_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CHECKPOINTS_SIZE", 500_000)
    hold_to_room()


def test_a_sandbox_that_is_too_large_has_none(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CHECKPOINTS_OF_ONE", 100_000)
    made = mock.sandbox("agency")
    made.handle.book("direct")

    assert points(made) == []
    assert "too large" in refused(made, to=NOON)


def test_room_is_given_back_when_sandboxes_go(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[checkpoints.CheckpointRoom] = []
    begin = checkpoints.CheckpointRoom.__init__

    def begin_and_note(room: checkpoints.CheckpointRoom, *, shared: bool) -> None:
        begin(room, shared=shared)
        rooms.append(room)

    monkeypatch.setattr(checkpoints.CheckpointRoom, "__init__", begin_and_note)
    mock = Mock(InProcess(create_app(Options(scenario=find("empty"))).app))
    made = mock.sandbox("agency")
    made.handle.book("direct")
    assert rooms[0].taken > 100_000

    made.handle.delete()

    assert rooms[0].taken == 0


def test_where_other_processes_use_a_sandbox_there_are_none() -> None:
    home = MemoryHome()
    home.is_shared = True
    made = Mock(InProcess(create_app(Options(scenario=find("empty")), home=home).app)).sandbox("agency")
    made.handle.book("direct")

    assert points(made) == []
    assert "PostgreSQL" in refused(made, point=1)


def test_many_changes_are_taken_in_stretches(booked: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "MOST_ROWS", 10)
    for number in range(12):
        say(booked, f"Message {number}")
        booked.api.get("/bookings")

    for number in (3, 9, 1, 12):
        rewind(booked, point=number)
        assert said(booked) == [f"Message {before}" for before in range(number - 1)]


def test_they_end_when_the_sandbox_falls_asleep() -> None:
    server = Interruptible(InMemory())
    made = Mock(server).sandbox("agency")
    made.handle.book("direct")

    server.put_to_sleep()

    assert points(made) == []
    made.handle.book("direct")
    assert len(points(made)) == 1
