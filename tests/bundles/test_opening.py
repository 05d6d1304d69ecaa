"""A bundle that is opened: the same records and journal, time goes on, and nothing leaves for an address that a stranger chose."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import orjson
import pytest

from builders import a_booking, a_message, a_scenario
from fake import InProcess, Mock, Sandbox
from homes import HOMES, a_place
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles.bundle import NOWHERE, open_bundle, read
from inbox_mock.bundles.saving import save
from inbox_mock.domain import limits
from inbox_mock.replaying.replay import replay
from inbox_mock.scenarios import yaml12
from inbox_mock.scenarios.loading import find
from inbox_mock.store import commands
from lowered import lower
from processes import run, serving
from stateful.steps import a_lively_scenario

MESSAGES = "/inbox/messages"


def lived(mock: Mock) -> Sandbox:
    sandbox = mock.sandbox(a_lively_scenario())
    sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:1/hook", "retries": 3})
    assert sandbox.api.post(MESSAGES, a_message()).status == 201
    sandbox.advance("5s")
    return sandbox


def busy(mock: Mock) -> Sandbox:
    """A sandbox with five requests and five commands."""
    sandbox = mock.sandbox(a_lively_scenario())
    for number in range(5):
        sandbox.api.post(MESSAGES, a_message(content=f"Message {number}"))
        sandbox.admin.post("/bookings")
    return sandbox


def post(mock: Mock, raw: bytes) -> Sandbox:
    answer = mock.admin.call("POST", "/bundles", raw, headers={"Content-Type": "application/zip"})
    assert answer.status == 201, answer.body
    return Sandbox(mock.transport, answer.json)


@pytest.mark.parametrize("text", ["08", "1e1", "0o7"])
def test_a_text_that_some_readers_of_yaml_take_for_a_number_is_a_text_in_the_scenario_of_a_bundle(text: str, mock: Mock) -> None:
    saved = mock.sandbox(a_scenario(bookings=[a_booking(notes=text)])).admin.get("/bundle")
    with ZipFile(BytesIO(saved.body)) as bundle:
        found = yaml12.read(bundle.read("scenario.yaml").decode(), "scenario.yaml")
    assert isinstance(found, dict)
    assert found["bookings"][0]["notes"] == text


@pytest.mark.both_transports
def test_a_sandbox_that_is_saved_and_opened_over_the_admin_api_goes_on(mock: Mock) -> None:
    sandbox = lived(mock)
    saved = sandbox.admin.get("/bundle")

    opened = post(mock, saved.body)

    assert saved.headers["Content-Type"] == "application/zip"
    assert opened.now() == sandbox.now()
    assert [message["content"] for message in opened.api.get(MESSAGES).records] == [m["content"] for m in sandbox.api.get(MESSAGES).records]
    assert opened.handle.journal()[0]["path"] == "/api/v3/inbox/messages"
    assert opened.made["token"] != sandbox.made["token"]
    opened.advance("1h")


def test_what_is_no_bundle_is_refused_in_words(mock: Mock) -> None:
    answer = mock.admin.call("POST", "/bundles", b"PK", headers={"Content-Type": "application/zip"})

    assert answer.status == 400
    assert "it is no whole zip file" in answer.json["detail"]


def test_nothing_is_sent_to_an_address_of_a_bundle(mock: Mock) -> None:
    sandbox = lived(mock)
    opened = post(mock, sandbox.admin.get("/bundle").body)
    attempts = len(opened.handle.journal())

    assert opened.api.post(MESSAGES, a_message(content="Nobody hears of it")).status == 201
    opened.advance("1h")

    assert [webhook["url"] for webhook in opened.handle.webhooks()] == [None]
    later = [entry for entry in opened.handle.journal()[attempts:] if entry["method"] == "POST" and entry["path"] != f"/api/v3{MESSAGES}"]
    assert {entry["path"] for entry in later} <= {NOWHERE}
    assert {entry["status"] for entry in later} <= {None}


def test_a_reset_of_an_opened_bundle_goes_to_the_scenarios_start(mock: Mock) -> None:
    opened = post(mock, lived(mock).admin.get("/bundle").body)

    opened.admin.post("/reset")

    assert opened.handle.journal() == []
    assert opened.api.get(MESSAGES).records == []


def test_what_was_opened_can_be_saved_and_done_again(fake: Fake, mock: Mock) -> None:
    opened = post(mock, lived(mock).admin.get("/bundle").body)
    opened.api.post(MESSAGES, a_message(content="Once more"))
    opened.advance("1h")

    found = replay(read(save(fake.sandboxes.get(opened.id))))

    assert found.difference is None, found.difference.lines
    assert found.done["requests"] == 2


def test_a_fork_has_the_log_of_its_original(fake: Fake, mock: Mock) -> None:
    sandbox = lived(mock)
    fork = Sandbox(mock.transport, sandbox.admin.post("/fork", {}).json)
    fork.api.get(MESSAGES)
    fork.admin.post("/bookings")

    found = replay(read(save(fake.sandboxes.get(fork.id))))

    assert found.difference is None, found.difference.lines
    assert found.done["requests"] == 2


@pytest.mark.parametrize("place", HOMES)
def test_in_every_home_a_run_is_saved_done_again_and_opened(place: str, request: pytest.FixtureRequest) -> None:
    request.param = place
    home = a_place(request).open()
    made = create_app(Options(scenario=find("empty"), seed=0), home=home)
    try:
        sandbox = lived(Mock(InProcess(made.app)))
        sandbox.admin.post("/reset")
        sandbox.api.post(MESSAGES, a_message())
        bundle = read(save(made.sandboxes.get(sandbox.id)))
        opened = open_bundle(made.sandboxes, bundle)
        assert replay(bundle).difference is None
        assert opened.last_entry == 1
    finally:
        home.close()


def test_serve_goes_on_from_a_bundle_and_the_command_saves_it_again(tmp_path: Path, fake: Fake, mock: Mock) -> None:
    file, again = tmp_path / "run.zip", tmp_path / "again.zip"
    file.write_bytes(save(fake.sandboxes.get(lived(mock).id)))

    with serving(tmp_path, "--bundle", str(file)) as root:
        saved = run("bundle", "save", "--url", root, str(again))

    assert saved.returncode == 0, saved.stderr
    shown = run("bundle", "show", str(again))
    assert "done       1 request, " in shown.stdout
    assert run("bundle", "replay", str(again)).returncode == 0


def test_a_bundle_has_its_own_scenario(tmp_path: Path) -> None:
    done = run("serve", "--bundle", str(tmp_path / "run.zip"), "--scenario", "empty")

    assert done.returncode == 2
    assert "found --bundle and --scenario; expected one of them: a bundle has its own" in done.stderr


def test_a_log_whose_first_commands_were_deleted_says_so(fake: Fake, mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "COMMANDS", 3)

    bundle = read(save(fake.sandboxes.get(busy(mock).id)))

    assert bundle.incomplete == "the first 2 commands were deleted: the log keeps 3 commands"
    assert bundle.start is None


def test_a_log_whose_first_entries_were_deleted_says_so(fake: Fake, mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "JOURNAL", 3)

    bundle = read(save(fake.sandboxes.get(busy(mock).id)))

    assert bundle.incomplete == "the first 2 entries of the journal were deleted: it keeps 3 entries"


def test_a_sandbox_of_an_earlier_version_says_that_it_has_no_log(fake: Fake, mock: Mock) -> None:
    sandbox = mock.sandbox(a_lively_scenario())
    with fake.sandboxes.get(sandbox.id).work() as work:
        work.log(commands.UNLOGGED)

    assert "an earlier version" in str(read(save(fake.sandboxes.get(sandbox.id))).incomplete)


def test_a_body_that_was_too_long_to_be_kept_ends_the_replay(fake: Fake, mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "WHOLE_BODIES", 20_000)
    sandbox = mock.sandbox(a_lively_scenario())
    for length in (17_000, 18_000):
        assert sandbox.api.post(MESSAGES, a_message(content="a" * length)).status == 201

    found = replay(read(save(fake.sandboxes.get(sandbox.id))))

    assert found.difference is None
    assert found.ended == "entry 2 is not whole in the bundle: what follows cannot be done again"
    assert found.done["requests"] == 1


def test_a_body_just_as_long_as_the_journal_keeps_is_whole(fake: Fake, mock: Mock) -> None:
    sandbox = mock.sandbox(a_lively_scenario())
    frame = len(orjson.dumps(a_message(content="")))
    for more in (0, 1):
        sandbox.api.post(MESSAGES, a_message(content="a" * (limits.JOURNALED - frame + more)))

    found = replay(read(save(fake.sandboxes.get(sandbox.id))))

    assert (found.difference, found.ended, found.done["requests"]) == (None, None, 2)
