"""The README's tour, run as it stands."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from processes import COMMAND, PATIENCE_SECONDS, run, serving

from mock_server.admin.routes import OPERATIONS
from mock_server.domain.assumptions import ASSUMPTIONS

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)
RECEIVER = re.compile(r"<!-- receiver -->\n```sh\n(.*?) &\n```", re.DOTALL)
RECEIVERS_ADDRESS = re.compile(r"127\.0\.0\.1(:|\", )9000")


def steps() -> list[tuple[str, list[str]]]:
    """Each command of the tour, with the pieces that the README says its output holds."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.findall(README.read_text()):
        command: list[str] = []
        for line in block.splitlines():
            if line.startswith("#> "):
                if command:
                    found.append(("\n".join(command), []))
                    command = []
                found[-1][1].append(line.removeprefix("#> "))
            else:
                command.append(line)
    return found


@contextmanager
def receiving(folder: Path) -> Iterator[int]:
    """Run the README's receiver of webhooks; its port."""
    (found,) = RECEIVER.findall(README.read_text())
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
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


def test_every_step_of_the_tour_prints_what_the_readme_says(tmp_path: Path) -> None:
    with serving(tmp_path) as root, receiving(tmp_path) as port:
        env = os.environ | {"PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}", "INBOX_MOCK_URL": root}
        for command, expected in steps():
            here = at_port(command, port).replace("http://127.0.0.1:8089", root)
            ran = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=False, timeout=30, env=env, cwd=tmp_path)
            assert ran.returncode == 0, (command, ran.stderr)
            for piece in expected:
                assert piece in ran.stdout, (command, ran.stdout)


def test_the_tour_has_steps_and_each_says_what_to_expect() -> None:
    assert len(steps()) >= 6
    assert all(expected for _, expected in steps())


def test_the_scenario_in_the_readme_can_be_served(tmp_path: Path) -> None:
    found = re.search(r"<!-- scenario -->\n```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    path = tmp_path / "scenario.yaml"
    path.write_text(found[1])

    assert run("scenarios", str(path)).returncode == 0


def test_the_readme_names_every_option_every_switch_and_no_other() -> None:
    text = README.read_text()

    assert set(re.findall(r"^\| `(\w+)` \| `\w+` \|", text, re.MULTILINE)) == set(ASSUMPTIONS)
    offered = set(re.findall(r"--[a-z-]+", run("serve", "--help").stdout)) - {"--help", "--lenient"}
    (row,) = re.findall(r"^\| `inbox-mock serve` \| (.*) \|$", text, re.MULTILINE)
    assert set(re.findall(r"--[a-z-]+", row)) == offered


def test_the_readme_names_every_command_with_its_options() -> None:
    rows = dict(re.findall(r"^\| `inbox-mock (\w+).*?` \| (.*) \|$", README.read_text(), re.MULTILINE))

    listed = run("--help").stdout.partition("Commands:")[2]
    assert set(rows) == set(re.findall(r"^  (\w+)", listed, re.MULTILINE))
    for name in ("book", "write", "journal"):
        command = import_module(f"mock_server.cli.{name}").COMMAND
        offered = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts) if flag.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", rows[name])) == offered - {"--url", "--sandbox", "--admin-token", "--format"}, name


def test_the_readme_has_every_call_of_the_admin_api() -> None:
    table = re.findall(r"^\| (`(?:GET|POST|PATCH|DELETE)\b.*?) \| .* \|$", README.read_text(), re.MULTILINE)
    named = {
        re.sub(r"\{\w+\}", "{}", address).replace("S", "/sandboxes/{}", 1) for row in table for address in re.findall(r"(S\S*?)`", row)
    }
    named |= {address for row in table for address in re.findall(r"/__admin(/\S*?)`", row)}

    assert {re.sub(r"<\w+>", "{}", operation.rule) for operation in OPERATIONS} <= named
