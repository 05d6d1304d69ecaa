"""The engine that is always there, on trial: it finds a planted fault, shrinks what shows it, and comes deeper by what it has reached."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz.engines import FOUND, batch, fewest, reached_by
from fuzz.target import Target
from inbox_mock.domain.values import whole_number
from inbox_mock.engine import durations

SEED = 1


def fail_at_minutes(sent: bytes) -> None:
    """A part of the product that is broken for some texts."""
    assert not durations.SHORT.fullmatch(sent.decode("latin-1")) or b"m" not in sent


def read_a_number(sent: bytes) -> None:
    whole_number(sent.decode("latin-1"), 3)


def a_target(run: Callable[[bytes], object], *seeds: bytes, words: tuple[bytes, ...] = ()) -> Target:
    return Target(run, "nothing fails", lambda: seeds, words, 20)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grown").mkdir()
    return tmp_path


def test_a_fault_is_found_and_what_shows_it_is_written(folder: Path) -> None:
    with pytest.raises(AssertionError):
        batch(a_target(fail_at_minutes, b"1234h", words=(b"m", b"s")), [b"1234h"], set(), SEED)

    (found,) = folder.glob(f"{FOUND}*")
    assert found.read_bytes().endswith(b"m")


def test_an_input_that_reaches_more_is_kept_and_begun_with(folder: Path) -> None:
    inputs = [b"x"]
    target = a_target(read_a_number, *inputs, words=(b"1",))

    assert batch(target, inputs, reached_by(target, inputs), SEED)
    assert inputs[1:] == [path.read_bytes() for path in folder.glob("grown/*")]


def test_of_inputs_that_reach_the_same_the_shortest_is_kept() -> None:
    target = a_target(lambda sent: durations.parse(sent.decode("latin-1")), b"")

    assert fewest(target, [b"100s", b"1s", b"P1D", b"10m"], 5)[:1] in ([b"1s"], [b"P1D"])
    assert fewest(target, [b""], 5) == []
