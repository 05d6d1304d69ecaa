"""``inbox-mock clock``, ``book``, ``write`` and ``journal``, against a running server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import requests

from builders import a_booking, a_message, a_scenario
from fake import Mock, OverSocket, Sandbox
from inbox_mock.app import Options
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server
from processes import COMMAND, Ran, free_port, run, serving, started
from receiver import receiving, subscribe

NOON = "2030-06-01T12:00:00Z"


@pytest.fixture
def mock(served: str) -> Mock:
    """The fake over a socket: commands speak to a server."""
    return Mock(OverSocket(served))


def typed(sandbox: Sandbox, *arguments: str, env: dict[str, str] | None = None) -> Ran:
    """Run a command for a sandbox, through the environment."""
    told = {"INBOX_MOCK_URL": sandbox.transport.root, "INBOX_MOCK_SANDBOX": sandbox.id}
    return run(*arguments, env=told | (env or {}))


def printed(sandbox: Sandbox, *arguments: str) -> str:
    """Run a command that goes well; what it prints."""
    ran = typed(sandbox, *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def ask(root: str, path: str) -> None:
    """Call the API in the sandbox `default`."""
    assert requests.get(f"{root}/api/v3{path}", headers={"Authorization": "Bearer demo"}, timeout=30).status_code == 200


def refused(sandbox: Sandbox, *arguments: str) -> str:
    """Run a command that cannot be; its one line of explanation."""
    ran = typed(sandbox, *arguments)
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stdout
    assert "Traceback" not in ran.stderr
    assert "Usage:" in ran.stderr or len(ran.stderr.splitlines()) == 1
    return ran.stderr.splitlines()[-1]


def test_the_clock_shows_the_time_and_how_it_goes(waiting: Sandbox) -> None:
    assert printed(waiting, "clock") == f"{NOON}  manual: it stands until you advance it\n"


def test_the_clock_is_shown_for_programs(waiting: Sandbox) -> None:
    assert json.loads(printed(waiting, "clock", "--format", "json")) == {"now": NOON, "mode": "manual", "rate": 1.0}


def test_the_clock_runs_at_a_rate_and_stands_again(waiting: Sandbox) -> None:
    assert printed(waiting, "clock", "run", "--rate", "60").endswith("real: it runs at 60x\n")
    assert waiting.admin.get("/clock").json["mode"] == "real"

    assert printed(waiting, "clock", "pause").endswith("manual: it stands until you advance it\n")
    assert waiting.admin.get("/clock").json["mode"] == "manual"


def test_advancing_prints_each_event_on_a_line(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s", conversation_delay="10m")]))

    lines = printed(sandbox, "clock", "advance", "1h").splitlines()

    assert lines[0].startswith("2030-06-01T12:10:00Z  conversation_opened  booking 80, conversation ")
    assert lines[-1] == "2030-06-01T13:00:00Z  now"


def test_advancing_through_nothing_says_so(waiting: Sandbox) -> None:
    assert printed(waiting, "clock", "advance", "10m") == "2030-06-01T12:10:00Z  now; nothing happened\n"


@pytest.mark.parametrize(
    ("arguments", "now"),
    [
        (("10m",), "2030-06-01T12:10:00Z"),
        (("PT2H",), "2030-06-01T14:00:00Z"),
        (("--to", "2030-06-02"), "2030-06-02T00:00:00Z"),
        (("--until", "idle"), NOON),
    ],
)
def test_the_clock_advances_by_to_and_until(waiting: Sandbox, arguments: tuple[str, ...], now: str) -> None:
    assert json.loads(printed(waiting, "clock", "advance", *arguments, "--format", "json"))["now"] == now


def test_the_clock_rewinds_and_says_what_is_to_come_again(inbox: Sandbox) -> None:
    printed(inbox, "write", "11", "One", "--as", "guest")
    inbox.api.post("/inbox/messages", a_message())

    assert printed(inbox, "clock", "rewind", "--request", "1") == f"{NOON}  now, before POST /api/v3/inbox/messages\n"

    listed = printed(inbox, "clock", "points").splitlines()
    assert listed[0].startswith(f"    1  {NOON}  before Write as the guest, ")
    assert listed[1:] == [
        f"    2  {NOON}  before POST /api/v3/inbox/messages  (history 1)",
        f"    3  {NOON}  before Rewind the clock  (history 1)",
    ]
    assert json.loads(printed(inbox, "clock", "rewind", "--point", "3", "--format", "json"))["branch"] == 2
    assert json.loads(printed(inbox, "clock", "points", "--format", "json"))["points"][2]["says"] == "Rewind the clock"


def test_without_checkpoints_it_says_what_makes_some(waiting: Sandbox) -> None:
    assert printed(waiting, "clock", "points").startswith("no checkpoint yet: ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "say one of --to"),
        (("--point", "1", "--event", "2"), "say one of --to"),
        (("--request", ""), "--request"),
        (("--point", "7"), "--point: found 7; expected the id of a checkpoint"),
        (("--to", "2040-01-01"), "--to: found"),
    ],
)
def test_a_rewind_that_cannot_be_is_refused(waiting: Sandbox, arguments: tuple[str, ...], why: str) -> None:
    assert why in refused(waiting, "clock", "rewind", *arguments)


def test_flags_before_the_subcommand_count_and_win_over_the_environment(waiting: Sandbox) -> None:
    ran = run(
        "clock",
        "--sandbox",
        waiting.id,
        "advance",
        "1m",
        env=os.environ | {"INBOX_MOCK_URL": waiting.transport.root, "INBOX_MOCK_SANDBOX": "nowhere"},
    )

    assert ran.stdout == "2030-06-01T12:01:00Z  now; nothing happened\n"


def test_what_a_webhook_came_to_is_told_on_its_line(waiting: Sandbox) -> None:
    waiting.admin.post("/webhooks", {"url": f"http://127.0.0.1:{free_port()}/", "events": ["booking_created"]})
    printed(waiting, "book")

    assert "webhook_sent  delivery 1, no connection: refused\n" in printed(waiting, "clock", "advance", "0s")


def test_a_booking_is_answered_with_its_number_and_what_to_do_next(waiting: Sandbox) -> None:
    lines = printed(
        waiting, "book", "--rental", "16", "--start", "2030-07-01", "--end", "2030-07-08", "--conversation-delay", "7m"
    ).splitlines()

    booking = waiting.api.get("/bookings").records[-1]
    assert lines == [
        f"Booking {booking['id']}: rental 16, {booking['start_at']} to {booking['end_at']}, airbnb.",
        "Its conversation is still to come. Let it: inbox-mock clock advance 7m",
    ]


def test_the_advice_repeats_the_flags_that_were_needed(waiting: Sandbox) -> None:
    advice = printed(waiting, "book", "--sandbox", waiting.id).splitlines()[-1]

    assert advice.endswith(f"inbox-mock clock advance 5m --sandbox {waiting.id}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--channel", "direct"), "It gets no conversation by itself: direct opens none, and a client may."),
        (("--conversation-delay", "never"), "Its conversation never comes"),
        (("--conversation-delay", "0s"), "Its conversation is 12."),
        (("--channel", "booking-com"), "inbox-mock clock advance 10m"),
    ],
)
def test_what_becomes_of_the_conversation_depends(waiting: Sandbox, arguments: tuple[str, ...], told: str) -> None:
    assert told in printed(waiting, "book", *arguments)


def test_a_booking_for_programs_is_the_apis_own_record(waiting: Sandbox) -> None:
    made = json.loads(printed(waiting, "book", "--guest", "Zoé Núñez", "--format", "json"))["booking"]

    assert made == waiting.api.get(f"/bookings/{made['id']}").record
    assert waiting.api.get(f"/clients/{made['links']['client']}").record["fullname"] == "Zoé Núñez"


@pytest.mark.parametrize(("flag", "members"), [("--host", ["Client", "Host"]), ("--no-host", ["Client"])])
def test_whether_the_channel_adds_a_host_can_be_said(waiting: Sandbox, flag: str, members: list[str]) -> None:
    made = json.loads(printed(waiting, "book", flag, "--conversation-delay", "0s", "--format", "json"))["booking"]
    waiting.advance("0s")

    (conversation_id,) = waiting.api.get(f"/bookings/{made['id']}").record["links"]["conversations"]
    found = waiting.api.get(f"/inbox/conversations/{conversation_id}", include="participants").record["participants"]
    assert sorted(participant["links"]["member"]["type"] for participant in found) == members


def test_the_address_of_serve_is_no_answer_about_hosts(waiting: Sandbox) -> None:
    assert typed(waiting, "book", env={"INBOX_MOCK_HOST": "0.0.0.0"}).returncode == 0  # noqa: S104


def test_a_staff_message_is_relayed(inbox: Sandbox) -> None:
    assert "relayed, the guest sees it some seconds later" in printed(inbox, "write", "11", "Welcome!", "--as", "staff")

    inbox.advance("1m")
    assert [message["content"] for message in inbox.handle.thread(11)] == ["Welcome!"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--channel", "none"), "not relayed: channel is null, and the conversation's default_channel is airbnb"),
        (("--channel", "email"), "not relayed: channel is email, and the conversation's default_channel is airbnb"),
        (("--internal",), "not relayed: the message is internal"),
    ],
)
def test_a_staff_message_that_goes_no_further_says_why(inbox: Sandbox, arguments: tuple[str, ...], why: str) -> None:
    assert printed(inbox, "write", "11", "Welcome!", "--as", "staff", *arguments) == f"Message 1: {why}\n"


@pytest.mark.parametrize("writer", ["guest", "host"])
def test_guest_and_host_write_on_the_channel(inbox: Sandbox, writer: str) -> None:
    assert printed(inbox, "write", "11", "Hello", "--as", writer) == f"Message 1: written by the {writer}\n"

    (message,) = inbox.handle.thread(11)
    assert (message["from"], message["content"]) == (writer, "Hello")


def test_the_journal_has_a_line_for_each_call(inbox: Sandbox) -> None:
    inbox.api.get("/bookings", per_page=1)
    inbox.api.get("/nowhere")

    first, second = printed(inbox, "journal").splitlines()

    assert first == f"1  {NOON}  GET    /api/v3/bookings?per_page=1  200"
    assert second.startswith(f"2  {NOON}  GET    /api/v3/nowhere  404")


def test_the_journal_begins_after_an_entry_and_holds_more_than_a_page(inbox: Sandbox) -> None:
    for _ in range(103):
        inbox.api.get("/me")

    assert len(printed(inbox, "journal").splitlines()) == 103
    assert printed(inbox, "journal", "--after", "102").startswith("103  ")


def test_the_journal_for_programs_is_an_object_a_line(inbox: Sandbox) -> None:
    inbox.api.get("/me")
    inbox.api.get("/hosts")

    found = [json.loads(line) for line in printed(inbox, "journal", "--format", "json").splitlines()]

    assert found == inbox.handle.journal()


def test_following_the_journal_goes_on_through_a_reset_until_ctrl_c(inbox: Sandbox) -> None:
    arguments = [COMMAND, "journal", "--follow", "--url", inbox.transport.root, "--sandbox", inbox.id]
    with started(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        inbox.api.get("/me")
        first = follower.stdout.readline()
        inbox.admin.post("/reset")
        inbox.api.get("/hosts")
        inbox.api.get("/rentals")
        second, third = follower.stdout.readline(), follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        rest, complaints = follower.communicate(timeout=30)

    assert [line.split()[3] for line in (first, second, third)] == ["/api/v3/me", "/api/v3/hosts", "/api/v3/rentals"]
    assert (follower.returncode, rest, complaints) == (0, "", "")


def test_following_the_journal_waits_for_a_server_that_goes_away(tmp_path: Path) -> None:
    port = str(free_port())
    arguments = [COMMAND, "journal", "--follow", "--url", f"http://127.0.0.1:{port}"]
    with serving(tmp_path, "--port", port) as root:
        follower = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert follower.stdout is not None
        assert follower.stderr is not None
        ask(root, "/me")
        first = follower.stdout.readline()
    away = follower.stderr.readline()
    with serving(tmp_path, "--port", port) as root:
        back = follower.stderr.readline()
        ask(root, "/hosts")
        second = follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        rest, complaints = follower.communicate(timeout=30)

    assert [line.split()[3] for line in (first, second)] == ["/api/v3/me", "/api/v3/hosts"]
    assert away.startswith("inbox-mock: no")
    assert away.endswith("; waiting for it\n")
    assert back == f"inbox-mock: http://127.0.0.1:{port} answers again\n"
    assert (follower.returncode, rest, complaints) == (0, "", "")


def test_following_the_journal_ends_with_the_sandbox(inbox: Sandbox) -> None:
    arguments = [COMMAND, "journal", "--follow", "--url", inbox.transport.root, "--sandbox", inbox.id]
    with started(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        inbox.api.get("/me")
        follower.stdout.readline()
        inbox.admin.delete("")
        rest, complaints = follower.communicate(timeout=60)

    assert complaints == f"inbox-mock: the sandbox {inbox.id!r} is gone: it was deleted, or its server was started anew\n"
    assert (follower.returncode, rest) == (2, "")


def test_the_journal_names_the_event_of_a_webhook(inbox: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(inbox, receiver.url, "inbox_message_created")
        inbox.api.post("/inbox/messages", a_message(content="x" * 20_000))
        inbox.advance("0s")

    line = printed(inbox, "journal").splitlines()[-1]

    assert line.split()[2:] == ["POST", receiver.url, "200", "inbox_message_created"]


def test_waiting_for_what_does_not_come_is_a_finding(waiting: Sandbox) -> None:
    ran = typed(waiting, "clock", "advance", "--until", "guest_books")

    assert ran.returncode == 1
    assert ran.stderr == f"inbox-mock: there was no guest_books to come; the clock stands at {NOON}\n"
    told = typed(waiting, "clock", "advance", "--until", "guest_books", "--format", "json")
    assert (told.returncode, json.loads(told.stdout)) == (1, {"now": NOON, "happened": [], "count": 0})


def test_waiting_until_nothing_is_left_finds_nothing_wrong(waiting: Sandbox) -> None:
    assert typed(waiting, "clock", "advance", "--until", "idle").returncode == 0


def test_the_channel_of_a_booking_is_not_that_of_a_message(inbox: Sandbox) -> None:
    told = typed(inbox, "write", "11", "Hello", "--as", "guest", env={"INBOX_MOCK_CHANNEL": "booking-com"})
    own = typed(inbox, "write", "11", "Hello", "--as", "staff", env={"INBOX_MOCK_WRITE_CHANNEL": "none"})

    assert told.returncode == 0
    assert "not relayed" in own.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("clock", "advance"), "say one of BY"),
        (("clock", "advance", "1m", "--until", "idle"), "say one of BY"),
        (("clock", "advance", "soon"), 'BY: found "soon"; expected a duration such as 90s, 10m, 2h, 1d or PT10M, at most ten years'),
        (("clock", "advance", "5000d"), "at most ten years"),
        (("clock", "advance", "--to", "2020-01-01"), '--to: found "2020-01-01"; expected a time'),
        (("clock", "advance", "--until", "christmas"), '--until: found "christmas"; expected one of idle, conversation_opened'),
        (("clock", "run", "--rate", "0"), "--rate: found 0; expected seconds per second"),
        (("clock", "run", "--rate", "nan"), "--rate"),
        (("check", "serverr", "http://127.0.0.1:9"), "The command 'serverr' is unknown; did you mean 'server'?"),
        (("sandboxes", "list"), "The command 'list' is unknown; expected one of create, delete, forget, fork, "),
        (("clock", "advanc", "1m"), "The command 'advanc' is unknown; did you mean 'advance'?"),
        (
            ("--url", "http://127.0.0.1:9", "report"),
            "found --url before 'report', whose option it is; expected it after: inbox-mock report --url",
        ),
        (("--format", "json", "check", "client"), "expected it after: inbox-mock check client --format"),
        (("check", "--seed", "3", "client"), "expected it after: inbox-mock check client --seed"),
        (("--urll", "http://127.0.0.1:9", "report"), "No such option"),
        (("book", "--channel", "fax"), '--channel: found "fax"; expected one of airbnb, booking-com, direct'),
        (("book", "--rental", "99"), "--rental: found 99; expected the id of a rental"),
        (("book", "--start", "soon"), '--start: found "soon"; expected a time'),
        (("book", "--start", "2030-08-02", "--end", "2030-08-01"), '--end: found "2030-08-01", which must be after start_at'),
        (("book", "--conversation-delay", "soon"), '--conversation-delay: found "soon"; expected a duration'),
        (("write", "999", "Hello"), "has no conversation 999"),
        (("write", "11", " "), "'CONTENT': found ' '; expected a value that is not blank"),
        (("write", "11", "Hello", "--attach", "99"), "--attach: "),
        (("write", "11", "Hello", "--as", "guest", "--internal"), "--internal is for --as staff"),
        (("write", "11", "Hello", "--as", "host", "--channel", "none"), "--channel is for --as staff"),
        (("journal", "--after", "-1"), "--after"),
        (("clock", "--sandbox", "nowhere"), "has no sandbox 'nowhere'; expected the id of one, or default"),
        (("journal", "--follow", "--sandbox", "../default"), "has no sandbox '../default'"),
        (("clock", "--url", "127.0.0.1:8089"), "the server's root cannot be '127.0.0.1:8089'; expected something like"),
        (("clock", "--url", "http://127.0.0.1:99999"), "no answer from http://127.0.0.1:99999"),
    ],
)
def test_what_cannot_be_names_the_field_and_what_was_expected(inbox: Sandbox, arguments: tuple[str, ...], told: str) -> None:
    assert told in refused(inbox, *arguments)


@pytest.mark.parametrize("command", [("clock",), ("book",), ("write", "11", "Hello"), ("journal",), ("journal", "--follow")])
def test_a_server_that_is_not_there_is_one_clear_line(inbox: Sandbox, command: tuple[str, ...]) -> None:
    url = f"http://127.0.0.1:{free_port()}"

    assert (
        refused(inbox, *command, "--url", url)
        == f"inbox-mock: nothing listens at {url}: start the fake with inbox-mock serve, or say where it is with --url"
    )


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is no Inbox Mock; its root."""

    with receiving() as server:
        yield server.url.removesuffix("/hook")


def test_another_server_is_told_from_the_fake(inbox: Sandbox, stranger: str) -> None:
    assert refused(inbox, "clock", "--url", stranger).startswith(
        f"inbox-mock: something answers at {stranger}, but not as the Inbox Mock does"
    )


def test_the_admin_token_opens_a_guarded_server(mock: Mock) -> None:
    sandbox = mock.sandbox()
    with Server(Options(scenario=find("empty"), admin_tokens=(AdminToken("sesame"),)), port=0) as server:
        thread = Thread(target=server.serve, daemon=True)
        thread.start()
        there = ("--url", server.url, "--sandbox", "default")
        assert "the admin API wants the token of --admin-token" in refused(sandbox, "clock", *there)
        assert printed(sandbox, "clock", *there, "--admin-token", "sesame")
    thread.join(timeout=10)


def test_the_apis_own_address_will_do(inbox: Sandbox) -> None:
    assert printed(inbox, "clock", "--url", f"{inbox.transport.root}/api/v3/").startswith(NOON)


def test_proxies_are_not_asked(inbox: Sandbox) -> None:
    assert typed(inbox, "clock", env={"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}).returncode == 0


def test_an_unknown_command_is_told_which_may_be_meant() -> None:
    assert "The command 'jurnal' is unknown; did you mean 'journal'?" in run("jurnal").stderr
    assert "expected one of admin, book, bundle, check, clock, compare" in run("xyzzy").stderr


def test_a_command_is_imported_alone() -> None:
    script = (
        "import sys\n"
        "from inbox_mock.cli import main\n"
        "main(['openapi', '--help'], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name.startswith('inbox_mock.cli.')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)

    assert ran.stdout.splitlines()[-1] == "['inbox_mock.cli.openapi']"
