"""The README's tour, run as it stands."""

import re
import subprocess
from pathlib import Path

from processes import run, serving

from mock_server.domain.assumptions import ASSUMPTIONS

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)


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


def test_every_step_of_the_tour_prints_what_the_readme_says(tmp_path: Path) -> None:
    with serving(tmp_path) as root:
        for command, expected in steps():
            here = command.replace("http://127.0.0.1:8089", root)
            printed = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=True, timeout=30).stdout
            for piece in expected:
                assert piece in printed, (command, printed)


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
