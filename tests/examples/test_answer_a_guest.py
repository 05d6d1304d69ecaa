"""The short examples: in each language a guest books, asks, and gets an answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from languages import missing, skip_unless_required

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMANDS = {
    "curl": ["bash", "answer_a_guest.sh"],
    "node": ["node", "answer_a_guest.mjs"],
    "ruby": ["ruby", "-w", "answer_a_guest.rb"],
    "php": ["php", "-d", "display_errors=stderr", "answer_a_guest.php"],
    "python": [sys.executable, "-W", "error", "answer_a_guest.py"],
    "oauth": [sys.executable, "-W", "error", "answer_a_guest.py"],
}
THREAD = "guest: Is there a garage?\nhost: There is, right under the house.\n"
AIRBNB = ["curl", "node", "ruby", "php", "python"]


def answered(language: str, root: str) -> tuple[str, str]:
    """Run an example; what it prints, and the address of the sandbox that it made."""
    if reason := missing(language):
        skip_unless_required(f"{reason}: examples/{language} was not run")
    before = sandboxes(root)
    env = os.environ | {"INBOX_MOCK_URL": root}
    ran = subprocess.run(COMMANDS[language], cwd=EXAMPLES / language, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    (made,) = sandboxes(root) - before
    return ran.stdout, f"{root}/__admin/sandboxes/{made}"


def sandboxes(root: str) -> set[str]:
    return {sandbox["id"] for sandbox in requests.get(f"{root}/__admin/sandboxes", timeout=10).json()["sandboxes"]}


def calls(sandbox: str) -> list[tuple[str, str, int]]:
    entries = requests.get(f"{sandbox}/journal", timeout=10).json()["entries"]
    return [(entry["method"], entry["path"], entry["status"]) for entry in entries]


@pytest.mark.parametrize("language", AIRBNB)
def test_the_guest_gets_an_answer(language: str, served: str) -> None:
    printed, _ = answered(language, served)

    assert printed == f"Booking 81 has no conversation yet.\nIts conversation is 81.\n{THREAD}"


@pytest.mark.parametrize("language", AIRBNB)
def test_the_program_waits_for_the_channel_and_lets_a_host_answer(language: str, served: str) -> None:
    _, sandbox = answered(language, served)

    written = [(method, path) for method, path, _ in calls(sandbox) if method == "POST"]
    assert written == [("POST", "/api/v3/inbox/participants"), ("POST", "/api/v3/inbox/messages")]
    assert all(status in {200, 201} for _, _, status in calls(sandbox))


def test_with_an_oauth_library_the_guest_gets_an_answer_from_a_refreshed_token(served: str) -> None:
    printed, sandbox = answered("oauth", served)

    assert printed.startswith("A token for 7200 seconds, with inbox_write bookings_read.\n")
    assert 'error_description="The access token expired"' in printed
    assert printed.endswith(THREAD)
    assert [call for call in calls(sandbox) if call[1] == "/oauth/token"] == [("POST", "/oauth/token", 200)] * 2


@pytest.mark.parametrize("language", COMMANDS)
def test_what_is_there_to_be_copied_breaks_no_rule(language: str, served: str) -> None:
    _, sandbox = answered(language, served)

    report = requests.get(f"{sandbox}/report", params={"format": "json"}, timeout=10).json()
    assert report["requests"] > 3
    assert [violation for violation in report["violations"] if violation["severity"] == "error"] == []


def test_the_shell_script_has_no_lint() -> None:
    lint = [str(Path(sys.executable).parent / "shellcheck"), *map(str, EXAMPLES.glob("curl/*.sh"))]
    ran = subprocess.run(lint, capture_output=True, text=True, check=False)

    assert (ran.returncode, len(lint)) == (0, 2), ran.stdout


def test_every_example_is_run() -> None:
    folders = {path.parent.name for path in EXAMPLES.glob("*/answer_a_guest.*")}

    assert folders == set(COMMANDS)
