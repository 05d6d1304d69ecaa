"""Rules that cannot be used: nothing that would have been judged by them passes, and each place names them."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests

import inbox_contracts.rules
from fake import Mock
from inbox_contracts.consumer.trial import WORLDS_OF_A_JOB
from inbox_contracts.rules import rules
from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import DeclarationError
from plugged import plugged
from processes import free_port, run, run_apart, serving

DRIVER = str(Path(__file__).resolve().parents[2] / "examples" / "python_client" / "driver.py")
TOLD = "BROKEN  theirs (their_rules:RULES): cannot be imported: ModuleNotFoundError: No module named 'pigeons'"
RULE = """
from inbox_mock.conduct.model import Rule

RULE = Rule(code="ZZZ001", title="came", why="It does.", source="here", fix="Stay away.")
"""
TEST = """
def test(inbox_mock_in_process):
    pass
"""


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that offers rules, and cannot be imported, where every process finds it."""
    information = tmp_path / "their_rules-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: their-rules\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[inbox_mock.rules]\ntheirs = their_rules:RULES\n")
    (tmp_path / "their_rules.py").write_text("import pigeons\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("theirs")
def test_the_report_says_so_first_and_exits_2(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        requests.get(f"{root}/api/v3/hosts", headers={"Authorization": "Bearer demo"}, timeout=30).raise_for_status()
        ran = run("report", "--url", root)

    assert ran.returncode == 2
    assert " ".join(ran.stdout.split()).startswith(" ".join(TOLD.split()))
    assert "\nNo violations in 1 request, but not every rule could judge\n" in ran.stdout
    assert ran.stderr == f"inbox-mock: {TOLD}\n"


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize("worlds", [1, 2 * WORLDS_OF_A_JOB])
def test_a_trial_is_not_held_and_the_doctor_names_them(worlds: int) -> None:
    trial = run_apart("check", "client", "--worlds", str(worlds), "--", sys.executable, DRIVER)
    doctor = run_apart("doctor", "--port", str(free_port()))

    assert (trial.returncode, trial.stderr.splitlines()[-1]) == (2, f"inbox-mock: {TOLD}")
    assert doctor.returncode == 1
    assert f"NO  rules: {TOLD.removeprefix('BROKEN  ')}\n" in doctor.stdout


@pytest.mark.usefixtures("theirs")
def test_a_test_with_the_plugin_fails(tmp_path: Path) -> None:
    (tmp_path / "test_client.py").write_text(TEST)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 1
    assert f"inbox-mock: {TOLD}" in ran.stdout


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("RULE = (\n", r"/lost\.py:1: SyntaxError"),
        (RULE.replace("ZZZ001", "MSG001"), r"the code 'MSG001' is declared twice: in \S+\.lost and in \S+\.messages"),
        (
            RULE.replace("title=", "severity='warning', title="),
            r"/lost\.py:\d+: ValueError: .*severity is 'warning'; expected error or note",
        ),
    ],
    ids=["syntax", "code", "severity"],
)
def test_one_of_our_own_stops_them_all(source: str, told: str, tmp_path: Path, mock: Mock) -> None:
    sandbox = mock.sandbox()
    with plugged(inbox_contracts.rules, "lost", source, tmp_path):
        with pytest.raises(DeclarationError, match=told):
            rules()
        report = sandbox.admin.get("/report").json

    assert (report["verdict"], len(report["broken"])) == ("broken", 1)
    assert "lost" in report["broken"][0]


def test_the_severity_of_a_rule_is_error_or_note() -> None:
    with pytest.raises(ValueError, match="rule 'ZZZ001': severity is 'warning'; expected error or note"):
        Rule(code="ZZZ001", title="came", why="It does.", source="here", fix="Stay.", severity="warning")  # type: ignore[arg-type]


def test_what_is_offered_as_version_0_1_had_it_is_told_not_ignored(theirs: None, tmp_path: Path) -> None:
    (tmp_path / "their_rules.py").write_text("RULES = ()\nCOMMAND = None\n")
    (tmp_path / "their_rules-1.dist-info" / "entry_points.txt").write_text(
        "[mock_server.rules]\ntheirs = their_rules:RULES\n[mock_server.commands]\ntheirs = their_rules:COMMAND\n"
    )
    told = "theirs (their_rules:{}): is offered in the group mock_server.{} of version 0.1: rename the entry-point group to inbox_mock.{}"

    doctor = run_apart("doctor", "--port", str(free_port()))
    with serving(tmp_path) as root:
        report = requests.get(f"{root}/__admin/sandboxes/default/report", timeout=30).json()

    assert doctor.returncode == 1
    assert f"NO  rules: {told.format('RULES', 'rules', 'rules')}\n" in doctor.stdout
    assert f"NO  commands: {told.format('COMMAND', 'commands', 'commands')}\n" in doctor.stdout
    assert report["broken"] == [told.format("RULES", "rules", "rules")]
