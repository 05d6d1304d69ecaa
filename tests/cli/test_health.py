"""``inbox-mock health``: what a container and a pipeline ask before they go on."""

import json
import subprocess
from pathlib import Path

import pytest

from processes import COMMAND, free_port, run, wait_for
from receiver import receiving


def test_a_fake_that_answers_is_healthy(served: str) -> None:
    ran = run("health", "--url", served)

    assert (ran.returncode, ran.stdout) == (0, f"{served} is ready\n")


def test_the_address_may_be_that_of_the_api_and_come_from_the_environment(served: str) -> None:
    ran = run("health", env={"INBOX_MOCK_URL": f"{served}/api/v3"})

    assert (ran.returncode, ran.stdout) == (0, f"{served} is ready\n")


def test_where_nothing_listens_it_is_not() -> None:
    port = free_port()
    ran = run("health", "--url", f"http://127.0.0.1:{port}")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"inbox-mock: http://127.0.0.1:{port} is not ready: nothing listens there\n"


def test_another_program_is_not_taken_for_the_fake() -> None:
    with receiving() as stranger:
        ran = run("health", "--url", stranger.url.removesuffix("/hook"))

    assert ran.returncode == 1
    assert "something else answers there" in ran.stderr


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_the_fake_behind_it_is_told_from_another_program(status: int) -> None:
    with receiving() as proxy:
        proxy.status, proxy.body = status, b"<html>Bad Gateway</html>"
        url = proxy.url.removesuffix("/hook")
        ran = run("health", "--url", url)

    assert ran.returncode == 1
    assert ran.stderr == f"inbox-mock: {url} is not ready: a proxy answers {status}: the server behind it cannot be reached\n"


def test_programs_read_it_as_json(served: str) -> None:
    well, ill = (
        run("health", "--url", served, "--format", "json"),
        run("health", "--url", f"http://[::1]:{free_port()}", "--format", "json"),
    )

    assert json.loads(well.stdout) == {"url": served, "ready": True, "why": None}
    assert json.loads(ill.stdout)["ready"] is False


def test_it_waits_until_the_fake_answers(tmp_path: Path) -> None:
    """Whichever of the two comes first, the one that waits ends well."""
    port = free_port()
    waiting = [COMMAND, "health", "--url", f"http://127.0.0.1:{port}", "--wait", "60s"]
    port_file = tmp_path / "port"
    with subprocess.Popen(waiting, stdout=subprocess.PIPE, text=True) as health:
        serve = [COMMAND, "serve", "--scenario", "empty", "--port", str(port), "--port-file", str(port_file)]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            try:
                wait_for(port_file, server)
                assert health.wait(timeout=60) == 0
            finally:
                server.terminate()


def test_waiting_has_an_end() -> None:
    assert run("health", "--url", f"http://127.0.0.1:{free_port()}", "--wait", "1s").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--wait", "soon"), "found 'soon'; expected a duration such as 90s, 10m, 2h, 1d or PT10M"),
        (("--url", "127.0.0.1:8089"), "expected something like http://127.0.0.1:8089"),
        (("--url", "http://127.0.0.1:8089/?admin"), "expected something like http://127.0.0.1:8089"),
        (("--url", "http://127.0.0.1:port"), "expected something like http://127.0.0.1:8089"),
    ],
)
def test_a_question_that_makes_no_sense_is_wrong_usage(arguments: tuple[str, ...], told: str) -> None:
    ran = run("health", *arguments)

    assert ran.returncode == 2
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
