"""``inbox-mock serve``."""

import fcntl
import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import click
import psutil
import pytest
import requests

from inbox_mock.app import Options, create_app
from inbox_mock.cli.completion import scenarios
from inbox_mock.client import connect
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.parameters import starts_a_fake
from inbox_mock.serving.server import Server
from processes import COMMAND, run, run_apart, serving, started, wait_for
from receiver import receiving


def test_the_port_file_appears_when_the_server_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        answer = requests.get(f"{root}/api/v3/inbox/conversations", headers={"Authorization": "Bearer demo"}, timeout=10)

        assert answer.status_code == 200
        assert (tmp_path / "port").read_text() == f"{root.rpartition(':')[2]}\n"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_thing_printed_is_what_the_user_needs_next(tmp_path: Path, stop: signal.Signals) -> None:
    port_file = tmp_path / "port"
    with started(
        [COMMAND, "serve", "--port", "0", "--port-file", str(port_file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        port = wait_for(port_file, process)
        process.send_signal(stop)
        printed, _ = process.communicate(timeout=20)

    assert f"http://127.0.0.1:{port}/api/v3" in printed
    assert "demo" in printed
    assert "curl -H 'Authorization: Bearer demo'" in printed
    assert "Traceback" not in printed
    assert not port_file.exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_it_serves_and_ends_with_closed_standard_streams(tmp_path: Path, closed: str) -> None:
    port_file, told = tmp_path / "port", tmp_path / "told"
    command = f'exec "$0" serve --port 0 --port-file "$1" >"$2" 2>&1 {closed}'
    with started(["sh", "-c", command, COMMAND, str(port_file), str(told)]) as process:
        port = wait_for(port_file, process)

        assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=10).status_code == 200
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert "Traceback" not in told.read_text()


def test_what_it_says_cannot_be_written_is_one_clear_line_and_the_end(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [COMMAND, "serve", "--port", "0", "--port-file", str(tmp_path / "port")]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)

    assert (ran.returncode, ran.stderr) == (2, "inbox-mock: cannot write to stdout: No space left on device\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_once_it_answers_is_one_clear_line_and_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b" " * 4096)  # it is prepared, and waits until somebody reads what it says
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(folder / "port")]
    with started(command, stdout=writing, stderr=subprocess.PIPE, text=True) as process:
        os.close(writing)
        while not psutil.Process(process.pid).net_connections():  # the port is bound when everything is prepared
            time.sleep(0.02)
        folder.rmdir()
        os.read(reading, 4096)
        said = process.communicate(timeout=60)[1]
    os.close(reading)

    assert (process.returncode, said) == (2, f"inbox-mock: the port file {folder / 'port'} cannot be written: No such file or directory\n")


def test_it_serves_and_ends_if_nobody_reads_what_it_says(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    reading, writing = os.pipe()
    os.close(reading)
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file)]
    with started(command, stdout=writing, stderr=subprocess.PIPE, text=True) as process:
        os.close(writing)
        port = wait_for(port_file, process)

        assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=10).status_code == 200
        process.terminate()
        assert process.communicate(timeout=20)[1] == ""
    assert process.returncode == 0


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])  # noqa: S104
def test_a_server_on_every_address_says_one_at_which_the_admin_api_and_the_page_answer(host: str, address: str) -> None:
    with Server(Options(scenario=find("empty")), host, 0) as server:
        assert server.url == f"http://{address}:{server.port}"
        Thread(target=server.serve, daemon=True).start()

        assert connect(server.url).sandbox().clock.now
        assert requests.get(server.url, timeout=10).status_code == 200


@pytest.mark.parametrize("arguments", [("scenarios",), ("serve", "--scenario", "nowhere"), ("nonsense",), ("--help",)])
def test_every_command_ends_as_usual_with_closed_standard_streams(arguments: tuple[str, ...]) -> None:
    closed = subprocess.run(["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', COMMAND, *arguments], check=False, timeout=60)

    assert closed.returncode == run_apart(*arguments).returncode


def test_connections_on_which_nothing_is_said_keep_nobody_from_an_answer_nor_the_server_from_ending(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with (
        ExitStack() as silent,
        subprocess.Popen([COMMAND, "serve", "--port", "0", "--port-file", str(port_file)], stdout=subprocess.PIPE) as process,
    ):
        port = wait_for(port_file, process)
        for _ in range(40):
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))

        assert requests.get(f"http://127.0.0.1:{port}/livez", timeout=10).status_code == 200
        process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("named", ["", "receiver="])
def test_an_address_hears_the_scenarios_webhooks(tmp_path: Path, named: str) -> None:
    with receiving() as receiver, serving(tmp_path, "--scenario", "webhook-duplicated", "--webhook-url", f"{named}{receiver.url}") as root:
        connect(root).sandbox().clock.advance("1h")

    assert receiver.events == ["inbox_message_created"] * 3


def test_a_role_that_nobody_has_taken_is_told_at_the_start(tmp_path: Path) -> None:
    scenario = tmp_path / "roles.yaml"
    scenario.write_text("webhooks: [{role: auditor}, {role: receiver}]\n")
    with started(
        [COMMAND, "serve", "--port", "0", "--port-file", str(tmp_path / "port"), "--scenario", str(scenario)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(tmp_path / "port", process)
        process.terminate()
        printed, _ = process.communicate(timeout=20)

    assert "Nobody hears the webhooks for auditor yet: --webhook-url auditor=URL" in printed
    assert "Nobody hears the webhooks for receiver yet: --webhook-url URL" in printed


def test_readiness_can_be_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        for path in ("/livez", "/readyz"):
            assert requests.get(root + path, timeout=10).json() == {"status": "ok"}


def test_options_can_come_from_the_environment() -> None:
    result = run_apart("serve", env={"INBOX_MOCK_SCENARIO": "nowhere"})

    assert result.returncode == 2
    assert "nowhere" in result.stderr


def test_a_flag_wins_over_the_environment() -> None:
    result = run_apart("serve", "--scenario", "elsewhere", env={"INBOX_MOCK_SCENARIO": "nowhere"})

    assert "elsewhere" in result.stderr


def test_a_host_that_is_not_this_machine_is_one_clear_line() -> None:
    result = run_apart("serve", "--host", "192.0.2.1", "--port", "0")

    assert result.returncode == 2
    assert result.stderr == "inbox-mock: cannot listen on 192.0.2.1:0: Cannot assign requested address\n"


@pytest.mark.parametrize("host", ["a" * 300, "127.0.0.1:80"])
def test_a_host_that_is_none_is_one_clear_line(host: str) -> None:
    result = run_apart("serve", "--host", host, "--port", "0")

    assert result.returncode == 2
    assert result.stderr.startswith("inbox-mock: cannot listen on ")
    assert len(result.stderr.splitlines()) == 1
    assert "nknown error" not in result.stderr


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_address_of_ipv6_may_be_written_as_in_a_url(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "[::1]") as root:
        port = root.rpartition(":")[2]
        with socket.create_connection(("::1", int(port)), timeout=10):
            pass


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_server_on_every_address_of_ipv6_and_ipv4_knows_this_machine(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "::") as root:
        assert requests.get(f"{root}/__admin/sandboxes", timeout=10).status_code == 200
        assert requests.get(root, headers={"Accept": "text/html"}, timeout=10).status_code == 200


def test_a_port_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    result = run_apart("serve", "--port", "0", "--port-file", str(tmp_path / "nowhere" / "port"))

    assert result.returncode == 2
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_file_of_an_earlier_run_is_gone_before_anything_else(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("1\n")

    run_apart("serve", "--scenario", "nowhere", "--port-file", str(tmp_path / "port"))

    assert not (tmp_path / "port").exists()


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run_apart("serve", "--port", str(port))

    assert result.returncode == 2
    assert result.stdout == ""
    told = (
        f"cannot listen on 127.0.0.1:{port}: another program listens there already (inbox-mock doctor says if it is a fake); "
        "use another --port, or 0 for a free one"
    )
    assert result.stderr == f"inbox-mock: {told}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--scenario", "nowhere"), "one of agency, application-uninstalled, "),
        (("--scenario", "missing.yaml"), "No such file or directory"),
        (("--clock", "backwards"), "60x"),
        (("--clock", "0x"), "60x"),
        (("--port", "65536"), "--port"),
        (("--rate-limit", "-1"), "--rate-limit"),
        (("--scenario", "conversation-nevr"), "did you mean 'conversation-never'?"),
        (
            ("--webhook-url", "http://example.com/"),
            "found 'http://example.com/' for the role 'receiver'; expected an http address on this machine",
        ),
        (
            ("--scenario", "webhook-lost", "--webhook-url", "auditor=http://localhost/"),
            "no webhooks for the role 'auditor'; expected receiver\n",
        ),
        (("--host", "inbox mock"), "found no address of the name 'inbox mock'; expected an address of this machine"),
        (("--allow-admin-from", "10.0.5.7/24"), "found '10.0.5.7/24'; expected an address, or a network such as 10.0.5.0/24"),
        (("--allow-admin-from", "inbox-mock"), "found 'inbox-mock'; expected an address, or a network such as 172.16.0.0/12"),
        (("--allow-host", "http://inbox-mock"), "found 'http://inbox-mock'; expected a name or an address alone"),
        (("--allow-host", "inbox-mock:8089"), "without a scheme, a port or a path"),
        (("--allow-webhooks-to", "client/hook"), "found 'client/hook'; expected a name or an address alone"),
        (("--webhook-url", "recever=http://localhost/"), "no webhooks for the role 'recever'; did you mean 'receiver'?"),
    ],
)
def test_what_cannot_be_is_told_and_ends_with_two(arguments: tuple[str, ...], told: str) -> None:
    result = run_apart("serve", *arguments)

    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unreadable_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_bytes(b"\xff\xfe\x00")

    result = run_apart("serve", "--scenario", str(tmp_path / "scenario.yaml"))

    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_mistake_in_a_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("seed: 7\nbookings:\n  - {rental: 16, chanel: airbnb, start_at: +1d, end_at: +2d}\n")

    result = run_apart("serve", "--scenario", str(path))

    assert result.returncode == 2
    assert result.stderr == f"inbox-mock: {path}:3: bookings[0]: found the unknown key 'chanel'; did you mean 'channel'?\n"


def test_the_rate_limit_is_enforced_when_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path, "--rate-limit", "2", "--clock", "manual") as root:
        statuses = [requests.get(f"{root}/api/v3/me", headers={"Authorization": "Bearer demo"}, timeout=10).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(("given", "cached"), [((), True), (("--uncached",), False)])
def test_answers_of_the_default_sandbox_are_kept_unless_each_is_to_be_made_anew(*, given: tuple[str, ...], cached: bool) -> None:
    found = []

    @click.command
    @starts_a_fake("manual", scenarios)
    def command(*, options: Options) -> None:
        with create_app(options).sandboxes.get("default").work() as work:
            found.append(work.settings.cached)

    command.main([*given, "--scenario", "empty", "--cache", "off"], standalone_mode=False)

    assert found == [cached]


def test_two_processes_with_one_seed_answer_the_same_calls_with_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    same = ("--clock", "manual", "--seed", "0")

    with serving(tmp_path / "one", *same) as one, serving(tmp_path / "two", *same) as two:
        first, second = a_day_at_the_office(one), a_day_at_the_office(two)

    assert len(first) == len(second)
    for left, right in zip(first, second, strict=True):
        assert left == right


def a_day_at_the_office(root: str) -> list[bytes]:
    """Call every list, write, let time pass, make sandboxes; what came back, with the port and what is meant to differ left out."""
    session = requests.Session()
    session.headers["Authorization"] = "Bearer demo"
    session.headers["Host"] = "127.0.0.1"
    came_back: list[bytes] = []

    def call(method: str, path: str, body: object = None) -> requests.Response:
        answer = session.request(method, root + path, json=body, timeout=10)
        headers = [f"{name}: {value}" for name, value in answer.headers.items() if name not in {"X-Request-Id", "X-Runtime"}]
        came_back.append("\n".join([str(answer.status_code), *headers, answer.text]).encode())
        return answer

    plurals = ("inbox/conversations", "inbox/participants", "inbox/messages", "inbox/attachments", "hosts", "bookings", "clients")
    for plural in (*plurals, "sources", "inquiries", "rentals", "applications", "accounts", "me", "auth"):
        call("GET", f"/api/v3/{plural}")
    call("POST", "/api/v3/inbox/conversations", {"conversations": [{"subject": "Mine"}]})
    call("POST", "/__admin/sandboxes/default/clock/advance", {"by": "1d"})
    for plural in plurals:
        call("GET", f"/api/v3/{plural}?updated_since=2030-06-01T00:00:00Z&per_page=3")
    made = call("POST", "/__admin/sandboxes", {"scenario": "agency", "seed": 9}).json()
    session.headers["Authorization"] = f"Bearer {made['token']}"
    call("GET", "/api/v3/inbox/conversations?include=participants,messages")
    return came_back


@pytest.mark.parametrize(("host", "address"), [("0", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0::0", "[::1]")])
def test_an_address_that_is_written_otherwise_is_shown_as_one_that_works(host: str, address: str) -> None:
    with Server(Options(scenario=find("empty")), host, 0) as server:
        assert server.url == f"http://{address}:{server.port}"
        assert server.is_private == (host == "127.1")


def test_a_server_that_others_reach_and_that_has_no_token_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    token = tmp_path / "token"
    token.write_text("open sesame\n")
    token.chmod(0o600)
    told = []
    for arguments in (["--host", "0.0.0.0"], ["--host", "0.0.0.0", "--admin-token-file", str(token)], ["--host", "127.0.0.1"]):  # noqa: S104
        command = [COMMAND, "serve", "--scenario", "empty", "--port", "0", "--port-file", str(tmp_path / "port"), *arguments]
        with started(command, stdout=subprocess.DEVNULL) as process:
            wait_for(tmp_path / "port", process)
            process.terminate()
        told.append(capfd.readouterr().err)

    assert told[1:] == ["", ""]
    assert told[0].startswith("inbox-mock: WARNING: 0.0.0.0:")
    assert "/__admin answers this machine only. --admin-token-file FILE opens it" in told[0]


def test_without_a_host_or_from_elsewhere_the_admin_api_is_closed_on_a_socket() -> None:
    with Server(Options(scenario=find("empty"), allowed_hosts=frozenset({"inbox-mock"})), "0.0.0.0", 0) as server:  # noqa: S104
        Thread(target=server.serve, daemon=True).start()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"POST /__admin/sandboxes/default/reset HTTP/1.0\r\n\r\n")
            answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 403")
    assert b"the request names no host" in answer


def test_a_default_sandbox_for_which_there_is_no_room_is_told_in_one_line() -> None:
    result = run("serve", "--port", "0", "--max-bytes", "1000")

    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "at most 1,000 bytes in total" in result.stderr
