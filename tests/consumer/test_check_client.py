"""``inbox-mock check client``, as a user runs it."""

import json
import sys
from pathlib import Path

import pytest

from processes import run, run_apart

DRIVER = str(Path(__file__).resolve().parents[2] / "examples" / "python_client" / "driver.py")
BLIND = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "ok": True, "can": ["sync"], "bookings": [], "conversations": []}), flush=True)
"""

NEVER_CALL = """
from inbox_mock.conduct.model import Rule, Violation


@Rule(code="ZZZ001", title="called", why="It does.", source="assumed: for a test", fix="Stay away.")
def never_call(evidence):
    for entry in evidence.calls:
        yield Violation("called", (entry.id,))


RULES = (never_call,)
"""


def test_the_reference_client_passes() -> None:
    done = run("check", "client", "--worlds", "3", "--", sys.executable, DRIVER)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("PASSED: 3 worlds (seed 0)")


def test_a_broken_one_fails_and_the_saved_world_replays_it(tmp_path: Path) -> None:
    command = ["--", sys.executable, "-c", BLIND]
    done = run("check", "client", "--worlds", "5", "--timeout", "20", "--save", str(tmp_path), *command)
    assert done.returncode == 1
    (world,) = tmp_path.glob("*.yaml")
    assert f"Saved: {world}\nSee it again: inbox-mock check client --world {world} --timeout 20 -- " in done.stdout
    again = run("check", "client", "--world", str(world), "--format", "json", *command)
    assert again.returncode == 1
    assert json.loads(again.stdout)["failure"]["findings"][0]["code"] == "BELIEF"
    assert run("check", "client", "--world", str(world), "--", sys.executable, DRIVER).returncode == 0


def test_worlds_are_saved_in_a_folder_of_their_own(tmp_path: Path) -> None:
    done = run(
        "check", "client", "--worlds", "5", "--shrink-seconds", "0", "--format", "json", "--", sys.executable, "-c", BLIND, cwd=tmp_path
    )
    failure = json.loads(done.stdout)["failure"]
    assert list(tmp_path.glob("*.yaml")) == []
    assert failure["world_file"] == "inbox-mock-worlds/world-belief-0.yaml"
    assert (tmp_path / failure["world_file"]).is_file()
    assert failure["world_file"] in failure["replay"]


def test_an_allowed_finding_does_not_keep_the_trial_from_finding_others(tmp_path: Path) -> None:
    options = ["--worlds", "40", "--shrink-seconds", "0", "--save", str(tmp_path), "--allow", "BELIEF", "--allow", "SYN004"]
    done = run("check", "client", *options, "--", sys.executable, "-c", BLIND)
    assert done.returncode == 1
    assert "Note: what breaks BELIEF, SYN004 did not count." in done.stdout
    assert "SYN005: " in done.stdout
    (world,) = tmp_path.glob("*.yaml")
    assert f"See it again: inbox-mock check client --world {world} --allow BELIEF --allow SYN004 -- " in done.stdout


def test_a_client_whose_only_findings_are_allowed_passes() -> None:
    done = run(
        "check",
        "client",
        "--worlds",
        "40",
        *(f"--allow={code}" for code in ("BELIEF", "SYN004", "SYN005")),
        "--",
        sys.executable,
        "-c",
        BLIND,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("PASSED: 40 worlds")


def test_a_rule_of_another_package_can_be_allowed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    information = tmp_path / "their_rules-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: their-rules\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[inbox_mock.rules]\ntheirs = their_rules:RULES\n")
    (tmp_path / "their_rules.py").write_text(NEVER_CALL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    trial = ["check", "client", "--worlds", "1", "--shrink-seconds", "0", "--save", str(tmp_path)]

    assert "ZZZ001" in run_apart(*trial, "--", sys.executable, DRIVER).stdout.splitlines()[-1]
    assert run_apart(*trial, "--allow", "ZZZ001", "--", sys.executable, DRIVER).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--hazard", "rain"], "--hazard: found 'rain'; expected one of answered_after_a_note, "),
        (["--assume", "rain=true"], "--assume: found 'rain'; expected one of message_bumps_conversation, "),
        (["--assume", "guest_reopens_closed=maybe"], "--assume guest_reopens_closed: found 'maybe'; expected one of true, false"),
        (["--allow", "SYN01"], "--allow: found 'SYN01'; did you mean 'SYN001'? Expected one of AUT001, "),
        (["--world", "/nowhere.yaml"], "/nowhere.yaml: found a file that cannot be read"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: list[str], told: str) -> None:
    done = run("check", "client", *arguments, "--", sys.executable, DRIVER)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"inbox-mock: {told}")
    assert len(done.stderr.splitlines()) == 1


def test_what_is_no_client_is_told_in_one_line() -> None:
    done = run("check", "client", "--worlds", "1", "--", "/nowhere/driver")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "inbox-mock: cannot start /nowhere/driver: there is no such command; expected a driver that answers on stdout\n"


def test_each_assumption_is_flipped_in_turn() -> None:
    done = run("check", "client", "--worlds", "1", "--hazard", "past_booking", "--assume", "each", "--", sys.executable, DRIVER)
    assert done.returncode == 0, done.stderr
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert rows["created_by=links"] == "passes"
    assert len(rows) > 5
