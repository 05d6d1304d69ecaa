"""The README and the pages that it leads to first, run as they stand."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from howto.tours import environment, steps, walk
from inbox_mock.admin.routes import OPERATIONS
from inbox_mock.domain.fidelity import ASSUMPTIONS
from processes import PATIENCE_SECONDS, free_port, run, serving

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
STEP_BY_STEP = ROOT / "docs/step-by-step.md"
REFERENCE = ROOT / "docs/reference.md"
TESTS = re.compile(r"<!-- pytest -->\n```python\n(.*?)```", re.DOTALL)
RUN = re.compile(r"<!-- run -->\n```sh\n(.*?)```", re.DOTALL)
TEST_RUNNER = """#!/bin/sh
exec curl -sSf -o hosts.json -H "Authorization: Bearer $BOOKINGSYNC_TOKEN" "$BOOKINGSYNC_URL/api/v3/hosts"
"""
RECEIVER = re.compile(r"<!-- receiver -->\n```sh\n(.*?) &\n```", re.DOTALL)
RECEIVERS_ADDRESS = re.compile(r"127\.0\.0\.1(:|\", )9000")


@contextmanager
def receiving(folder: Path) -> Iterator[int]:
    """Run the page's receiver of webhooks; its port."""
    (found,) = RECEIVER.findall(STEP_BY_STEP.read_text())
    port = free_port()
    with subprocess.Popen(["bash", "-c", f"exec {at_port(found, port)}"], cwd=folder) as process:
        try:
            wait_for_answer(port, process)
            yield port
        finally:
            process.terminate()


def at_port(text: str, port: int) -> str:
    return RECEIVERS_ADDRESS.sub(rf"127.0.0.1\g<1>{port}", text)


def wait_for_answer(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(PATIENCE_SECONDS * 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "the receiver did not start"
        time.sleep(0.02)


def test_every_step_of_the_readme_prints_what_it_says(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        walk(README, root, tmp_path)


def test_every_step_of_the_tour_prints_what_the_page_says(tmp_path: Path) -> None:
    with serving(tmp_path) as root, receiving(tmp_path) as port:
        walk(STEP_BY_STEP, root, tmp_path, lambda command: at_port(command, port))


def test_the_tour_has_steps_and_each_says_what_to_expect() -> None:
    assert len(steps(STEP_BY_STEP)) >= 6
    assert all(step.expected for step in steps(STEP_BY_STEP))


def test_the_readmes_ten_lines_of_tests_pass(tmp_path: Path) -> None:
    (found,) = TESTS.findall(README.read_text())
    (tmp_path / "test_inbox.py").write_text(found)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_inbox.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE_SECONDS,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


@pytest.mark.parametrize("line", "".join(RUN.findall(README.read_text())).splitlines())
def test_a_test_runner_is_run_by_the_readmes_line(line: str, tmp_path: Path) -> None:
    for name in ("pytest", "npx", "bundle", "make", "vendor/bin/phpunit"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEST_RUNNER)
        (tmp_path / name).chmod(0o755)
    env = environment()
    env["PATH"] = f"{tmp_path}:{env['PATH']}"

    ran = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)

    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.startswith("Clean: no violations in 1 request")


def test_the_readme_links_only_to_what_is_there() -> None:
    for page in (README, STEP_BY_STEP, REFERENCE):
        for address in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert address.startswith("http") or (page.parent / address).exists(), (page.name, address)


@pytest.mark.parametrize("text", re.findall(r"<!-- scenario -->\n```yaml\n(.*?)```", REFERENCE.read_text(), re.DOTALL))
def test_each_scenario_in_the_reference_can_be_served(text: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text)

    assert run("scenarios", str(path)).returncode == 0


def test_the_reference_names_every_option_every_switch_and_no_other() -> None:
    text = REFERENCE.read_text()

    assert set(re.findall(r"^\| `(\w+)` \| `\w+` \|", text, re.MULTILINE)) == set(ASSUMPTIONS)
    offered = set(re.findall(r"--[a-z-]+", run("serve", "--help").stdout)) - {"--help", "--lenient", "--cached"}
    (row,) = re.findall(r"^\| `inbox-mock serve` \| (.*) \|$", text, re.MULTILINE)
    assert set(re.findall(r"--[a-z-]+", row)) == offered


def test_the_reference_names_every_command_with_its_options() -> None:
    rows = dict(re.findall(r"^\| `inbox-mock (\w+).*?` \| (.*) \|$", REFERENCE.read_text(), re.MULTILINE))

    listed = run("--help").stdout.partition("Commands:")[2]
    assert set(rows) == set(re.findall(r"^  (\w+)", listed, re.MULTILINE))
    for name in ("book", "write", "journal"):
        command = import_module(f"inbox_mock.cli.{name}").command
        offered = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts) if flag.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", rows[name])) == offered - {
            "--url",
            "--sandbox",
            "--admin-token",
            "--admin-token-file",
            "--format",
        }, name


def test_the_reference_has_every_call_of_the_admin_api() -> None:
    table = re.findall(r"^\| (`(?:GET|POST|PATCH|DELETE)\b.*?) \| .* \|$", REFERENCE.read_text(), re.MULTILINE)
    named = {
        re.sub(r"\{\w+\}", "{}", address).replace("S", "/sandboxes/{}", 1) for row in table for address in re.findall(r"(S\S*?)`", row)
    }
    named |= {address for row in table for address in re.findall(r"/__admin(/\S*?)`", row)}
    named = {address.partition("?")[0] for address in named}

    assert {re.sub(r"<\w+>", "{}", operation.rule) for operation in OPERATIONS} <= named
