"""What whoever wants an action writes: references, times and durations, resolved alike for scenario files and the admin API."""

from datetime import datetime
from typing import Protocol

from inbox_mock.domain import times
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store.rows import RentalRow

LENGTH_OF_A_DATE = len("2030-06-01")


class Arguments(Protocol):
    """Resolves what is written under the keys of one action. Each method raises the writer's kind of error, as `error` returns it."""

    @property
    def work(self) -> UnitOfWork:
        """The unit of work in which references are looked up."""

    @property
    def start(self) -> datetime:
        """The instant from which offsets count."""

    def refer(self, noun: str, reference: object, key: str) -> int:
        """Return the id of a record that exists by now; ``noun`` is its table."""

    def moment(self, text: str, key: str) -> datetime:
        """Return the instant that a text means."""

    def seconds(self, text: str, key: str, expected: str = durations.EXPECTED) -> int:
        """Return the seconds of a duration."""

    def error(self, key: str, found: str, expected: str) -> Exception:
        """Return an error about what is written under a key; dots separate nested keys."""


def local_time(arguments: Arguments, text: str, key: str, rental: RentalRow) -> str:
    """Return the beginning (``start_at``) or end of a stay on the rental's clock; a day without an hour gets the rental's."""
    moment = arguments.moment(text, key)
    shown = times.wall_clock(moment, rental["timezone"]) if text[:1] in {"+", "-"} else times.wire(moment)
    if not (text.endswith("d") or len(text) == LENGTH_OF_A_DATE):
        return shown
    hour = rental["checkin_time"] if key == "start_at" else rental["checkout_time"]
    return f"{shown[:10]}T{hour:02}:00:00Z"
