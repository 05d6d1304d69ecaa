"""A sandbox's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.times import Clock

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
WALLS = st.floats(0, 4e9)
RATES = st.floats(0.001, 100_000)


@given(WALLS)
def test_a_manual_clock_stands_still(wall: float) -> None:
    assert Clock("manual", NOON, rate=60).at(wall) == NOON


def test_a_manual_clock_moves_when_told() -> None:
    moved = Clock("manual", NOON).moved_to(NOON + timedelta(minutes=10), 5)

    assert moved.at(1e9) == NOON + timedelta(minutes=10)


def test_a_real_clock_runs_at_its_rate() -> None:
    assert Clock("real", NOON, anchor=100).at(130) == NOON + timedelta(seconds=30)
    assert Clock("real", NOON, rate=60, anchor=100).at(130) == NOON + timedelta(minutes=30)


def test_a_real_clock_that_was_moved_runs_on_from_there() -> None:
    moved = Clock("real", NOON, rate=2, anchor=100).moved_to(NOON + timedelta(days=1), 200)

    assert moved.at(200) == NOON + timedelta(days=1)
    assert moved.at(210) == NOON + timedelta(days=1, seconds=20)


@given(WALLS, WALLS, WALLS, RATES)
def test_time_never_runs_backwards(anchor: float, one: float, other: float, rate: float) -> None:
    clock = Clock("real", NOON, rate, anchor)

    assert NOON <= clock.at(min(one, other)) <= clock.at(max(one, other))


def test_a_fast_clock_stops_before_the_calendar_ends() -> None:
    assert Clock("real", NOON, rate=100_000).at(4e9).year == 9000
    assert Clock("real", NOON.replace(year=9500)).at(4e9).year == 9500


@pytest.mark.parametrize("rate", [5e-324, 1e-300, 1e-7, 1e-6])
def test_a_clock_that_all_but_stands_reaches_its_next_event_late_or_never(rate: float) -> None:
    assert Clock("real", NOON, rate, anchor=100).wall_at(NOON + timedelta(seconds=1)) == 100 + 1 / rate
