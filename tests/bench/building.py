"""What it costs to build scenarios: how the time grows with what they list, and against inserting the same rows."""

from collections.abc import Iterator
from math import log
from statistics import median
from time import process_time
from typing import Any

from bench.figures import Figure
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.loading import from_object
from inbox_mock.store import images

FEW, MANY = 1_000, 16_000
MOST_ROUNDS = 5
AROUND: dict[str, Any] = {
    "rentals": [{"id": 16}],
    "hosts": [{"as": "jan", "firstname": "Jan", "lastname": "Kowalski"}],
    "conversations": [{"as": "own", "created_at": "-2h"}],
}
LISTED: dict[str, dict[str, Any]] = {
    "rentals": {"name": "House"},
    "applications": {"name": "Application"},
    "bookings": {"rental": 16, "channel": "airbnb", "start_at": "+1d", "end_at": "+9d", "created_at": "-2d", "conversation_delay": "5m"},
    "conversations": {"subject": "About the pool", "created_at": "-2h"},
    "messages": {"conversation": "own", "from": "jan", "content": "Any time after four.", "at": "-1h"},
    "attachments": {"file": "floor-plan.png"},
}
GENERATED = {"generate": {"bookings": 1_000, "messages": 10_000}}
NOT_INSERTED = ("counts", "access_version")  # a trigger fills them


def measure(rounds: int) -> Iterator[Figure]:
    """Exponents of the processor's time from one size to the other, and a ratio to `executemany`."""
    rounds = min(rounds, MOST_ROUNDS)
    for noun, record in LISTED.items():
        costs = [[_built(_listing(noun, record, count))[0] for count in (FEW, MANY)] for _ in range(rounds)]
        yield Figure(
            subject=f"building {noun}, exponent from {FEW:,} to {MANY:,}",
            target=1.1,
            rounds=[log(many / few) / log(MANY / FEW) for few, many in costs],
            note=f"{median(many for _, many in costs) / MANY * 1e6:.0f} us each",
        )
    generated = [_built(GENERATED) for _ in range(rounds)]
    yield Figure(
        subject="building 10,000 generated messages / inserting the same rows",
        target=5,
        rounds=[seconds / _inserted(image) for seconds, image in generated],
        note=f"{median(seconds for seconds, _ in generated):.2f} s",
    )


def _listing(noun: str, record: dict[str, Any], count: int) -> dict[str, Any]:
    """Applications need ids, or one gets that of an application that a scenario need not list."""
    listed = [{"id": 100 + number, **record} if noun == "applications" else record for number in range(count)]
    return AROUND | {noun: AROUND.get(noun, []) + listed}


def _built(scenario: dict[str, Any]) -> tuple[float, bytes]:
    checked = from_object(scenario)
    began = process_time()
    image = build_image(checked, Overrides(), 0)
    return process_time() - began, image


def _inserted(image: bytes) -> float:
    """Insert the rows of an image into a new database, a table at a time."""
    held, other = images.restore(image), images.create()
    names = [row[0] for row in held.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    tables = {name: held.execute(f"SELECT * FROM {name}").fetchall() for name in names if name not in NOT_INSERTED}
    other.execute("BEGIN")
    began = process_time()
    for name, rows in tables.items():
        if rows:
            other.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return process_time() - began
