"""How large a scenario may be: each limit is met while it is read, or before anything is built."""

import os
import tracemalloc
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from inbox_mock.domain import limits
from inbox_mock.scenarios import size
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find, find_shipped, from_object
from inbox_mock.scenarios.yaml12 import read
from lowered import lower

HOUSE = "rentals: [{id: 16}]\nbookings: [{id: 80, rental: 16, start_at: +1d, end_at: +2d}]\n"
BILLION = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def refusal(text: str) -> str:
    """What is said of a document that is too large."""
    with pytest.raises(ScenarioError) as caught:
        read(text, "it.yaml")
    return str(caught.value)


def kept_at_most() -> int:
    """The most bytes that were allocated since tracing began."""
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    tracemalloc.start()

    with pytest.raises(ScenarioError, match=r"large\.yaml: found more than 32 MiB"):
        find(str(path))

    assert kept_at_most() < 1_000_000


def test_a_pipe_is_read_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SCENARIO", 200_000)
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    written = 0

    def write() -> None:
        nonlocal written
        with suppress(BrokenPipeError), path.open("wb", buffering=0) as pipe:
            while written < 100 * 65_536:
                written += pipe.write(b"#" * 65_536)

    writer = Thread(target=write)
    writer.start()
    with pytest.raises(ScenarioError, match="found more than 200,000 bytes"):
        find(str(path))
    writer.join(10)

    assert written < 200_000 + 2 * 65_536


@pytest.mark.parametrize(
    "text",
    ["a: [" + "1," * 300_000 + "]", "a: [" + "{}," * 300_000 + "]", "a: {" + ",".join(f"b{n}: 1" for n in range(150_000)) + "}"],
    ids=["scalars", "collections", "keys"],
)
def test_values_are_counted_before_they_are_composed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SCENARIO_VALUES", 1000)
    tracemalloc.start()

    assert refusal(text) == f"it.yaml:1: found more than 1,000 values and keys; expected {size.SMALLER}"
    assert kept_at_most() < 2_000_000


def test_as_many_values_as_are_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SCENARIO_VALUES", 5)
    assert read("a: [1, 2]\n", "it.yaml") == {"a": [1, 2]}
    assert "more than 5 values and keys" in refusal("a: [1, 2, 3]\n")


def test_an_alias_counts_as_what_it_stands_for() -> None:
    assert "more than 1,000,000 values and keys" in refusal(BILLION)


def test_a_long_text_counts_with_each_alias() -> None:
    assert "more than 32 MiB of text" in refusal(f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 400)}]\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 99 + "]" * 99,
        "a: " + "[" * 200,
        "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60,
    ],
    ids=["too deep", "without an end", "by an alias"],
)
def test_nesting_is_counted_while_it_is_read(text: str) -> None:
    if text.count("[") == 99:
        assert read(text, "it.yaml")
    else:
        assert f"values nested more than {limits.LEVELS} deep" in refusal(text)


def test_what_messages_repeat_is_counted_in_all() -> None:
    assert limits.SCENARIO_TEXT < 20_000_000
    message = '  - {booking: 80, from: guest, content: "0123456789", repeat: 1000000}\n'
    data = read(f"{HOUSE}messages:\n{message * 2}", "it.yaml")
    assert isinstance(data, dict)

    tracemalloc.start()
    with pytest.raises(ScenarioError, match="20,000,000 characters in the messages up to here; expected at most 16,777,216 characters"):
        from_object(data)
    assert kept_at_most() < 20_000_000


@pytest.mark.parametrize(
    "data",
    [
        {"generate": {"bookings": 2_500, "messages": 2_500}},
        {"generate": {"messages": 2_500, "thread": {"booking": 80, "messages": 2_500}}},
        {"accounts": [{"id": n + 1} for n in range(70)], "applications": [{"name": f"A{n}"} for n in range(70)]},
        {"accounts": [{"id": n + 1} for n in range(1_000)]},
        {"rentals": [{"id": 16}], "bookings": [{"rental": 16, "start_at": "+1d", "end_at": "+2d", "client_participants": 20}] * 240},
    ],
    ids=["bookings and messages", "a thread", "tokens", "sources of accounts", "travellers"],
)
def test_records_are_counted_before_any_is_made(data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SCENARIO_RECORDS", 5_000)
    with pytest.raises(ScenarioError, match="records in all; expected at most 5,000 records"):
        from_object(data)


@pytest.mark.parametrize("name", ["large", "long-thread", "huge-message", "agency"])
def test_shipped_scenarios_are_within_the_limits(name: str) -> None:
    assert list(size.too_much(find_shipped(name).data)) == []


def test_an_attachment_that_could_not_be_uploaded_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(limits.UPLOAD + 1)
    path = tmp_path / "it.yaml"
    path.write_text("attachments: [{file: large.bin}]\n")

    with pytest.raises(
        ScenarioError,
        match=r"it\.yaml:1: attachments\[0\]\.file: found a file of more than 9,999,999 bytes; expected one that can be uploaded",
    ):
        build_image(find(str(path)), Overrides(), 0)
