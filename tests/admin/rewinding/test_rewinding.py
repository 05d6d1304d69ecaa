"""S/clock/points and S/clock/rewind: going back to before a request, an event or an action, and S/fork from there."""

from urllib.parse import urlsplit

import pytest

from admin.rewinding.rewound import NOON, URL, points, refused, rewind, said, say, told
from builders import START, a_body, a_message
from fake import JSON, InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.client.calls import AdminError
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from lowered import lower
from receiver import receiving, subscribe
from whole import ATTACHMENTS, PICTURE


def test_there_is_a_checkpoint_before_each_request_that_writes_each_action_and_each_event(booked: Sandbox) -> None:
    say(booked, "One")
    booked.handle.book("direct")
    booked.advance("1h")

    assert told(booked) == [
        ("request", "POST /api/v3/inbox/messages"),
        ("action", "Book as a guest"),
        ("event", "Airbnb relays message 1 to Clementina Kling"),
        ("event", "Airbnb opens the conversation of booking 81"),
    ]
    assert [point["at"] for point in points(booked)][:3] == [START] * 3


def test_an_advance_during_which_nothing_happens_makes_one_too(booked: Sandbox) -> None:
    booked.advance("1m")

    assert told(booked) == [("action", "Advance the clock, event by event")]


def test_reads_of_either_api_make_none(booked: Sandbox) -> None:
    for _ in range(3):
        booked.api.get("/bookings")
        booked.api.get("/nothing")
        booked.admin.get("/journal")
    booked.admin.post("/snapshots", {"name": "one"})

    assert points(booked) == []


def test_a_request_that_is_refused_makes_one_since_it_is_in_the_journal(booked: Sandbox) -> None:
    booked.api.post(URL, a_message(content=""))

    assert told(booked) == [("request", "POST /api/v3/inbox/messages")]


def test_checkpoints_are_listed_in_pages(booked: Sandbox) -> None:
    for number in range(5):
        say(booked, f"Message {number}")

    page = booked.admin.get("/clock/points", limit=2, skip=1).json

    assert [point["id"] for point in page["points"]] == [3, 4]
    assert page["count"] == 5


# Going back.


def test_it_goes_back_to_before_a_request(booked: Sandbox) -> None:
    say(booked, "One")
    say(booked, "Two")

    found = rewind(booked, request=2)

    assert (found["now"], found["point"]["request"]) == (NOON, 2)
    assert said(booked) == ["One"]


def test_a_request_is_known_by_its_request_id_in_every_history(booked: Sandbox) -> None:
    first, _ = say(booked, "One"), say(booked, "Two")

    for _ in range(2):
        rewind(booked, request=first)
        assert said(booked) == []


def test_before_a_read_is_the_last_checkpoint_before_it(booked: Sandbox) -> None:
    say(booked, "One")
    say(booked, "Two")
    booked.api.get("/bookings")

    assert rewind(booked, request=3)["point"]["request"] == 2
    assert said(booked) == ["One"]


def test_the_reads_before_a_checkpoint_are_in_the_journal_and_count(booked: Sandbox) -> None:
    booked.api.get("/bookings")
    booked.api.get("/bookings")
    say(booked, "One")

    rewind(booked, request=3)

    assert [entry["method"] for entry in booked.handle.journal()] == ["GET", "GET"]
    assert booked.api.get("/bookings").headers["X-RateLimit-Remaining"] == "997"


def test_it_goes_back_to_before_an_event_in_the_midst_of_an_advance(booked: Sandbox) -> None:
    say(booked, "One")
    *_, before, opened = booked.advance("1h")["happened"]

    found = rewind(booked, event=opened["id"])

    assert found["now"] == before["at"]
    pending = booked.handle.timeline()["pending"]
    assert [(event["id"], event["due_at"]) for event in pending] == [(opened["id"], "2030-06-01T12:10:00Z")]
    assert len(booked.handle.thread(11)) == 1


@pytest.mark.parametrize(
    ("to", "messages", "open_conversations"),
    [(NOON, 2, 1), ("2030-06-01T12:09:59Z", 2, 1), ("2030-06-01T12:10:00Z", 2, 2), ("2030-06-01T12:59:59Z", 2, 2)],
)
def test_it_goes_back_to_a_time_with_all_that_had_happened_by_then(
    booked: Sandbox, to: str, messages: int, open_conversations: int
) -> None:
    say(booked, "One")
    say(booked, "Two")
    booked.advance("1h")
    say(booked, "Three")

    assert rewind(booked, to=to)["now"] == to
    assert len(said(booked)) == messages
    assert len(booked.api.get("/inbox/conversations").records) == open_conversations


def test_one_acts_otherwise_and_the_history_that_was_left_can_be_gone_back_to(booked: Sandbox) -> None:
    say(booked, "One")
    say(booked, "Two")
    rewind(booked, request=2)
    say(booked, "Three")
    assert said(booked) == ["One", "Three"]

    branches = [(point["branch"], point["past"], point["says"]) for point in points(booked)]
    assert branches == [
        (1, True, "POST /api/v3/inbox/messages"),
        (1, False, "POST /api/v3/inbox/messages"),
        (1, False, "Rewind the clock"),
        (2, True, "POST /api/v3/inbox/messages"),
    ]
    assert rewind(booked, point=3)["branch"] == 3
    assert said(booked) == ["One", "Two"]


def test_going_back_twice_without_doing_anything_leaves_no_history(booked: Sandbox) -> None:
    say(booked, "One")
    say(booked, "Two")

    assert [rewind(booked, point=number)["branch"] for number in (2, 1, 2)] == [2, 2, 2]
    assert len(points(booked)) == 3


def test_a_reset_and_a_restored_snapshot_are_undone(booked: Sandbox) -> None:
    booked.handle.snapshot("empty")
    say(booked, "One")
    booked.handle.reset()
    say(booked, "Two")
    booked.handle.restore("empty")
    assert said(booked) == []
    found = {point["says"]: point["id"] for point in points(booked)}

    rewind(booked, point=found["Restore a snapshot, its time and journal included"])
    assert said(booked) == ["Two"]
    rewind(booked, point=found["Reset to the scenario's start"])
    assert said(booked) == ["One"]


def test_tokens_that_were_issued_since_stay_valid(booked: Sandbox) -> None:
    say(booked, "One")
    token = booked.handle.issue_token()

    rewind(booked, request=1)

    assert type(booked.api)(booked.transport, token).get("/bookings").status == 200


def test_faults_go_back_too(booked: Sandbox) -> None:
    fault = booked.handle.fault("status", times=1)
    booked.api.get("/bookings")
    booked.handle.remove_fault(fault["id"])

    rewind(booked, point=2)

    assert [(one["kind"], one["struck"]) for one in booked.handle.faults()] == [("status", 1)]


def test_files_are_there_again_byte_for_byte(booked: Sandbox) -> None:
    made = booked.api.post(ATTACHMENTS, a_body("attachments", name="map.png", file=PICTURE)).record
    path = urlsplit(made["url"]).path
    file = booked.api.transport.send("GET", path, {}, None).body
    say(booked, "One")

    rewind(booked, point=2)
    assert booked.api.transport.send("GET", path, {}, None).body == file
    rewind(booked, point=1)
    assert booked.api.transport.send("GET", path, {}, None).status == 404


def test_webhooks_that_were_pending_are_sent_again(booked: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(booked, receiver.url, "inbox_message_created")
        say(booked, "One")
        sent = booked.advance("1m")["happened"][0]
        rewind(booked, event=sent["id"])
        booked.advance("1m")

    assert receiver.events == ["inbox_message_created"] * 2


# What cannot be.


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"request": 9}, "request"),
        ({"request": "c0ffee"}, "request"),
        ({"event": 9_999}, "event"),
        ({"point": 9}, "point"),
        ({"to": "2030-06-01T11:00:00Z"}, "to"),
        ({"to": "2030-06-01T13:00:00Z"}, "to"),
        ({"to": "yesterday"}, "to"),
        ({"point": "one"}, "point"),
        ({}, "body"),
        ({"point": 1, "event": 1}, "body"),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused_and_changes_nothing(booked: Sandbox, how: JSON, field: str) -> None:
    say(booked, "One")

    answer = booked.admin.post("/clock/rewind", how)

    assert (answer.status, answer.errors[0]["field"]) == (422, field)
    assert (said(booked), len(points(booked))) == (["One"], 1)


def test_a_refusal_says_how_far_back_one_can_go(booked: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CHECKPOINTS", 2)
    for number in range(4):
        say(booked, f"Message {number}")

    assert refused(booked, request=1).endswith("the oldest checkpoint of this history is 3, at 2030-06-01T12:00:00Z, after journal entry 2")
    assert rewind(booked, request=3)["point"]["id"] == 3


def test_an_event_of_a_history_that_was_left_has_not_happened(booked: Sandbox) -> None:
    opened = booked.advance("1h")["happened"][0]
    rewind(booked, event=opened["id"])

    assert "has happened in this history" in refused(booked, event=opened["id"])


# Clocks that run.


@pytest.fixture
def wall() -> list[float]:
    return [1_900_000_000.0]


@pytest.fixture
def running(wall: list[float]) -> Sandbox:
    """A sandbox whose clock runs with a wall clock that the test holds."""
    app = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="real")), wall=lambda: wall[0]).app
    return Mock(InProcess(app)).sandbox("agency", clock={"mode": "real"})


def test_a_running_clock_goes_on_from_the_time_that_was_gone_back_to(running: Sandbox, wall: list[float]) -> None:
    running.handle.book("direct")
    before = running.now()
    wall[0] += 90
    running.handle.book("direct")
    wall[0] += 30

    assert rewind(running, point=1)["now"] == before
    wall[0] += 5
    assert running.now() == before[:-3] + f"{int(before[-3:-1]) + 5:02}Z"


def test_a_clock_that_was_stopped_stays_so_and_what_was_due_waits(running: Sandbox, wall: list[float]) -> None:
    running.handle.book("airbnb", conversation_delay="10m")
    wall[0] += 3_600
    assert running.handle.timeline()["pending"] == []
    running.handle.clock.pause()
    opened = next(point["event"] for point in points(running) if point["kind"] == "event")

    assert rewind(running, event=opened["id"])["mode"] == "manual"
    assert [event["id"] for event in running.handle.timeline()["pending"]][:1] == [opened["id"]]


# Forks.


def test_a_fork_continues_from_a_checkpoint(booked: Sandbox) -> None:
    say(booked, "One")
    *_, before, opened = booked.advance("1h")["happened"]
    point = next(point for point in points(booked) if point["event"] and point["event"]["id"] == opened["id"])

    fork = Sandbox(booked.transport, booked.handle.fork(point=point["id"]).made)

    assert (fork.now(), said(fork)) == (before["at"], ["One"])
    assert (booked.now(), points(fork)) == ("2030-06-01T13:00:00Z", [])


@pytest.mark.parametrize("wanted", [{"point": 7}, {"point": 1, "snapshot": "one"}])
def test_a_fork_from_what_there_is_not_is_refused(booked: Sandbox, wanted: JSON) -> None:
    with pytest.raises(AdminError, match="point"):
        booked.handle.fork(**wanted)
