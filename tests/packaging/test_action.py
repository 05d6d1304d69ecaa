"""The GitHub Action, as far as it can be tried without GitHub: its files keep to their schema, and its steps run as they stand."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from junitparser import JUnitXml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
START, REPORT = ROOT / "action.yml", ROOT / "action" / "report" / "action.yml"
GUIDE = ROOT / "docs" / "in-ci.md"
SHELL = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
EXPRESSION = re.compile(r"\$\{\{ (?P<what>[^}]*) \}\}")


@dataclass
class Runner:
    """A job of GitHub's: what one step writes into the runner's files, the next one finds."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def use(self, action: Path, **inputs: str) -> "subprocess.CompletedProcess[str]":
        """Run an action's steps up to the first that fails; the last one that ran."""
        wanted = yaml.safe_load(action.read_text())
        values = {f"inputs.{name}": str(of["default"]) for name, of in wanted["inputs"].items()}
        values |= {f"inputs.{name}": text for name, text in inputs.items()} | {"steps.python.outputs.python-path": sys.executable}
        ran = None
        for step in wanted["runs"]["steps"]:
            if "run" in step:
                told = {name: values[str(EXPRESSION.fullmatch(text)["what"])] for name, text in step.get("env", {}).items()}  # type: ignore[index]
                ran = self.run(step["run"], action.parent, told)
                if ran.returncode:
                    break
        assert ran is not None
        self.outputs |= self._pairs("output")
        return ran

    def run(self, script: str, action: Path, told: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        files = {f"GITHUB_{name.upper()}": str(self.folder / name) for name in ("output", "env", "path", "step_summary")}
        for path in files.values():
            Path(path).touch()
        found = ":".join([*reversed((self.folder / "path").read_text().splitlines()), os.environ["PATH"]])
        plain = {name: text for name, text in os.environ.items() if not name.startswith("INBOX_MOCK")}
        env = plain | files | self._pairs("env") | told
        env |= {"PATH": found, "RUNNER_TEMP": str(self.folder), "GITHUB_ACTION_PATH": str(action)}
        return subprocess.run([*SHELL, "-c", script], cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=300)

    def _pairs(self, name: str) -> dict[str, str]:
        path = self.folder / name
        return dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}

    @property
    def summary(self) -> str:
        return (self.folder / "step_summary").read_text()

    def clean(self) -> None:
        """End what an action left running."""
        pid = self.folder / "inbox-mock" / "pid"
        if pid.exists():
            with suppress(ProcessLookupError):
                os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job whose action has installed the fake."""
    runner = Runner(tmp_path_factory.mktemp("runner"))
    (script,) = (step["run"] for step in yaml.safe_load(START.read_text())["runs"]["steps"] if "install.sh" in step.get("run", ""))
    ran = runner.run(script, ROOT, {"PYTHON": sys.executable})
    assert ran.returncode == 0, ran.stderr
    return runner.folder


@pytest.fixture
def runner(installed: Path, tmp_path: Path) -> Iterator[Runner]:
    """A job that finds the fake installed already, which saves each test some seconds."""
    home = tmp_path / "inbox-mock"
    home.mkdir()
    for name in ("bin", "venv"):
        (home / name).symlink_to(installed / "inbox-mock" / name)
    (tmp_path / "path").write_text(f"{home / 'bin'}\n")
    found = Runner(tmp_path)
    yield found
    found.clean()


def started(runner: Runner, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run the action's last step."""
    return runner.use(_without_installing(runner.folder), **inputs)


def _without_installing(folder: Path) -> Path:
    action: Any = yaml.safe_load(START.read_text())
    action["runs"]["steps"] = [step for step in action["runs"]["steps"] if "install.sh" not in step.get("run", "")]
    copied = folder / "action.yml"
    copied.write_text(yaml.safe_dump(action))
    (folder / "action").symlink_to(ROOT / "action")
    return copied


def answered(runner: Runner, channel: str | None) -> None:
    """Answer the guest of booking 62, as a client would."""
    api, headers = runner.outputs["api-url"], {"Authorization": f"Bearer {runner.outputs['token']}"}
    (booking,) = requests.get(f"{api}/bookings/62", headers=headers, timeout=10).json()["bookings"]
    address = f"{api}/inbox/conversations/{booking['links']['conversations'][0]}?include=participants"
    (conversation,) = requests.get(address, headers=headers, timeout=10).json()["conversations"]
    host = next(found["id"] for found in conversation["participants"] if found["links"]["member"]["type"] == "Host")
    message = {
        "conversation_id": conversation["id"],
        "sender_id": host,
        "content": "Welcome!",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": channel,
        "sent_at": "2030-06-01T12:00:00Z",
    }
    assert requests.post(f"{api}/inbox/messages", json={"messages": [message]}, headers=headers, timeout=10).status_code == 201


def shown(block: str) -> str:
    """A pipeline that the guide shows."""
    (found,) = re.findall(rf"<!-- {block} -->\n```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return str(found)


@pytest.mark.parametrize("action", [START, REPORT], ids=["start", "report"])
def test_it_keeps_to_the_schema_of_actions(action: Path) -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(action)]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("block", "schema"),
    [("workflow", "vendor.github-workflows"), ("gitlab", "vendor.gitlab-ci"), ("gitlab-service", "vendor.gitlab-ci")],
)
def test_the_pipelines_in_the_guide_keep_to_their_schema(block: str, schema: str, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yml"
    path.write_text(shown(block))

    ran = subprocess.run(
        [str(BIN / "check-jsonschema"), "--builtin-schema", schema, str(path)], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout


def test_the_workflow_in_the_guide_asks_for_what_there_is() -> None:
    steps = yaml.safe_load(shown("workflow"))["jobs"]["test"]["steps"]
    wanted = {step["uses"].partition("@")[0]: step.get("with", {}) for step in steps if "uses" in step}

    for name, action in (("your-organisation/inbox-mock", START), ("your-organisation/inbox-mock/action/report", REPORT)):
        assert set(wanted[name]) <= set(yaml.safe_load(action.read_text())["inputs"])
    used = set(re.findall(r"steps\.inbox\.outputs\.([\w-]+)", shown("workflow")))
    assert used <= set(yaml.safe_load(START.read_text())["outputs"])


def test_the_guide_names_every_input_with_its_default_and_every_output() -> None:
    named = dict(re.findall(r"^\| `([\w-]+)` \|([^|]*)\|", GUIDE.read_text(), re.MULTILINE))

    offered: dict[str, str] = {}
    for action in map(yaml.safe_load, (START.read_text(), REPORT.read_text())):
        offered |= {name: f"`{of['default']}`" if of["default"] else "" for name, of in action["inputs"].items()}
        assert all(f"`{name}`" in GUIDE.read_text() for name in action["outputs"])
    assert {name: default.strip() for name, default in named.items()} == offered


def test_its_scripts_have_no_lint() -> None:
    scripts = [str(path) for path in sorted((ROOT / "action").rglob("*.sh"))]
    ran = subprocess.run([str(BIN / "shellcheck"), *scripts], capture_output=True, text=True, check=False)

    assert len(scripts) == 4
    assert ran.returncode == 0, ran.stdout


def test_an_input_that_is_left_empty_is_as_one_that_is_not_given(runner: Runner) -> None:
    blank = dict.fromkeys(yaml.safe_load(START.read_text())["inputs"], "")
    assert started(runner, **blank).returncode == 0

    ran = runner.use(REPORT, **{name: " " if name == "sandbox" else "" for name in yaml.safe_load(REPORT.read_text())["inputs"]})

    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert (runner.folder / "inbox-mock-report.xml").exists()


@pytest.mark.parametrize("action", [START, REPORT], ids=["start", "report"])
def test_what_a_caller_writes_never_becomes_part_of_a_script(action: Path) -> None:
    for step in yaml.safe_load(action.read_text())["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_other_actions_are_pinned_to_a_commit_and_say_its_version() -> None:
    used = re.findall(r"uses: (?!your-)(.*)", START.read_text() + shown("workflow"))

    assert len(used) == 3
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)


def test_it_puts_nothing_but_its_command_on_the_path(installed: Path) -> None:
    (folder,) = (installed / "path").read_text().splitlines()

    assert [path.name for path in Path(folder).iterdir()] == ["inbox-mock"]


def test_the_steps_that_follow_know_where_the_fake_answers(runner: Runner) -> None:
    ran = started(runner)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert runner.outputs["api-url"] == f"{runner.outputs['url']}/api/v3"
    told = runner.run("inbox-mock clock", ROOT, {})
    assert told.stdout == "2030-06-01T12:00:00Z  manual: it stands until you advance it\n"
    token = {"Authorization": f"Bearer {runner.outputs['token']}"}
    assert requests.get(f"{runner.outputs['api-url']}/inbox/messages", headers=token, timeout=10).status_code == 200


def test_a_scenario_file_of_the_callers_is_served(runner: Runner) -> None:
    (runner.folder / "own.yaml").write_text("rentals: [{id: 5, name: Chalet}]\n")

    ran = started(runner, scenario="own.yaml", clock="real", strict="true")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    sandbox = requests.get(f"{runner.outputs['url']}/__admin/sandboxes/default", timeout=10).json()
    assert (sandbox["scenario"], sandbox["strict"], sandbox["clock"]["mode"]) == ("own.yaml", True, "real")
    token = {"Authorization": f"Bearer {runner.outputs['token']}"}
    assert requests.get(f"{runner.outputs['api-url']}/rentals/5", headers=token, timeout=10).status_code == 200


def test_a_second_fake_in_the_same_job_is_the_one_that_the_steps_after_it_find(runner: Runner) -> None:
    started(runner)
    first, pid = runner.outputs["url"], int((runner.folder / "inbox-mock" / "pid").read_text())
    try:
        ran = runner.use(runner.folder / "action.yml", scenario="spam")
        assert ran.returncode == 0, ran.stdout + ran.stderr

        assert runner.outputs["url"] != first
        assert requests.get(f"{runner.outputs['url']}/__admin/sandboxes/default", timeout=10).json()["scenario"] == "spam"
    finally:
        os.kill(pid, signal.SIGTERM)


def test_a_fake_that_cannot_start_fails_the_step_and_says_why(runner: Runner) -> None:
    ran = started(runner, scenario="agenzy")

    assert ran.returncode == 1
    assert ran.stdout.startswith("::error title=The Inbox Mock did not start::inbox-mock: ")
    assert "agenzy" in ran.stdout


def test_the_report_of_a_careful_client_is_published_and_the_fake_stopped(runner: Runner) -> None:
    started(runner)
    answered(runner, "airbnb")

    ran = runner.use(REPORT)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert runner.outputs["findings"] == "false"
    assert runner.summary.startswith("### Inbox Mock\n\n    ")
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(runner.folder / "inbox-mock-report.xml"))) == 0
    assert runner.run("inbox-mock health", ROOT, {}).returncode == 1


def test_a_client_that_breaks_a_rule_fails_the_job_and_is_told_which(runner: Runner) -> None:
    started(runner)
    answered(runner, None)

    ran = runner.use(REPORT, junit="broken.xml")

    assert ran.returncode == 1
    assert "::error title=The client broke a rule::" in ran.stdout
    assert "MSG002" in runner.summary
    assert (runner.outputs["findings"], runner.outputs["junit"]) == ("true", "broken.xml")
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(runner.folder / "broken.xml"))) == 1


def test_findings_need_not_fail_the_job(runner: Runner) -> None:
    started(runner)
    answered(runner, None)

    assert runner.use(REPORT, **{"fail-on": "never"}).returncode == 0
    assert runner.outputs["findings"] == "true"


def test_a_rule_may_be_left_out_of_account(runner: Runner) -> None:
    started(runner)
    answered(runner, None)

    assert runner.use(REPORT, allow="MSG002 SYN001").returncode == 0
    assert runner.outputs["findings"] == "false"


def test_a_report_that_cannot_be_made_is_no_clean_one(runner: Runner) -> None:
    started(runner)

    ran = runner.use(REPORT, sandbox="nobody")

    assert ran.returncode == 2
    assert "::error title=No report::" in ran.stdout
    assert "has no sandbox 'nobody'" in ran.stderr
