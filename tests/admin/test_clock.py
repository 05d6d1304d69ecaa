"""/__admin/sandboxes/{id}/clock: who holds the clock."""

import pytest

from builders import START, a_booking, a_scenario
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find, from_object
from inbox_mock.simulation import bookings
from lowered import lower


@pytest.fixture
def booked(mock: Mock) -> Sandbox:
    """A sandbox in which an Airbnb booking (80) of this moment waits ten minutes for its conversation."""
    return mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]))


def test_a_manual_clock_stands_still(booked: Sandbox) -> None:
    assert booked.now() == booked.now() == START


def test_it_advances_by_a_duration(booked: Sandbox) -> None:
    for duration in ("90s", "PT90S"):
        booked.admin.post("/clock/advance", {"by": duration})

    assert booked.now() == "2030-06-01T12:03:00Z"


def test_it_advances_to_a_time(booked: Sandbox) -> None:
    answer = booked.admin.post("/clock/advance", {"to": "2030-06-02T00:00:00Z"})

    assert answer.json["now"] == "2030-06-02T00:00:00Z"


def test_advancing_tells_what_happened_at_its_own_time(booked: Sandbox) -> None:
    found = booked.advance("1h")

    (event,) = found["happened"]
    assert event["at"] == "2030-06-01T12:10:00Z"
    assert event["kind"] == "conversation_opened"
    assert event["about"]["booking_id"] == 80
    assert booked.api.get("/inbox/conversations/11").record["created_at"] == "2030-06-01T12:10:00Z"


def test_of_many_events_on_the_way_the_latest_are_told_and_the_count_of_all(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "HAPPENED", 2)
    stay = {"rental": 16, "start_at": "+30d", "end_at": "+37d"}
    five = [{"at": f"+{minute}m", "guest_books": {**stay, "channel": "direct"}} for minute in range(1, 6)]

    found = mock.sandbox(a_scenario(timeline=five)).advance("1h")

    assert [event["at"] for event in found["happened"]] == ["2030-06-01T12:04:00Z", "2030-06-01T12:05:00Z"]
    assert found["count"] == 5


@pytest.mark.parametrize("by", ["PT", "P", "P1DT", "PT1M\n", "P1D\n", "P1DT\n", "1m\n", "PT1M "])
def test_what_is_no_duration_is_refused(booked: Sandbox, by: str) -> None:
    answer = booked.admin.post("/clock/advance", {"by": by})

    assert (answer.status, answer.errors[0]["field"]) == (422, "by")


def test_nothing_happens_before_it_is_due(booked: Sandbox) -> None:
    assert booked.advance("9m")["happened"] == []
    assert booked.api.get("/bookings/80").record["links"]["conversations"] == []
    assert booked.api.get("/inbox/conversations").records == []


def test_it_advances_until_something_happens(booked: Sandbox) -> None:
    answer = booked.admin.post("/clock/advance", {"until": "conversation_opened"})

    assert answer.json["now"] == "2030-06-01T12:10:00Z"


def test_it_advances_until_nothing_is_left_to_happen(booked: Sandbox) -> None:
    assert len(booked.admin.post("/clock/advance", {"until": "idle"}).json["happened"]) == 1

    assert booked.admin.post("/clock/advance", {"until": "idle"}).json == {"now": "2030-06-01T12:10:00Z", "happened": [], "count": 0}


def test_the_timeline_shows_what_is_to_happen_and_what_has_happened(booked: Sandbox) -> None:
    before = booked.admin.get("/timeline").json
    booked.advance("10m")
    after = booked.admin.get("/timeline").json

    assert [(event["due_at"], event["kind"]) for event in before["pending"]] == [("2030-06-01T12:10:00Z", "conversation_opened")]
    assert after["pending"] == []
    assert [(event["at"], event["kind"]) for event in after["past"]] == [("2030-06-01T12:10:00Z", "conversation_opened")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"by": "-10m"}, "by"),
        ({"by": "\u0663d"}, "by"),  # a digit, and none of ASCII
        ({"by": "soon"}, "by"),
        ({"by": "3700d"}, "by"),
        ({"by": "P20Y"}, "by"),
        ({"to": "2030-05-31T00:00:00Z"}, "to"),
        ({"to": "2090-01-01T00:00:00Z"}, "to"),
        ({"to": "tomorrow"}, "to"),
        ({"until": "doomsday"}, "until"),
        ({}, "body"),
        ({"by": "1m", "until": "idle"}, "body"),
        ({"buy": "1m"}, "buy"),
    ],
)
def test_a_wish_that_cannot_be_is_a_problem_and_moves_nothing(booked: Sandbox, body: object, field: str) -> None:
    answer = booked.admin.post("/clock/advance", body)

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["errors"][0]["field"] == field
    assert booked.now() == START


class WallClock:
    """A wall clock that the test moves."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


NOON = 1_906_545_600.0


@pytest.fixture
def wall() -> WallClock:
    return WallClock(NOON)


@pytest.fixture
def running(wall: WallClock) -> Sandbox:
    """The same booking, in a sandbox whose clock runs a minute each second."""
    fake = Mock(InProcess(create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual")), wall=wall).app))
    return fake.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]), clock={"mode": "real", "rate": 60})


def test_a_real_clock_starts_with_the_wall_clock_and_runs_at_its_rate(wall: WallClock, running: Sandbox) -> None:
    assert running.now() == "2030-06-01T12:00:00Z"
    wall.seconds += 5

    assert running.now() == "2030-06-01T12:05:00Z"


def test_a_real_clock_catches_up_at_each_request(wall: WallClock, running: Sandbox) -> None:
    wall.seconds += 30

    found = running.api.get("/inbox/conversations/11").record

    assert found["created_at"] == "2030-06-01T12:10:00Z"


def test_a_real_clock_can_be_advanced_too_and_runs_on(wall: WallClock, running: Sandbox) -> None:
    running.advance("1h")
    wall.seconds += 1

    assert running.now() == "2030-06-01T13:01:00Z"


def test_a_clock_can_be_stopped_and_started(wall: WallClock, running: Sandbox) -> None:
    running.admin.patch("/clock", {"mode": "manual"})
    wall.seconds += 100
    assert running.now() == "2030-06-01T12:00:00Z"

    running.admin.patch("/clock", {"mode": "real", "rate": 1})
    wall.seconds += 100
    assert running.now() == "2030-06-01T12:01:40Z"


def test_the_wall_clock_running_backwards_does_not_move_a_sandbox_back(wall: WallClock, running: Sandbox) -> None:
    wall.seconds -= 1000

    assert running.now() == "2030-06-01T12:00:00Z"


def test_a_reset_real_clock_starts_anew_with_the_wall_clock(wall: WallClock, running: Sandbox) -> None:
    wall.seconds += 60
    running.admin.post("/reset")

    assert running.now() == "2030-06-01T12:01:00Z"
    assert running.api.get("/bookings/80").record["created_at"] == "2030-06-01T12:01:00Z"
    assert running.api.get("/bookings/80").record["links"]["conversations"] == []


def test_a_real_clock_runs_from_the_time_that_its_scenario_names(wall: WallClock, running: Sandbox) -> None:
    sandbox = Mock(running.transport).sandbox({"clock": {"now": "2031-01-01T00:00:00Z", "mode": "real"}})
    wall.seconds += 60

    assert sandbox.now() == "2031-01-01T00:01:00Z"


def test_a_scenario_can_say_how_its_clock_starts(mock: Mock) -> None:
    scenario = {"clock": {"now": "2031-01-01T00:00:00Z", "mode": "manual"}}

    assert mock.sandbox(scenario).now() == "2031-01-01T00:00:00Z"
    assert from_object(scenario).data["clock"] == scenario["clock"]


def test_time_ends_in_the_year_9000(mock: Mock) -> None:
    sandbox = mock.sandbox({"clock": {"now": "8999-06-01T00:00:00Z"}})

    assert sandbox.admin.post("/clock/advance", {"by": "3650d"}).status == 422
    assert sandbox.admin.post("/clock/advance", {"to": "9001-01-01"}).status == 422
    assert sandbox.admin.post("/clock/advance", {"to": "9000-01-01"}).status == 200
    assert sandbox.admin.post("/clock/advance", {"until": "idle"}).status == 200
    assert sandbox.admin.post("/tokens", {"expires_in": 10**8}).status == 201
    assert sandbox.api.get("/accounts").status == 200


def test_what_fails_to_happen_is_told_and_time_goes_on(booked: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: object, about: object) -> None:
        raise LookupError(work, about)

    monkeypatch.setitem(bookings.HANDLERS, "conversation_opened", fail)

    (event,) = booked.advance("1h")["happened"]

    assert event["about"]["failed"].startswith("LookupError")
    assert booked.now() == "2030-06-01T13:00:00Z"
