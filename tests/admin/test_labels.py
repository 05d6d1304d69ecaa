"""What is said of a sandbox, for how long it is kept unused, and what is removed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fake import Answer, InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.domain import limits
from inbox_mock.domain.admin_tokens import OWN, AdminToken, Caller
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.scheduler import Scheduler

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = 3600, 86400
NOTHING_SAID = {"name": None, "note": None, "owner": None}
PLAIN = NOTHING_SAID | {"ttl": None, "expires_at": None}


class Shared(Mock):
    """A fake whose wall clock the test moves."""

    def __init__(self, **options: Any) -> None:
        self.time = EPOCH.timestamp()
        given = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), **options)
        self.fake = create_app(given, wall=lambda: self.time)
        super().__init__(InProcess(self.fake.app))

    def ids(self, **query: Any) -> list[str]:
        return [one["id"] for one in self.admin.get("/sandboxes", **query).json["sandboxes"]]


@pytest.fixture
def shared() -> Shared:
    return Shared()


def said_of(made: dict[str, Any]) -> dict[str, Any]:
    return {name: made[name] for name in PLAIN}


def at(seconds: float) -> str:
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def wrong(answer: Answer, field: str) -> str:
    assert answer.status == 422, answer.body
    (problem,) = answer.json["errors"]
    assert problem["field"] == field
    return str(problem["expected"])


# What is said.


def test_nothing_is_said_of_a_sandbox_unless_somebody_does(shared: Shared) -> None:
    assert said_of(shared.sandbox().made) == PLAIN


def test_it_is_named_noted_and_given_its_time_when_it_is_made(shared: Shared) -> None:
    made = shared.sandbox(name="Alice's", note="for the demo on Friday", ttl="8h").made

    assert said_of(made) == PLAIN | {"name": "Alice's", "note": "for the demo on Friday", "ttl": 8 * HOUR, "expires_at": made["expires_at"]}


def test_the_name_is_that_of_a_scenario_that_is_given_as_an_object_too(shared: Shared) -> None:
    made = shared.sandbox({"seed": 7}, name="mine").made

    assert (made["name"], made["scenario"]) == ("mine", "mine")


def test_a_name_may_belong_to_several_sandboxes(shared: Shared) -> None:
    assert shared.sandbox(name="demo").id != shared.sandbox(name="demo").id


def test_it_can_be_changed_later_and_what_is_not_mentioned_stays(shared: Shared) -> None:
    sandbox = shared.sandbox(name="Alice's", note="old", ttl=60)

    changed = sandbox.admin.patch("", {"note": "new", "ttl": "1d"}).json
    assert (changed["name"], changed["note"], changed["ttl"]) == ("Alice's", "new", DAY)
    changed = sandbox.admin.patch("", {"name": None, "ttl": None}).json
    assert said_of(changed) == PLAIN | {"note": "new"}
    assert said_of(sandbox.admin.get("").json) == said_of(changed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name", wrong) for wrong in ("", " a", "x" * 65, 5, "a\x00b", "a\x1b[2J", "a\nb", "a\x9bb")),
        *(("note", wrong) for wrong in ("x" * (limits.NOTE + 1), "a\x00b", "a\x1b[2J", "a\x9bb")),
        *(("ttl", wrong) for wrong in ("soon", "0s", 0, -1, 1.5, "-PT1H", 10**10, "99999d")),
    ],
)
def test_what_is_none_is_refused_wherever_it_is_said(shared: Shared, field: str, value: object) -> None:
    sandbox = shared.sandbox()
    expected = {"name": "a name of", "note": "a note of at most 1,000 characters that can be printed", "ttl": "how long it is kept unused"}[
        field
    ]

    assert wrong(shared.admin.post("/sandboxes", {field: value}), field).startswith(expected)
    assert wrong(sandbox.admin.patch("", {field: value}), field).startswith(expected)
    assert wrong(sandbox.admin.post("/fork", {field: value}), field).startswith(expected)


def test_a_note_may_have_lines(shared: Shared) -> None:
    assert shared.sandbox(note="one\n\ttwo é").made["note"] == "one\n\ttwo é"


def test_a_reset_and_a_restore_change_nothing_of_it(shared: Shared) -> None:
    sandbox = shared.sandbox(name="Alice's", ttl="1d")
    sandbox.admin.post("/snapshots", {"name": "early"})
    said = said_of(sandbox.admin.patch("", {"note": "late"}).json)

    assert said_of(sandbox.admin.post("/snapshots/early/restore").json) == said
    assert said_of(sandbox.admin.post("/reset").json) == said


def test_a_fork_is_kept_for_as_long_and_has_a_name_and_a_note_of_its_own(shared: Shared) -> None:
    sandbox = shared.sandbox(name="Alice's", note="hers", ttl="1d")

    plain = sandbox.admin.post("/fork").json
    assert (plain["name"], plain["note"], plain["ttl"]) == (None, None, DAY)
    named = sandbox.admin.post("/fork", {"name": "Bob's", "note": "his", "ttl": 60}).json
    assert (named["name"], named["note"], named["ttl"]) == ("Bob's", "his", 60)


def test_a_list_can_be_searched_by_name_and_id(shared: Shared) -> None:
    alice, bob = shared.sandbox(name="Alice's demo"), shared.sandbox(name="Bob's demo")
    shared.sandbox()

    assert shared.ids(name="DEMO") == [alice.id, bob.id]
    assert shared.ids(name="alice") == [alice.id]
    assert shared.ids(name=bob.id[2:8]) == [bob.id]
    assert shared.admin.get("/sandboxes", name="demo").json["count"] == 2


def test_a_list_tells_when_a_sandbox_was_made_and_used_last(shared: Shared) -> None:
    sandbox = shared.sandbox()
    shared.time += DAY
    sandbox.api.get("/accounts")

    (found,) = [one for one in shared.admin.get("/sandboxes").json["sandboxes"] if one["id"] == sandbox.id]
    assert (found["created_at"], found["used_at"]) == (at(0), at(DAY))


# For how long it is kept.


def test_one_that_nobody_has_used_for_its_time_answers_as_one_that_was_deleted(shared: Shared) -> None:
    deleted, sandbox = shared.sandbox(), shared.sandbox(ttl="1h")
    deleted.admin.delete("")
    shared.time += 2 * HOUR

    expected = deleted.api.get("/accounts")
    answer = sandbox.api.get("/accounts")
    assert (answer.status, answer.body) == (expected.status, expected.body) == (401, expected.body)
    assert sandbox.admin.get("").status == deleted.admin.get("").status == 404
    assert sandbox.admin.post("/fork").status == 404


@pytest.mark.parametrize("ttl", [1, 60, HOUR, 30 * DAY])
def test_its_time_begins_anew_with_each_use(shared: Shared, ttl: int) -> None:
    sandbox = shared.sandbox(ttl=ttl)

    for _ in range(5):
        shared.time += 0.99 * ttl
        assert sandbox.api.get("/accounts").status == 200
        shared.time += 0.99 * ttl
        assert sandbox.admin.get("/clock").status == 200
    shared.time += 0.03 * ttl
    assert sandbox.api.get("/accounts").status == 200
    shared.time += 1.02 * ttl
    assert sandbox.api.get("/accounts").status == 401


def test_a_list_that_shows_it_is_no_use_of_it(shared: Shared) -> None:
    sandbox = shared.sandbox(ttl="1h")
    for _ in range(3):
        shared.time += 0.5 * HOUR
        shared.admin.get("/sandboxes")

    assert sandbox.api.get("/accounts").status == 401


def test_the_clock_of_the_sandbox_has_nothing_to_do_with_it(shared: Shared) -> None:
    sandbox = shared.sandbox(ttl="1h")
    sandbox.advance("2d")

    assert sandbox.api.get("/accounts").status == 200


def test_a_server_may_keep_all_for_a_time_unless_they_say_otherwise() -> None:
    shared = Shared(default_ttl=HOUR)

    assert shared.sandbox().made["ttl"] == HOUR
    assert shared.sandbox(ttl="1d").made["ttl"] == DAY
    assert shared.sandbox(ttl=None).made["ttl"] is None
    assert shared.admin.post("/sandboxes/default/fork").json["ttl"] == HOUR


def test_the_default_sandbox_is_kept_for_good() -> None:
    shared = Shared(default_ttl=HOUR)
    shared.time += 100 * DAY

    assert shared.admin.get("/sandboxes/default").json["ttl"] is None
    assert wrong(shared.admin.patch("/sandboxes/default", {"ttl": "1h"}), "ttl") == "null: the default sandbox is kept for good"
    assert shared.admin.patch("/sandboxes/default", {"name": "ours", "ttl": None}).json["name"] == "ours"


# What is removed.


def test_what_has_expired_is_removed_by_the_server_itself_without_anybody_asking(shared: Shared) -> None:
    kept, expired = shared.sandbox(), shared.sandbox(ttl="1h")
    scheduler = Scheduler(shared.fake.sandboxes, shared.fake.sender, lambda: shared.time)
    shared.time += 2 * HOUR

    scheduler.look()
    scheduler.join(30)
    scheduler.stop()

    assert expired.id not in shared.ids()
    assert kept.id in shared.ids()


def test_pruning_removes_what_has_expired_and_says_what_that_was(shared: Shared) -> None:
    kept, expired = shared.sandbox(ttl="1d"), shared.sandbox(ttl="1h", name="over", note="late")
    shared.time += 2 * HOUR

    would = shared.admin.post("/sandboxes/prune", {"dry_run": True}).json
    assert would["sandboxes"] == [{"id": expired.id, "name": "over", "note": "late", "owner": None}]
    assert expired.id in shared.ids()
    done = shared.admin.post("/sandboxes/prune", {}).json
    assert done == would | {"dry_run": False}
    assert done["bytes"] > 0
    assert shared.ids() == ["0" * 12, kept.id]


def test_pruning_removes_what_nobody_has_used_for_longer_too(shared: Shared) -> None:
    old, used = shared.sandbox(), shared.sandbox()
    shared.time += 10 * DAY
    used.api.get("/accounts")

    assert shared.admin.post("/sandboxes/prune", {"older_than": "30d"}).json["sandboxes"] == []
    assert shared.admin.post("/sandboxes/prune", {"older_than": "7d"}).json["sandboxes"] == [{"id": old.id, **NOTHING_SAID}]
    assert shared.ids() == ["0" * 12, used.id]
    assert wrong(shared.admin.post("/sandboxes/prune", {"older_than": "old"}), "older_than").startswith("for how long")


def test_who_owns_sandboxes_prunes_these_and_no_other() -> None:
    tokens = tuple(AdminToken(f"the-token-of-{name}-herself", Caller(OWN, name)) for name in ("alice", "barbara"))
    shared = Shared(admin_tokens=tokens)
    alice, barbara = (shared.caller(one.token, "/__admin") for one in tokens)
    made = [one.post("/sandboxes", {}).json["id"] for one in (alice, barbara)]
    shared.time += HOUR

    for one, name, sandbox_id in zip((alice, barbara), ("alice", "barbara"), made, strict=True):
        (pruned,) = one.post("/sandboxes/prune", {"older_than": "30m"}).json["sandboxes"]
        assert (pruned["id"], pruned["owner"]) == (sandbox_id, name)


def test_from_python_they_are_labelled_searched_and_pruned(shared: Shared) -> None:
    sandbox = Sandbox(shared.transport, shared.sandbox().made).handle
    server = sandbox.server

    assert sandbox.label(name="Alice's", ttl=timedelta(hours=1))["ttl"] == HOUR
    assert server.create_sandbox(ttl=timedelta(days=1)).made["ttl"] == DAY
    assert sandbox.fork(name="Bob's").made["name"] == "Bob's"
    assert [one["id"] for one in server.sandboxes("alice")] == [sandbox.id]
    shared.time += 2 * HOUR
    assert {"id": sandbox.id, "name": "Alice's", "note": None, "owner": None} in server.prune(dry_run=True)["sandboxes"]
    assert len(server.prune(timedelta(hours=1))["sandboxes"]) == 3
