"""``inbox-mock sandboxes`` and ``inbox-mock admin``, against a running server."""

import json
from pathlib import Path
from typing import Any

import pytest

from fake import JSON, Mock, OverSocket, Sandbox
from inbox_mock.admin.routes import OPERATIONS
from inbox_mock.app import Options
from inbox_mock.domain.admin_tokens import READ, AdminToken, Caller
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving
from processes import Ran, run
from receiver import receiving

NOON = "2030-06-01T12:00:00Z"


@pytest.fixture
def mock(served: str) -> Mock:
    """The fake over a socket: commands speak to a server."""
    return Mock(OverSocket(served))


def typed(sandbox: Sandbox, *arguments: str, **env: str) -> Ran:
    """Run a command for a sandbox, through the environment, in this process."""
    return run(*arguments, env={"INBOX_MOCK_URL": sandbox.transport.root, "INBOX_MOCK_SANDBOX": sandbox.id} | env)


def printed(sandbox: Sandbox, *arguments: str, **env: str) -> str:
    """Run a command that goes well; what it prints."""
    ran = typed(sandbox, *arguments, **env)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def answered(sandbox: Sandbox, *arguments: str) -> JSON:
    """Run a command for programs; what it says."""
    found: JSON = json.loads(printed(sandbox, *arguments, "--format", "json"))
    return found


def there(sandbox: Sandbox, found: dict[str, object]) -> Sandbox:
    """The sandbox that a command told of."""
    return Sandbox(sandbox.transport, found)


def test_sandboxes_are_listed(waiting: Sandbox) -> None:
    (line,) = [line for line in printed(waiting, "sandboxes").splitlines() if line.startswith(waiting.id)]

    assert line.split() == [waiting.id, "scenario", "7", NOON, "manual"]
    listed: Any = answered(waiting, "sandboxes")["sandboxes"]
    assert waiting.made in [{name: one[name] for name in waiting.made} for one in listed]


def test_a_sandbox_that_is_not_as_most_are_says_how_where_it_is_shown_and_listed(waiting: Sandbox) -> None:
    made = there(waiting, answered(waiting, "sandboxes", "create", "--strict", "--uncached"))

    (line,) = [line for line in printed(waiting, "sandboxes").splitlines() if line.startswith(made.id)]

    assert line.endswith("  strict, uncached")
    assert printed(made, "sandboxes", "show").splitlines()[0].endswith(", manual, strict, uncached")


def test_a_sandbox_is_made_of_a_shipped_scenario(waiting: Sandbox) -> None:
    made = there(waiting, answered(waiting, "sandboxes", "create", "--scenario", "spam", "--seed", "9", "--clock", "60x", "--strict"))

    assert (made.made["scenario"], made.made["seed"], made.made["strict"]) == ("spam", 9, True)
    assert (made.made["clock"]["mode"], made.made["clock"]["rate"]) == ("real", 60)
    assert made.api.get("/me").status == 200


def test_addresses_take_the_roles_of_a_sandbox(waiting: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    file.write_text("webhooks: [{role: auditor}, {role: receiver}]\n")
    wanted = ("--webhook-url", "http://localhost:9/a", "--webhook-url", "auditor=http://localhost:9/b")

    made = there(waiting, answered(waiting, "sandboxes", "create", "--scenario", str(file), *wanted))

    assert [(found["role"], found["url"]) for found in made.handle.webhooks()] == [
        ("auditor", "http://localhost:9/b"),
        ("receiver", "http://localhost:9/a"),
    ]


def test_a_sandbox_is_made_of_a_file(waiting: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("accounts: [{id: 5, business_name: Chalets}]\n")

    made = there(waiting, answered(waiting, "sandboxes", "create", "--scenario", str(file)))

    assert made.api.get("/accounts").record["business_name"] == "Chalets"


def test_what_is_wrong_with_a_file_is_told_with_its_line(waiting: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 7\nrentalls: []\n")

    ran = typed(waiting, "sandboxes", "create", "--scenario", str(file))

    assert ran.returncode == 2
    assert f"{file}:2: found the unknown key 'rentalls'" in ran.stderr


def test_what_a_server_is_told_by_the_environment_is_not_told_to_every_sandbox(waiting: Sandbox) -> None:
    told = {"INBOX_MOCK_SCENARIO": "nonsense", "INBOX_MOCK_CLOCK": "60x", "INBOX_MOCK_STRICT": "1", "INBOX_MOCK_SANDBOX_SEED": "4"}

    made = json.loads(printed(waiting, "sandboxes", "create", "--format", "json", **told))

    assert (made["scenario"], made["clock"]["mode"], made["strict"], made["seed"]) == ("agency", "manual", False, 4)


def test_a_person_is_told_address_and_token(waiting: Sandbox) -> None:
    assert printed(waiting, "sandboxes", "show").splitlines() == [
        f"Sandbox {waiting.id}: scenario, {NOON}, manual",
        f"  API    {waiting.transport.root}/api/v3",
        f"  Token  {waiting.made['token']}",
    ]


def test_a_person_who_may_only_read_is_shown_no_token() -> None:
    token = AdminToken("ci-only-reads-everything", Caller(READ, "ci"))
    with serving(Options(scenario=find("empty"), admin_tokens=(token,))) as server:
        ran = run("sandboxes", "show", env={"INBOX_MOCK_URL": server.url, "INBOX_MOCK_ADMIN_TOKEN": token.token})

    assert ran.returncode == 0, ran.stderr
    assert "Token" not in ran.stdout


def test_a_sandbox_is_kept_restored_forked_and_forgotten(inbox: Sandbox) -> None:
    assert printed(inbox, "sandboxes", "snapshot") == "no snapshots\n"
    assert printed(inbox, "sandboxes", "snapshot", "noon").startswith(f"Snapshot noon: {NOON}, ")
    inbox.advance("1h")
    forked = there(inbox, answered(inbox, "sandboxes", "fork"))
    earlier = there(inbox, answered(inbox, "sandboxes", "fork", "--snapshot", "noon"))
    answered(inbox, "sandboxes", "restore", "noon")

    assert (inbox.now(), forked.now(), earlier.now()) == (NOON, "2030-06-01T13:00:00Z", NOON)
    assert printed(inbox, "sandboxes", "snapshot").split()[:2] == ["noon", NOON]
    assert printed(inbox, "sandboxes", "forget", "noon") == "Snapshot noon is gone\n"
    assert answered(inbox, "sandboxes", "snapshot") == {"snapshots": []}


def test_a_sandbox_is_reset(inbox: Sandbox) -> None:
    inbox.advance("1h")

    printed(inbox, "sandboxes", "reset")

    assert inbox.now() == NOON


def test_a_sandbox_is_deleted(inbox: Sandbox) -> None:
    assert printed(inbox, "sandboxes", "--sandbox", inbox.id, "delete") == f"Sandbox {inbox.id} is gone\n"
    assert inbox.admin.get("").status == 404


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("restore", "noon"), "has no snapshot noon"),
        (("forget", "a/b"), "has no snapshot a"),
        (("snapshot", "a b"), 'NAME: found "a b"; expected a name of up to 64 letters'),
        (("fork", "--snapshot", "noon"), '--snapshot: found "noon"; expected the name of a snapshot'),
        (("delete", "--sandbox", "default"), "--sandbox: expected a sandbox other than the default one"),
        (("show", "--sandbox", "nowhere"), "has no sandbox 'nowhere'"),
        (("create", "--scenario", "nonsense"), "no scenario of this name"),
        (("create", "--clock", "backwards"), "expected manual, real, or a rate"),
    ],
)
def test_what_cannot_be_is_one_clear_line(inbox: Sandbox, arguments: tuple[str, ...], told: str) -> None:
    ran = typed(inbox, "sandboxes", *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr.splitlines()[-1]


def test_every_call_of_the_admin_api_can_be_made_by_its_name(waiting: Sandbox) -> None:
    found = json.loads(printed(waiting, "admin", "--format", "json"))

    assert [call["call"] for call in found] == [operation.name for operation in OPERATIONS]
    assert [line.split()[0] for line in printed(waiting, "admin").splitlines()] == [operation.name for operation in OPERATIONS]


def test_a_call_takes_what_the_path_the_query_and_the_body_want(inbox: Sandbox) -> None:
    fault = answered(inbox, "admin", "set_fault", "kind=status", "status=503", "times=1", 'match={"method":"GET"}')
    assert inbox.api.get("/me").status == 503
    assert printed(inbox, "admin", "remove_fault", f"record_id={fault['id']}") == "done\n"

    written = answered(inbox, "admin", "write", "record_id=11", "content=Hello = hello", "from=guest")
    assert written["message"]["content"] == "Hello = hello"
    assert answered(inbox, "admin", "get_journal", "after=1")["entries"] == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            ("set_fault", "kind=timeout_after", "match.path=/inbox/messages"),
            """match.path: expected JSON, match='{"path": "/inbox/messages"}'""",
        ),
        (("subscribe", "events=inbox_message_created"), """events: expected JSON, events='["inbox_message_created"]'"""),
    ],
)
def test_an_object_or_a_list_that_is_not_json_is_shown_as_json(inbox: Sandbox, given: tuple[str, ...], says: str) -> None:
    refused = typed(inbox, "admin", *given)

    assert refused.returncode == 2
    assert says in refused.stderr


def test_a_file_is_printed_as_it_is_and_one_that_is_wanted_is_for_another_program(inbox: Sandbox) -> None:
    assert json.loads(printed(inbox, "admin", "export_sandbox", "format=har"))["log"]["version"] == "1.2"

    refused = typed(inbox, "admin", "read_recording")

    assert refused.returncode == 2
    assert "read_recording takes a file as its body: curl --data-binary @FILE" in refused.stderr


def test_nothing_that_somebody_wrote_moves_the_terminals_cursor(inbox: Sandbox) -> None:
    written = printed(inbox, "admin", "write", "record_id=11", "content=Hé \x1b[31m\x9b31m\u202e", "from=guest")
    refused = typed(inbox, "sandboxes", "create", "--scenario", "no\x9b31m")

    assert written.replace("\n", "").isprintable()
    assert json.loads(written)["message"]["content"] == "Hé \x1b[31m\x9b31m\u202e"
    assert "Hé " in written
    assert "no scenario of this name" in refused.stderr
    assert refused.stderr.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("remove_fault",), "say record_id=..."),
        (("set_fault", "knd=status"), "knd is unknown to set_fault; did you mean 'kind'?"),
        (("get_inbox_conversation", "id=default"), "say record_id=... : the path of get_inbox_conversation holds it, and takes no id"),
        (
            ("get_inbox_conversation", "record_id=1", "id=default"),
            "id is unknown to get_inbox_conversation; expected one of record_id, limit, skip",
        ),
        (("set_fault", "kind"), "'kind' is not NAME=VALUE"),
        (("set_fault", "kind=nonsense"), 'kind: found "nonsense"; expected one of burst'),
        (("nonsense",), "lists no call 'nonsense'; expected one of create_sandbox, "),
        (("set_falt",), "inbox-mock admin lists no call 'set_falt'; did you mean 'set_fault'?"),
        (("remove_fault", "record_id=99"), "has no fault 99"),
    ],
)
def test_a_call_that_cannot_be_made_says_why(inbox: Sandbox, arguments: tuple[str, ...], told: str) -> None:
    ran = typed(inbox, "admin", *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr.splitlines()[-1]


def test_a_sandbox_of_a_file_is_called_after_it(served: str, tmp_path: Path) -> None:
    (tmp_path / "two-guests.yaml").write_text("seed: 7\n")

    made = run("sandboxes", "create", "--scenario", str(tmp_path / "two-guests.yaml"), "--url", served)

    assert ": two-guests, " in made.stdout


# Names, notes, lifetimes, and what is removed.


def test_a_sandbox_is_made_with_a_name_a_note_and_a_lifetime(waiting: Sandbox) -> None:
    made = answered(waiting, "sandboxes", "create", "--name", "Alice's", "--note", "for Friday", "--ttl", "7d")

    assert (made["name"], made["note"], made["ttl"]) == ("Alice's", "for Friday", 7 * 86400)
    assert "Alice's" in printed(waiting, "sandboxes", "show", "--sandbox", str(made["id"]))


def test_its_label_is_changed(waiting: Sandbox) -> None:
    made = there(waiting, answered(waiting, "sandboxes", "create", "--name", "Alice's", "--ttl", "7d"))

    changed = answered(made, "sandboxes", "label", "--note", "late", "--ttl", "never")
    assert (changed["name"], changed["note"], changed["ttl"]) == ("Alice's", "late", None)


def test_a_fork_is_named(waiting: Sandbox) -> None:
    assert answered(waiting, "sandboxes", "fork", "--name", "Bob's", "--ttl", "1d")["name"] == "Bob's"


def test_those_of_a_name_are_listed(waiting: Sandbox) -> None:
    made = answered(waiting, "sandboxes", "create", "--name", f"Mine of {waiting.id}")

    (line,) = printed(waiting, "sandboxes", "--named", f"mine OF {waiting.id}").splitlines()
    assert line.startswith(str(made["id"]))
    assert f"Mine of {waiting.id}" in line


def test_a_name_that_no_sandbox_has_is_told(waiting: Sandbox) -> None:
    ran = typed(waiting, "sandboxes", "--named", "Nobody's")

    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.endswith('has "Nobody\'s" in its name or id\n')


def test_a_wrong_label_is_refused_by_the_name_of_its_option(waiting: Sandbox) -> None:
    for arguments in (("create",), ("label",), ("fork",)):
        ran = typed(waiting, "sandboxes", *arguments, "--ttl", "soon")
        assert (ran.returncode, ran.stderr.split(": ")[1]) == (2, "--ttl"), ran.stderr


def test_pruning_says_what_is_removed(waiting: Sandbox) -> None:
    assert printed(waiting, "sandboxes", "prune", "--dry-run", "--older-than", "3650d") == "Would remove 0 sandboxes, 0 bytes\n"
    assert answered(waiting, "sandboxes", "prune", "--dry-run") == {"sandboxes": [], "bytes": 0, "dry_run": True}
    assert typed(waiting, "sandboxes", "prune", "--older-than", "old").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "total"), [((), "Removed 1 sandbox, 1,234 bytes"), (("--dry-run",), "Would remove 1 sandbox, 1,234 bytes")]
)
def test_a_person_is_told_whose_sandboxes_are_pruned(arguments: tuple[str, ...], total: str) -> None:
    pruned = {"id": "0123456789ab", "name": "refunds", "owner": "alice", "note": None}
    with receiving() as server:
        server.headers = {"Content-Type": "application/json"}
        server.body = json.dumps({"sandboxes": [pruned], "bytes": 1234, "dry_run": bool(arguments)}).encode()
        ran = run("sandboxes", "prune", *arguments, env={"INBOX_MOCK_URL": server.url.removesuffix("/hook")})

    assert [line.split() for line in ran.stdout.splitlines()] == [["0123456789ab", "refunds", "alice"], total.split()]


@pytest.mark.parametrize(("option", "cached"), [((), True), (("--cached",), True), (("--uncached",), False)])
def test_a_sandbox_is_made_whose_answers_are_kept_unless_it_is_to_make_each_anew(*, option: tuple[str, ...], cached: bool) -> None:
    with serving(Options(scenario=find("empty"))) as server:
        made = json.loads(run("sandboxes", "create", *option, "--format", "json", env={"INBOX_MOCK_URL": server.url}).stdout)

        with server.fake.sandboxes.get(made["id"]).work() as work:
            assert work.settings.cached is cached
