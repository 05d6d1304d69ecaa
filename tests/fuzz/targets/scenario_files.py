"""Scenario files: bytes become a sandbox, or a mistake is told with its place."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from fuzz.target import target
from hostile.scenarios import SHIPPED
from inbox_mock.domain import limits
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario, from_file, from_object
from inbox_mock.scenarios.yaml12 import read
from lowered import lower

LOWERED = {"SCENARIO": 100_000, "SCENARIO_VALUES": 2_000, "SCENARIO_RECORDS": 300, "SCENARIO_TEXT": 100_000}
MOST_IN_AN_IMAGE = 20_000_000
MANUAL = Overrides(mode="manual")
KEYS = re.compile(rb"[a-z_]{3,}(?=:)")


def shipped() -> list[bytes]:
    """The shipped scenarios that are small, and what only YAML has."""
    found = [content for path in sorted(SHIPPED.glob("*.yaml")) if len(content := path.read_bytes()) < 1500]
    return [
        *found,
        b"a: &a [*a]",
        b"rentals: &r [{id: 16}]\nbookings: *r",
        b"- !!binary AA==\n- 0x1f\n- 0o17\n- 1e3\n- ~",
        b"--- |\n x\n...\n--- 1",
    ]


def words() -> Iterator[bytes]:
    yield from sorted({key + b": " for content in shipped() for key in KEYS.findall(content)})
    yield from (
        b"+1d",
        b"-2h",
        b"2030-06-01T12:00:00Z",
        b"&a ",
        b"*a",
        b"!!int ",
        b"!!float ",
        b"1e999",
        b"-.inf",
        b"repeat: ",
        b"true",
        b"null",
    )
    yield from (
        b"\n- ",
        b"\n  ",
        b"{",
        b"}",
        b"[",
        b"]",
        b'"\\u0000"',
        b'"\\ud800"',
        b"99999999999999999999",
        b"0001-01-01",
        b"9999-12-31",
        b"airbnb",
    )


@target(
    holds="each is built, the same twice and as an object, within the limits, or told as mistakes with their place in the file",
    seeds=shipped,
    words=tuple(words()),
    longest=1500,
)
def scenario_files(sent: bytes) -> None:
    path = folder() / "fuzzed.yaml"
    path.write_bytes(sent)
    with pytest.MonkeyPatch.context() as lowered:
        for name, most in LOWERED.items():
            lower(lowered, name, most)
        try:
            scenario = from_file(path, f"{next(NUMBERS)}.yaml")  # a file of the same name, size and time is not read again
        except ScenarioError as error:
            judge_mistake(error, sent)
        else:
            judge(scenario, sent)


def judge(scenario: Scenario, sent: bytes) -> None:
    """Hold what a valid file says to what is read when it is written again, and to what is built of it."""
    again = read(yaml.safe_dump(scenario.data, default_style='"', allow_unicode=True), "again")
    assert from_object(again, scenario.name).data == scenario.data  # type: ignore[arg-type]
    try:
        image = build_image(scenario, MANUAL, 0.0)
    except ScenarioError as error:
        judge_mistake(error, sent)
    else:
        assert image == build_image(scenario, MANUAL, 0.0), "it is built in another way the second time"
        assert len(image) < MOST_IN_AN_IMAGE


def judge_mistake(error: ScenarioError, sent: bytes) -> None:
    """Hold a mistake to naming a place that the file has, in a few printable lines."""
    assert 0 <= error.line <= max(1, len(sent.decode(errors="replace").splitlines())), error.line
    assert all(line.startswith(error.name) for line in str(error).split("\n")), str(error)
    assert len(str(error).split("\n")) <= limits.PROBLEMS


def numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


NUMBERS = numbers()


@cache
def temporary() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="fuzz-")


def folder() -> Path:
    return Path(temporary().name)
