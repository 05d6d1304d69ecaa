"""Sandboxes that were not used for long sleep: of each only its image is kept, and nobody notices."""

import pytest

from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.app import Fake
from inbox_mock.engine import sandboxes

URL = "/inbox/messages"


@pytest.fixture(autouse=True)
def _one_stays_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "MOST_AWAKE", 1)


@pytest.fixture
def asleep(mock: Mock) -> Sandbox:
    """A sandbox with one message, an hour later, after which another was made."""
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    made = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host]))
    assert made.api.post(URL, a_message()).status == 201
    made.advance("1h")
    mock.sandbox()
    return made


def test_what_was_written_is_still_there(asleep: Sandbox) -> None:
    assert [message["content"] for message in asleep.api.get(URL).records] == ["You can arrive from four o'clock."]


def test_its_clock_shows_what_it_showed(asleep: Sandbox) -> None:
    assert asleep.now() == "2030-06-01T13:00:00Z"


def test_it_can_be_reset(asleep: Sandbox) -> None:
    asleep.admin.post("/reset")

    assert asleep.api.get(URL).records == []
    assert asleep.now() == "2030-06-01T12:00:00Z"


def test_it_can_be_deleted(asleep: Sandbox) -> None:
    assert asleep.admin.delete("").status == 204
    assert asleep.admin.get("").status == 404


def test_the_requests_of_its_hour_are_remembered(asleep: Sandbox, mock: Mock) -> None:
    before = int(asleep.api.get(URL).headers["X-RateLimit-Remaining"])
    mock.sandbox()

    assert int(asleep.api.get(URL).headers["X-RateLimit-Remaining"]) == before - 1


def test_it_sleeps_again_after_a_call_that_was_refused(asleep: Sandbox, mock: Mock, fake: Fake) -> None:
    assert asleep.admin.post("/bookings", {"channel": "pigeon post"}).status == 422
    storage = fake.sandboxes.get(asleep.id).storage
    was_open = storage.is_open
    for _ in range(2):  # one that is in use for a moment, by the scheduler, sleeps at the next turn
        mock.sandbox()

    assert (was_open, storage.is_open) == (True, False)


def test_one_that_works_when_its_turn_comes_sleeps_at_the_next_one(asleep: Sandbox, mock: Mock, fake: Fake) -> None:
    asleep.api.get(URL)
    sandbox = fake.sandboxes.get(asleep.id)
    with sandbox.work():
        mock.sandbox()
        was_open = sandbox.storage.is_open
    mock.sandbox()

    assert (was_open, sandbox.storage.is_open) == (True, False)
