"""S/snapshots and S/fork: keeping a sandbox under a name, going back to it, and going on from it in a second one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import InProcess, Mock, OverSocket, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.engine import sandboxes, snapshots
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from lowered import lower
from receiver import Receiver, deliveries, receiving, subscribe

URL = "/inbox/messages"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


class Wall:
    """A wall clock that a test holds."""

    def __init__(self) -> None:
        self.seconds = 1_900_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def running(wall: Wall) -> Sandbox:
    """The default sandbox of a server whose clock runs with the wall clock."""
    app = create_app(Options(scenario=find("agency"), overrides=Overrides(mode="real")), wall=wall).app
    mock = Mock(InProcess(app))
    return Sandbox(mock.transport, mock.admin.get("/sandboxes/default").json)


def say(sandbox: Sandbox, content: str) -> None:
    assert sandbox.api.post(URL, a_message(content=content)).status == 201


def said(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(URL, per_page=100).records]


def keep(sandbox: Sandbox, name: str = "before") -> None:
    assert sandbox.admin.post("/snapshots", {"name": name}).status == 201


def fork(sandbox: Sandbox, **wanted: str) -> Sandbox:
    answer = sandbox.admin.post("/fork", wanted)
    assert answer.status == 201, answer.body
    return Sandbox(sandbox.transport, answer.json)


def test_a_snapshot_has_a_name_a_time_and_a_size(inbox: Sandbox) -> None:
    inbox.advance("1h")

    answer = inbox.admin.post("/snapshots", {"name": "before"})

    assert answer.status == 201
    assert answer.json["name"] == "before"
    assert answer.json["at"] == "2030-06-01T13:00:00Z"
    assert inbox.admin.get("/snapshots").json == {"snapshots": [answer.json]}
    assert answer.json["bytes"] > 10_000


def test_restoring_brings_back_records_time_and_what_was_to_happen(inbox: Sandbox) -> None:
    inbox.admin.post("/bookings", {"conversation_delay": "10m"})
    say(inbox, "Before.")
    keep(inbox)
    before = inbox.admin.get("/timeline").json
    say(inbox, "After.")
    inbox.advance("2h")

    answer = inbox.admin.post("/snapshots/before/restore")

    assert answer.status == 200
    assert answer.json["clock"]["now"] == "2030-06-01T12:00:00Z"
    assert inbox.admin.get("/timeline").json == before
    assert said(inbox) == ["Before."]


def test_the_journal_is_part_of_a_snapshot(inbox: Sandbox) -> None:
    say(inbox, "Before.")
    before = inbox.admin.get("/journal").json["entries"]
    keep(inbox)
    say(inbox, "After.")

    inbox.admin.post("/snapshots/before/restore")

    assert inbox.admin.get("/journal").json["entries"] == before


def test_tokens_that_were_issued_after_a_snapshot_survive_going_back_to_it(inbox: Sandbox) -> None:
    keep(inbox)
    later = inbox.api_with("inbox_read")

    inbox.admin.post("/snapshots/before/restore")

    assert later.get(URL).status == 200
    assert inbox.api.get(URL).status == 200


def test_a_token_that_was_revoked_after_a_snapshot_is_good_again(inbox: Sandbox) -> None:
    token = inbox.admin.post("/tokens").json["token"]
    keep(inbox)
    assert inbox.admin.delete(f"/tokens/{token}").status == 204

    inbox.admin.post("/snapshots/before/restore")

    assert Mock(inbox.transport).caller(token).get(URL).status == 200


def test_a_snapshot_can_be_restored_any_number_of_times_and_survives_a_reset(inbox: Sandbox) -> None:
    say(inbox, "Before.")
    keep(inbox)

    for _ in range(2):
        say(inbox, "After.")
        inbox.admin.post("/snapshots/before/restore")
        assert said(inbox) == ["Before."]
    inbox.admin.post("/reset")
    assert said(inbox) == []
    inbox.admin.post("/snapshots/before/restore")
    assert said(inbox) == ["Before."]


def test_an_earlier_snapshot_of_the_same_name_gives_way(inbox: Sandbox) -> None:
    keep(inbox)
    say(inbox, "Later.")
    keep(inbox)

    inbox.admin.post("/snapshots/before/restore")

    assert said(inbox) == ["Later."]
    assert len(inbox.admin.get("/snapshots").json["snapshots"]) == 1


def test_a_deleted_snapshot_is_gone(inbox: Sandbox) -> None:
    keep(inbox)

    assert inbox.admin.delete("/snapshots/before").status == 204
    assert inbox.admin.get("/snapshots").json == {"snapshots": []}
    assert inbox.admin.delete("/snapshots/before").status == 404
    assert inbox.admin.post("/snapshots/before/restore").status == 404


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "../before"}, {"name": "a" * 65}, {"name": ".hidden"}, {"name": 7}])
def test_a_snapshot_needs_a_name_that_fits_into_an_address(inbox: Sandbox, body: dict[str, object]) -> None:
    answer = inbox.admin.post("/snapshots", body)

    assert answer.status == 422
    assert [(error["field"], error["expected"]) for error in answer.errors] == [("name", snapshots.EXPECTED_NAME)]


def test_snapshots_are_bounded_in_number(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SNAPSHOTS", 2)
    sandbox = mock.sandbox()
    keep(sandbox, "one")
    keep(sandbox, "two")

    refused = sandbox.admin.post("/snapshots", {"name": "three"})

    assert refused.status == 422
    assert "2 snapshots" in refused.errors[0]["expected"]
    keep(sandbox, "two")


def test_the_snapshots_of_all_sandboxes_together_are_bounded_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Mock(InProcess(create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"))).app))
    one, two = alone.sandbox(), alone.sandbox()
    keep(one)
    size = one.admin.get("/snapshots").json["snapshots"][0]["bytes"]
    lower(monkeypatch, "IMAGES", size)

    assert two.admin.post("/snapshots", {"name": "before"}).status == 422
    keep(one)
    one.admin.delete("")
    keep(two)


def test_a_running_clock_goes_on_from_the_snapshots_time(running: Sandbox, wall: Wall) -> None:
    wall.seconds += 60
    keep(running)
    then = running.now()
    wall.seconds += 3600

    running.admin.post("/snapshots/before/restore")

    assert running.now() == then
    wall.seconds += 60
    assert running.now() > then
    assert running.admin.get("/clock").json["mode"] == "real"


def test_what_comes_due_after_a_snapshot_happens_again_after_restoring_it(running: Sandbox, wall: Wall) -> None:
    booking = running.admin.post("/bookings", {"conversation_delay": "10m"}).json["booking"]
    keep(running)
    wall.seconds += 700
    assert running.api.get(f"/bookings/{booking['id']}").record["links"]["conversations"]

    running.admin.post("/snapshots/before/restore")

    assert running.api.get(f"/bookings/{booking['id']}").record["links"]["conversations"] == []
    wall.seconds += 700
    assert running.api.get(f"/bookings/{booking['id']}").record["links"]["conversations"]


def test_a_clock_that_was_paused_is_still_paused_after_a_reset(running: Sandbox, wall: Wall) -> None:
    running.admin.patch("/clock", {"mode": "manual"})
    wall.seconds += 60

    assert running.admin.post("/reset").json["clock"]["mode"] == "manual"
    then = running.now()
    wall.seconds += 60
    assert running.now() == then


def test_a_clock_that_runs_still_runs_after_a_reset(running: Sandbox, wall: Wall) -> None:
    wall.seconds += 60

    assert running.admin.post("/reset").json["clock"]["mode"] == "real"


def test_a_fork_answers_like_creation_and_has_tokens_of_its_own(inbox: Sandbox) -> None:
    forked = fork(inbox)

    assert forked.id != inbox.id
    assert forked.made == {**inbox.made, **{name: forked.made[name] for name in ("id", "token", "applications", "accounts")}}
    assert forked.made["token"] == forked.id + inbox.made["token"][12:]
    assert forked.admin.get("").json.items() >= forked.made.items()


def test_a_fork_goes_on_from_where_the_first_one_is_and_neither_sees_the_other(inbox: Sandbox) -> None:
    say(inbox, "Before.")
    inbox.advance("1h")
    forked = fork(inbox)

    say(inbox, "In the first.")
    say(forked, "In the second.")
    forked.advance("1h")

    assert (said(inbox), inbox.now()) == (["Before.", "In the first."], "2030-06-01T13:00:00Z")
    assert (said(forked), forked.now()) == (["Before.", "In the second."], "2030-06-01T14:00:00Z")


def test_a_token_that_was_issued_before_the_fork_is_good_in_it_under_the_forks_id(inbox: Sandbox) -> None:
    token = inbox.admin.post("/tokens").json["token"]

    forked = fork(inbox)

    assert Mock(inbox.transport).caller(forked.id + token[12:]).get(URL).status == 200


def test_forks_that_follow_each_other_hold_what_was_written_in_between(inbox: Sandbox) -> None:
    say(inbox, "One.")
    first, second = fork(inbox), fork(inbox)
    say(inbox, "Two.")
    third = fork(inbox)

    assert (said(first), said(second), said(third)) == (["One."], ["One."], ["One.", "Two."])


def test_a_fork_after_a_reset_holds_nothing_of_what_was_forked_before(inbox: Sandbox) -> None:
    say(inbox, "One.")
    keep(inbox)
    inbox.admin.post("/snapshots/before/restore")
    first = fork(inbox)

    inbox.admin.post("/reset")

    assert (said(first), said(fork(inbox))) == (["One."], [])


def test_a_fork_of_a_snapshot_goes_on_from_there(inbox: Sandbox) -> None:
    say(inbox, "Before.")
    keep(inbox)
    say(inbox, "After.")

    assert said(fork(inbox, snapshot="before")) == ["Before."]
    assert said(inbox) == ["Before.", "After."]


def test_a_fork_has_no_snapshots_and_resets_to_the_scenarios_start(inbox: Sandbox) -> None:
    keep(inbox)
    say(inbox, "Before.")
    forked = fork(inbox)

    assert forked.admin.get("/snapshots").json == {"snapshots": []}
    forked.admin.post("/reset")
    assert said(forked) == []
    assert forked.api.get("/inbox/conversations").ids == [11]


def test_a_fork_outlives_the_sandbox_that_it_came_from(inbox: Sandbox) -> None:
    say(inbox, "Before.")
    forked = fork(inbox)

    inbox.admin.delete("")

    assert said(forked) == ["Before."]


def test_there_is_no_fork_of_a_snapshot_or_sandbox_that_does_not_exist(inbox: Sandbox) -> None:
    refused = inbox.admin.post("/fork", {"snapshot": "before"})

    assert refused.status == 422
    assert refused.errors[0]["field"] == "snapshot"
    assert Mock(inbox.transport).admin.post("/sandboxes/123456789abc/fork").status == 404


def test_the_default_sandbox_can_be_forked_and_the_fork_has_no_named_credentials(mock: Mock) -> None:
    forked = Sandbox(mock.transport, mock.admin.post("/sandboxes/default/fork").json)

    assert forked.made["token"].startswith(forked.id)
    assert forked.api.get(URL).status == 200
    assert "demo" not in str(forked.made["applications"])


def test_a_fork_keeps_subscriptions_and_signs_with_a_secret_of_its_own(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    forked = fork(inbox)

    forked.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    forked.advance("0s")

    assert receiver.events == ["client_created"]
    (kept,) = forked.admin.get("/webhooks").json["webhooks"]
    assert kept["secret"] == forked.application("Your application")["client_secret"]
    assert deliveries(inbox) == []


def test_a_sleeping_sandbox_can_be_kept_restored_and_forked(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "MOST_AWAKE", 1)
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host]))
    say(sandbox, "Before.")
    mock.sandbox()
    keep(sandbox)
    say(sandbox, "After.")
    mock.sandbox()

    forked = fork(sandbox)
    mock.sandbox()
    sandbox.admin.post("/snapshots/before/restore")

    assert said(forked) == ["Before.", "After."]
    assert said(sandbox) == ["Before."]


def test_an_advance_ends_when_the_sandbox_is_restored_meanwhile(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    keep(inbox)
    say(inbox, "One.")
    receiver.on_request = lambda _received: inbox.admin.post("/snapshots/before/restore")

    found = inbox.advance("1h")

    assert found["why"] == "stopped: the sandbox was reset or restored meanwhile"
    assert inbox.now() == "2030-06-01T12:00:00Z"
    assert deliveries(inbox) == []
    assert [entry for entry in inbox.admin.get("/journal").json["entries"] if entry["path"] == receiver.url] == []


def test_how_a_delivery_went_is_not_told_of_another_one_after_a_restore(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    keep(inbox)
    say(inbox, "One.")

    def begin_anew(_received: object) -> None:
        inbox.admin.post("/snapshots/before/restore")
        say(inbox, "Another, whose delivery has the same number.")

    receiver.on_request = begin_anew
    inbox.advance("0s")

    (delivery,) = deliveries(inbox)
    assert delivery["attempts"] == []


def test_a_redelivery_of_what_a_reset_took_away_is_not_found(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    say(inbox, "One.")
    inbox.advance("0s")
    receiver.on_request = lambda _received: inbox.admin.post("/reset")

    assert inbox.admin.post("/deliveries/1/redeliver").status == 404


def test_a_fork_during_a_delivery_does_not_send_that_webhook_again(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    say(inbox, "One.")
    forked: list[Sandbox] = []
    receiver.on_request = lambda _received: forked.extend([] if forked else [fork(inbox)])

    inbox.advance("1h")
    forked[0].advance("1h")

    assert receiver.events == ["inbox_message_created"]


def test_forks_during_writes_hold_whole_requests_only(served: str) -> None:
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    sandbox = Mock(OverSocket(served)).sandbox(a_scenario(bookings=[a_booking()], participants=[host]))

    def write(number: int) -> None:
        say(Sandbox(OverSocket(served), sandbox.made), f"Message {number}")

    def make(_: int) -> list[str]:
        there = Sandbox(OverSocket(served), sandbox.made)
        forked = fork(there)
        told = said(forked)
        journaled = [entry for entry in forked.admin.get("/journal").json["entries"] if entry["method"] == "POST"]
        assert len(journaled) == len(told)
        return told

    with ThreadPoolExecutor(8) as pool:
        writing = pool.map(write, range(30))
        forks = list(pool.map(make, range(10)))
        list(writing)

    assert len(said(sandbox)) == 30
    assert all(len(set(told)) == len(told) for told in forks)
