"""What it takes to build a scenario grows with what it lists, and not faster."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from builders import a_booking, a_scenario
from fake import JSON, Mock
from inbox_mock.store.database import Database

FEW = 150
STEPS = 20
"""SQLite counts its steps by so many."""

LISTS: dict[str, Callable[[int], JSON]] = {
    "accounts": lambda number: {"id": 100 + number, "as": f"account-{number}"},
    "applications": lambda number: {"id": 100 + number, "name": f"Application {number}", "accounts": [1]},
    "tokens": lambda number: {"token": f"token-{number}"},
    "users": lambda number: {"id": 100 + number, "fullname": f"Ada {number}"},
    "rentals": lambda number: {"id": 100 + number, "name": f"House {number}"},
    "sources": lambda number: {"name": f"Source {number}"},
    "hosts": lambda number: {"id": 100 + number, "firstname": "Ada", "lastname": str(number)},
    "clients": lambda number: {"id": 100 + number, "fullname": f"Ada {number}"},
    "bookings": lambda number: a_booking(id=100 + number, conversation=100 + number),
    "conversations": lambda number: {"subject": f"About {number}", "created_at": "-2h"},
    "messages": lambda number: {"booking": 80, "from": "guest" if number % 2 else "jan", "content": "Hello", "at": f"-{3600 - number}s"},
    "attachments": lambda number: {"file": "floor-plan.png", "name": f"Plan {number}"},
    "timeline": lambda number: {"at": f"+{number + 1}m", "guest_books": {"rental": 16, "start_at": "+30d", "end_at": "+37d"}},
}


def work_of(mock: Mock, monkeypatch: pytest.MonkeyPatch, scenario: JSON) -> Counter[str]:
    """How much is done until a sandbox is made: lines of Python, and steps of SQLite."""
    done = Counter[str]()

    def step() -> int:
        done["SQLite"] += 1
        return 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        done["Python"] += event == "line"
        return trace

    opened = Database.__init__

    def counted(db: Database, *given: Any, **named: Any) -> None:
        opened(db, *given, **named)
        db.set_progress_handler(step, STEPS)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "__init__", counted)
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            mock.sandbox(scenario)
        finally:
            sys.settrace(before)
    return done


@pytest.mark.parametrize("noun", LISTS)
def test_twice_as_many_records_take_twice_the_work(mock: Mock, monkeypatch: pytest.MonkeyPatch, noun: str) -> None:
    base = a_scenario(bookings=[a_booking()])
    mock.sandbox(base)  # what is made once in a process is made now
    none, once, twice = (
        work_of(mock, monkeypatch, base | {noun: base.get(noun, []) + [LISTS[noun](number) for number in range(count)]})
        for count in (0, FEW, 2 * FEW)
    )

    for part, least in none.items():
        assert twice[part] - least < 2.3 * (once[part] - least), part
