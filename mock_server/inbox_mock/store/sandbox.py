"""A sandbox's settings, from its scenario, and its clock."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from inbox_mock.domain.times import Clock
from inbox_mock.store.database import Database
from inbox_mock.store.migrations import UnusableDatabase

RECIPE = "recipe"
"""The name under which the table of the settings holds what a sandbox was built of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a sandbox, which never change.

    ``rate_limit`` is the number of requests per hour, which may be shown without being enforced. ``page_cap`` is the most records
    on a page, or None for the default of each resource. ``assume`` holds the switches of `inbox_mock.domain.fidelity.ASSUMPTIONS`.
    Unless it is ``cached``, each answer is made anew, and written into the journal at once. Without ``checkpoints`` it cannot be
    rewound.
    """

    scenario: str
    seed: int
    strict: bool
    rate_limit: int
    rate_limit_enforced: bool
    page_cap: int | None
    assume: Mapping[str, object]
    cached: bool = True
    checkpoints: bool = True


def write_settings(db: Database, settings: Settings) -> None:
    """Insert the settings; values are stored as JSON."""
    rows = [(name, orjson.dumps(value).decode()) for name, value in asdict(settings).items()]
    db.executemany("INSERT INTO settings VALUES (?, ?)", rows)


def read_settings(db: Database) -> Settings:
    """Return the settings."""
    found = db.execute("SELECT name, value FROM settings WHERE name <> ?", (RECIPE,)).fetchall()  # an error must not keep a statement open
    return Settings(**{name: orjson.loads(value) for name, value in found})


def write_recipe(db: Database, recipe: bytes) -> None:
    """Keep of what a sandbox was built, as JSON."""
    db.execute("INSERT INTO settings VALUES (?, ?)", (RECIPE, recipe.decode()))


def read_recipe(db: Database) -> dict[str, Any] | None:
    """Return of what a sandbox was built; None if it was built by an earlier version, which kept nothing of that."""
    found = db.value("SELECT value FROM settings WHERE name = ?", (RECIPE,), str)
    recipe: dict[str, Any] | None = None if found is None else orjson.loads(found)
    return recipe


def check(db: Database) -> None:
    """Check that the settings, the clock and the recipe can be read: all else of a sandbox depends on them.

    Raises:
        UnusableDatabase: one of them cannot.
    """
    try:
        read_settings(db)
        read_clock(db)
        recipe: object = read_recipe(db)
    except (TypeError, ValueError) as error:
        raise UnusableDatabase(f"its settings or its clock cannot be read ({error})") from None
    if recipe is not None and not (isinstance(recipe, dict) and isinstance(recipe.get("data"), dict)):
        raise UnusableDatabase("its scenario cannot be read; expected it as the Inbox Mock wrote it")


def read_clock(db: Database) -> Clock:
    """Return the clock."""
    mode, now, rate, anchor = db.execute("SELECT mode, now, rate, anchor FROM clock").fetchone()
    return Clock(mode, datetime.fromisoformat(now), rate, anchor)


def write_clock(db: Database, clock: Clock) -> None:
    """Set the clock."""
    db.execute(
        "INSERT OR REPLACE INTO clock (id, mode, now, rate, anchor) VALUES (1, ?, ?, ?, ?)",
        (clock.mode, clock.now.isoformat(), clock.rate, clock.anchor),
    )
