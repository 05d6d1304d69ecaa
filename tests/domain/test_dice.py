"""Keyed dice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.dice import Dice

SEEDS, PURPOSES = st.integers(0, 2**53), st.text(max_size=20)


@given(SEEDS, PURPOSES, st.integers())
def test_the_same_draw_is_always_the_same(seed: int, purpose: str, about: int) -> None:
    dice = Dice(seed)
    first = dice.hex(purpose, about, 52)
    dice.hex("something else", about, 52)

    assert Dice(seed).hex(purpose, about, 52) == dice.hex(purpose, about, 52) == first
    assert len(first) == 52
    assert set(first) <= set("0123456789abcdef")


def test_seed_purpose_and_whom_each_make_another_draw() -> None:
    draws = [Dice(seed).hex(purpose, about, 52) for seed in (1, 2) for purpose in ("delay", "host") for about in (1, 2)]

    assert len(set(draws)) == 8


@given(SEEDS, PURPOSES, st.integers())
def test_a_share_is_at_least_nought_and_less_than_one(seed: int, purpose: str, about: int) -> None:
    assert 0 <= Dice(seed).share(purpose, about) < 1


@given(SEEDS, st.integers(-1000, 1000), st.integers(0, 1000), st.integers())
def test_a_number_lies_between_its_bounds(seed: int, low: int, width: int, about: int) -> None:
    assert low <= Dice(seed).between("delay", about, low, low + width) <= low + width


def test_every_side_comes_up_about_as_often() -> None:
    counted = Counter(Dice(7).between("side", about, 1, 6) for about in range(6000))

    assert set(counted) == {1, 2, 3, 4, 5, 6}
    assert all(850 < number < 1150 for number in counted.values())
