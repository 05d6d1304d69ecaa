"""``inbox-mock scenarios``, ``openapi`` and ``doctor``."""

import json
import re
import socket
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import click
import pytest
import yaml

from cli.walked import COMMANDS
from inbox_mock.domain.values import LARGEST
from processes import free_port, run

ROOT = Path(__file__).parents[2]


def test_scenarios_are_listed_with_what_they_show() -> None:
    printed = run("scenarios").stdout.splitlines()

    names = [line.split()[0] for line in printed]
    assert names == sorted(path.stem for path in (ROOT / "fixtures" / "scenarios").glob("*.yaml"))
    assert names[0] == "agency"
    assert len(names) >= 33
    assert all(len(line.split()) > 4 for line in printed)


def test_scenarios_are_listed_for_programs() -> None:
    found = json.loads(run("scenarios", "--format", "json").stdout)

    assert found[0]["name"] == "agency"
    assert len(found) >= 33
    assert all(scenario["description"] for scenario in found)


def test_a_scenario_file_is_checked_without_a_server(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("rentals: [{id: 1}]\nbookings: [{rental: 1, start_at: +1d, end_at: +2d}]\n")
    bad.write_text("rentals: [{id: 1}]\nbookings:\n  - {rental: 2, start_at: +1d, end_at: +2d}\n")

    result = run("scenarios", str(good), str(bad))

    assert result.returncode == 1
    assert result.stdout == f"{good}: good\n"
    assert result.stderr.startswith(f"{bad}:3: bookings[0].rental: found 2; expected the id or name of a rental")


def test_what_is_wrong_with_files_is_told_to_programs_too(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("seed: 7\n")
    bad.write_text("seed: x\nxyzzy: 1\n")

    result = run("scenarios", str(good), str(bad), "--format", "json")

    assert result.returncode == 1
    first, second = json.loads(result.stdout)
    assert first == {"file": str(good), "mistakes": []}
    assert [mistake.partition(": ")[0] for mistake in second["mistakes"]] == [f"{bad}:1", f"{bad}:2"]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("rentals: [{}]\nclients:\n  - {fullname: Ada, created_at: 2999-01-01}\nclock: {mode: real}\n", 3, "after the start"),
        ("clients:\n  - {fullname: Ada, created_at: 2030-05-01}\n", 2, "on a clock that runs"),
        ("webhooks:\n  - {url: 'http://somewhere.example/hook'}\n", 2, "--allow-webhooks-to"),
    ],
    ids=["by the clock that it asks for", "by the clock of serve", "by the addresses that serve allows"],
)
def test_a_file_is_not_good_if_serve_refuses_it(tmp_path: Path, text: str, line: int, told: str) -> None:
    file = tmp_path / "refused.yaml"
    file.write_text(text)

    checked, served = run("scenarios", str(file)), run("serve", "--port", "0", "--scenario", str(file))

    assert (checked.returncode, served.returncode) == (1, 2)
    assert checked.stderr.startswith(f"{file}:{line}: ")
    assert told in checked.stderr


def test_a_file_is_checked_with_the_clock_and_the_receivers_that_it_is_for(tmp_path: Path) -> None:
    stands, starts, sends = (tmp_path / f"{name}.yaml" for name in ("stands", "starts", "sends"))
    stands.write_text("clients: [{fullname: Ada, created_at: 2030-05-01}]\nclock: {mode: manual}\n")
    starts.write_text("clients: [{fullname: Ada, created_at: 2030-05-01}]\nclock: {now: 2030-06-01, mode: real}\n")
    sends.write_text("webhooks: [{url: 'http://somewhere.example/hook'}]\n")

    assert run("scenarios", str(stands), str(starts), "--allow-webhooks-to", "somewhere.example", str(sends)).returncode == 0


def test_a_file_that_is_too_large_is_refused_before_what_runs_a_fake_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    program = (
        "import sys\nfrom inbox_mock.cli import main\n"
        "try:\n    main(['scenarios', sys.argv[1]])\nfinally:\n    print(sorted({'flask', 'inbox_mock.app'} & {*sys.modules}))\n"
    )

    ran = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (1, "[]\n")
    assert ran.stderr.startswith(f"{path}: found more than 32 MiB")


def test_the_schema_of_scenarios_is_printed_for_editors() -> None:
    found = json.loads(run("scenarios", "--schema").stdout)

    assert found["$defs"]["booking"]["properties"]["conversation_delay"]["description"]


def test_the_openapi_document_is_printed_as_json_and_as_yaml() -> None:
    as_json = json.loads(run("openapi", "--url", "http://inbox.test").stdout)
    as_yaml = yaml.safe_load(run("openapi", "--url", "http://inbox.test", "--format", "yaml").stdout)

    assert as_json == as_yaml
    assert as_json["servers"] == [{"url": "http://inbox.test"}]
    assert "/api/v3/inbox/messages/{ids}/add_attachment" in as_json["paths"]


def test_the_admin_apis_document_is_printed_too() -> None:
    assert "/__admin/sandboxes/{id}/clock/advance" in json.loads(run("openapi", "--admin").stdout)["paths"]


def test_help_names_the_variable_of_an_option_only_where_its_name_is_another_one() -> None:
    told = run("book", "--help").stdout

    assert re.findall(r"INBOX_MOCK_\w+", told.partition("Each option")[0]) == ["INBOX_MOCK_HOST_PARTICIPANT"]
    assert "INBOX_MOCK_ and its name" in told


def test_the_doctor_says_where_the_fixtures_can_be_used() -> None:
    (line,) = (line for line in run("doctor", "--port", "0").stdout.splitlines() if line.startswith("ok  pytest: "))

    assert f"{version('pytest')}, has the fixtures" in line
    assert sys.executable in line


def test_the_doctor_finds_nothing_on_a_sound_machine() -> None:
    result = run("doctor", "--port", str(free_port()))

    assert result.returncode == 0
    assert all(line.startswith("ok ") for line in result.stdout.splitlines())


def test_the_doctor_names_a_taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("doctor", "--port", str(taken.getsockname()[1]))

    assert result.returncode == 1
    assert "something else listens there" in result.stdout


HEAD = b"HTTP/1.1 200 OK\r\n"
NO_END = {
    "a head": (HEAD, b"X-More: more\r\n"),
    "a line": (HEAD, b"x" * 1000),
    "a body": (HEAD + b"Server: inbox\r\nTransfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"x" * 1000 + b"\r\n"),
    "a body of another length": (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 1000),
    "interim answers": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "another program's JSON": (HEAD + b"Content-Type: application/json\r\nContent-Length: 17\r\n\r\n", b'{"status": "fine"}'),
}


@pytest.mark.parametrize("what", NO_END)
def test_the_doctor_ends_whatever_answers_at_the_port(what: str) -> None:
    first, more = NO_END[what]

    def answer() -> None:
        connection, _ = taken.accept()
        with connection, suppress(OSError):
            connection.sendall(first)
            while True:
                connection.sendall(more)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        Thread(target=answer, daemon=True).start()
        result = run("doctor", "--port", str(taken.getsockname()[1]))

    assert result.returncode == 1
    assert "something else listens there" in result.stdout


def test_the_doctor_knows_its_own_kind(served: str) -> None:
    result = run("doctor", "--port", served.rpartition(":")[2])

    assert result.returncode == 0
    assert "an Inbox Mock answers there already" in result.stdout


def test_what_is_sure_and_what_is_not_is_listed() -> None:
    everything = json.loads(run("fidelity", "--format", "json").stdout)
    assumed = json.loads(run("fidelity", "--level", "assumed", "--format", "json").stdout)

    assert assumed == [claim for claim in everything if claim["level"] == "assumed"]
    assert {"documented", "recorded", "assumed"} == {claim["level"] for claim in everything}
    line = next(line for line in run("fidelity").stdout.splitlines() if " Message.sent_at " in line)
    assert line.split()[:3] == ["field", "Message.sent_at", "documented"]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_whole_number_has_a_largest_one(path: tuple[str, ...]) -> None:
    numbers = [one.type for one in COMMANDS[path].params if isinstance(one.type, click.IntRange)]

    assert all(number.max is not None and number.max <= LARGEST for number in numbers)
