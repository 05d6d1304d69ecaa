"""``inbox-mock completion``, and what a shell is offered while somebody types."""

import shutil
import subprocess

import pytest

from processes import run


def offered(typed: str) -> list[str]:
    """What a shell offers for the last word of a line."""
    words = typed.split(" ")
    told = {"_INBOX_MOCK_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    ran = run(env=told)
    return [line.partition(",")[2] for line in ran.stdout.splitlines()]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("inbox-mock jo", ["journal"]),
        ("inbox-mock clock a", ["advance"]),
        ("inbox-mock journal --fo", ["--follow", "--format"]),
        ("inbox-mock serve --scenario conversation-n", ["conversation-never"]),
        ("inbox-mock sandboxes create --scenario emo", ["emoji"]),
        ("inbox-mock book --channel b", ["booking-com"]),
        ("inbox-mock write 11 Hello --channel a", ["airbnb"]),
        ("inbox-mock clock advance --until conversation_", ["conversation_opened"]),
        ("inbox-mock admin take_", ["take_snapshot"]),
    ],
)
def test_a_shell_is_offered_what_fits(typed: str, expected: list[str]) -> None:
    assert offered(typed) == expected


def test_a_name_of_no_scenario_may_be_a_files() -> None:
    told = {"_INBOX_MOCK_COMPLETE": "bash_complete", "COMP_WORDS": "inbox-mock serve --scenario ./mi", "COMP_CWORD": "3"}

    ran = run(env=told)

    assert ran.stdout == "file,./mi\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how(shell: str) -> None:
    ran = run("completion", shell)

    assert ran.returncode == 0
    assert f"{shell}_complete" in ran.stdout
    assert "inbox-mock" in ran.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_can_read_what_it_is_told() -> None:
    source = run("completion", "bash").stdout

    checked = subprocess.run(["bash", "-c", f"{source}\ncomplete -p inbox-mock"], capture_output=True, text=True, check=True, timeout=60)

    assert "inbox-mock" in checked.stdout


def test_another_shell_is_refused() -> None:
    ran = run("completion", "csh")

    assert ran.returncode == 2
    assert "bash" in ran.stderr
