"""A server whose sandboxes are in a directory: what the next one finds, and what is answered where a file cannot be used."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_booking, a_message, a_scenario
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.store.values import JSON
from processes import COMMAND, run_apart, serving, wait_for

MESSAGES = "/inbox/messages"
SCENARIO = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(scenario=find("empty"), overrides=Overrides(mode="manual"), data=tmp_path / "data")


@contextmanager
def running(options: Options) -> Iterator[Mock]:
    """A server in process, until it is stopped."""
    fake = create_app(options)
    yield Mock(InProcess(fake.app))
    fake.sandboxes.home.close()


def in_next(mock: Mock, sandbox: Sandbox) -> Sandbox:
    """The same sandbox, in the next server."""
    return Sandbox(mock.transport, sandbox.made)


def contents(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(MESSAGES).records]


def truncate(data: Path, sandbox: Sandbox) -> None:
    file = next((data / "sandboxes" / sandbox.id).glob("*.sqlite"))
    os.truncate(file, file.stat().st_size // 2)


# A restart.


def test_the_next_server_has_records_tokens_time_and_journal(options: Options) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.api.post(MESSAGES, a_message(content="before"))
        sandbox.advance("1h")
        before, journal = sandbox.now(), sandbox.admin.get("/journal").json

    with running(options) as mock:
        again = in_next(mock, sandbox)

        assert again.now() == before
        assert again.admin.get("/journal").json == journal
        assert contents(again) == ["before"]


def test_the_next_server_goes_on_with_the_default_sandbox(options: Options) -> None:
    with running(options) as mock:
        made = mock.caller("demo").post("/clients", {"clients": [{"fullname": "Ada Lindner"}]})
        assert made.status == 201, made

    with running(replace(options, scenario=find("agency"))) as mock:
        assert [client["fullname"] for client in mock.caller("demo").get("/clients").records] == ["Ada Lindner"]


def test_a_snapshot_is_restored_and_a_start_gone_back_to_in_the_next_server(options: Options) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.api.post(MESSAGES, a_message(content="kept"))
        sandbox.admin.post("/snapshots", {"name": "one"})
        sandbox.api.post(MESSAGES, a_message(content="later"))

    with running(options) as mock:
        again = in_next(mock, sandbox)
        assert again.admin.post("/snapshots/one/restore").status == 200
        assert contents(again) == ["kept"]
        again.admin.post("/reset")
        assert contents(again) == []


def test_a_running_clock_goes_on_and_starts_anew_in_the_next_server(options: Options) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO, clock={"mode": "real"})
        sandbox.api.post(MESSAGES, a_message(content="before"))
        before = sandbox.now()

    with running(options) as mock:
        again = in_next(mock, sandbox)
        assert again.now() >= before
        assert contents(again) == ["before"]
        again.admin.post("/reset")
        assert contents(again) == []


def test_a_deleted_sandbox_is_unknown_to_the_next_server(options: Options) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.admin.delete("")

    with running(options) as mock:
        assert in_next(mock, sandbox).admin.get("").status == 404


def test_a_fault_that_shows_the_past_shows_it_in_the_next_server(options: Options) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.api.post(MESSAGES, a_message(content="past"))
        sandbox.admin.post("/faults", {"kind": "stale_read", "times": 5})
        sandbox.api.post(MESSAGES, a_message(content="present"))

    with running(options) as mock:
        assert contents(in_next(mock, sandbox)) == ["past"]


# What cannot be used.


def test_a_sandbox_whose_file_is_damaged_answers_503_in_the_format_of_each_interface(options: Options) -> None:
    assert options.data is not None
    with running(options) as mock:
        sandbox, other = mock.sandbox(SCENARIO), mock.sandbox(SCENARIO)
    truncate(options.data, sandbox)

    with running(options) as mock:
        again = in_next(mock, sandbox)
        answer, told = again.api.get(MESSAGES), again.admin.get("/journal")

        assert answer.status == told.status == 503
        assert [error["code"] for error in answer.errors] == ["service_unavailable"]
        assert int(answer.headers["Retry-After"]) > 0
        assert f"{sandbox.id}/1.sqlite: it is damaged" in str(told.json)
        assert in_next(mock, other).api.get(MESSAGES).status == 200


def test_a_sandbox_whose_file_is_damaged_is_listed_and_can_be_deleted(options: Options) -> None:
    assert options.data is not None
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
    truncate(options.data, sandbox)

    with running(options) as mock:
        assert sandbox.id in [listed["id"] for listed in mock.admin.get("/sandboxes").json["sandboxes"]]
        assert in_next(mock, sandbox).admin.delete("").status == 204
        assert in_next(mock, sandbox).admin.get("").status == 404


def test_a_sandbox_is_as_it_was_once_its_file_is_whole_again(options: Options) -> None:
    assert options.data is not None
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.api.post(MESSAGES, a_message(content="before"))
    whole = options.data / "sandboxes" / sandbox.id / "1.sqlite"
    shutil.copy(whole, options.data.parent / "copy")
    truncate(options.data, sandbox)

    with running(options) as mock:
        again = in_next(mock, sandbox)
        assert again.api.post(MESSAGES, a_message()).status == 503
        shutil.copy(options.data.parent / "copy", whole)

        assert contents(again) == ["before"]


# The command.


def printed(folder: Path, *arguments: str) -> tuple[str, str]:
    """What the command prints on both streams until it answers and is stopped."""
    port_file = folder / "port"
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(port_file, process)
        process.terminate()
        return process.communicate(timeout=20)


def test_it_says_where_data_is_kept_and_what_goes_on_there(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "data")]

    first, _ = printed(tmp_path, *data, "--clock", "manual", "--scenario", "empty")
    second, nothing = printed(tmp_path, *data)
    _, warned = printed(tmp_path, *data, "--scenario", "agency", "--durable")

    assert f"\n  Data     {tmp_path / 'data'}\n" in first
    assert "Scenario empty; its clock stands until you advance it." in first
    assert "Scenario empty; its clock stands until you advance it." in second
    assert not nothing
    assert "the default sandbox goes on as it was kept, from the scenario empty; --scenario agency is for a server that has none" in warned


def test_a_second_server_is_told_who_owns_the_directory(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, "--data", str(data), "--scenario", "empty"):
        refused = run_apart("serve", "--port", "0", "--data", str(data))

        assert refused.returncode == 2
        assert f"data is in use by process {(data / 'lock').read_text().strip()};" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--data", "file"], "file: Not a directory"),
        (["--data", "."], "holds 'file' and no FORMAT: expected an empty directory, or one of the Inbox Mock"),
        (["--durable"], "it is about what is kept in a directory; expected --data DIR, too"),
    ],
    ids=["a file", "somebody else's", "durable memory"],
)
def test_it_ends_with_2_where_it_cannot_keep_anything(tmp_path: Path, arguments: list[str], expected: str) -> None:
    (tmp_path / "file").write_text("text")

    refused = run_apart("serve", "--port", "0", *arguments, cwd=tmp_path)

    assert refused.returncode == 2
    assert expected in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sorted(found.name for found in tmp_path.iterdir()) == ["file"]


# Values that another program put into a database.

EVERYWHERE = ("GET", "/journal"), ("GET", "/report"), ("GET", "/timeline"), ("GET", "/webhooks"), ("GET", "/deliveries"), ("GET", "/faults")
CALLED = "/accounts", "/rentals", "/clients", "/bookings", "/hosts", "/inbox/conversations?include=participants,messages", MESSAGES


def spoil(data: Path, sandbox: Sandbox, column: str, value: str) -> int:
    """Put a value into every row of a column, and return how many rows there are."""
    table, _, name = column.partition(".")
    with closing(sqlite3.connect(next((data / "sandboxes" / sandbox.id).glob("*.sqlite")), isolation_level=None)) as db:
        return db.execute(f"UPDATE {table} SET {name} = ?", (value,)).rowcount


OTHER = "rentals.details", "timeline.about", "faults.match", "webhooks.events"


@pytest.mark.parametrize(("column", "value"), [*((column, "{") for column in sorted(JSON)), *((column, '"text"') for column in OTHER)])
def test_a_value_that_no_server_wrote_is_named_and_is_no_fault_of_the_server(options: Options, column: str, value: str) -> None:
    with running(options) as mock:
        sandbox = mock.sandbox(SCENARIO)
        sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:9/", "events": ["conversation.created"]})
        sandbox.admin.post("/faults", {"kind": "error", "match": {"path": "/nowhere"}})
        sandbox.api.post(MESSAGES, a_message())
        sandbox.advance("1h")
    assert options.data is not None
    spoil(options.data, sandbox, column, value)

    with running(options) as mock:
        later = in_next(mock, sandbox)
        answers = [later.admin.call(method, path) for method, path in EVERYWHERE]
        answers += [later.api.get(path) for path in CALLED]
        answers.append(later.admin.post("/clock/advance", {"by": "1h"}))

    assert not [(answer.status, answer.body) for answer in answers if answer.status not in {200, 503}]
    for answer in answers[: len(EVERYWHERE)]:
        assert answer.status == 200 or f"its column {column} holds" in answer.json["detail"]
