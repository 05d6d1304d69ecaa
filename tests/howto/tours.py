"""Walking through a page of documentation: its files are written, its commands run, and they print what the page says.

A block of commands follows ``<!-- tour -->``; below each command stand pieces of what it prints, as ``#> piece``, and
``#> exit 1`` where it does not end well. A file follows ``<!-- file NAME -->``. What runs in another terminal follows
``<!-- serve -->``, and is started when all that stands above it was run.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from processes import COMMAND, PATIENCE_SECONDS, WITHOUT_OTHER_PLUGINS, wait_for

TOUR = re.compile(r"<!-- tour -->\n```sh\n(.*?)```", re.DOTALL)
FILE = re.compile(r"<!-- file (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
SERVE = re.compile(r"<!-- serve -->\n```sh\n(.*?)\n```", re.DOTALL)
ADDRESS = "http://127.0.0.1:8089"


@dataclass
class Step:
    """A command, whether it is run before the server, the pieces that its output holds, and its exit code."""

    command: str
    early: bool
    expected: list[str] = field(default_factory=list)
    status: int = 0


def steps(page: Path) -> list[Step]:
    """Each command of a page's tour."""
    found: list[Step] = []
    text = page.read_text()
    serving = SERVE.search(text)
    for block in TOUR.finditer(text):
        command: list[str] = []
        for line in block[1].splitlines():
            if line.startswith("#> "):
                if command:
                    found.append(Step("\n".join(command), serving is not None and block.start() < serving.start()))
                    command = []
                _expect(found[-1], line.removeprefix("#> "))
            else:
                command.append(line)
        assert not command, f"{page.name}: the page does not say what {command} prints"
    return found


def _expect(step: Step, said: str) -> None:
    status = re.fullmatch(r"exit (\d)", said)
    if status:
        step.status = int(status[1])
    else:
        step.expected.append(said)


def write_files(page: Path, folder: Path) -> list[str]:
    """Write each file of a page into a folder; their names."""
    found: list[tuple[str, str]] = FILE.findall(page.read_text())
    for name, text in found:
        (folder / name).write_text(text)
    return [name for name, _ in found]


@contextmanager
def served(page: Path, folder: Path, without: tuple[str, ...] = ()) -> Iterator[str]:
    """Run what stands above it, and what the page lets run in another terminal, on a free port; the server's root.

    Commands that hold one of ``without`` are left out.
    """
    (command,) = SERVE.findall(page.read_text())
    for step in steps(page):
        if step.early and not any(piece in step.command for piece in without):
            _run(step, step.command, environment(), folder)
    port_file = folder / "port"
    env = environment() | {"INBOX_MOCK_PORT": "0", "INBOX_MOCK_PORT_FILE": str(port_file)}
    started = ["bash", "-c", f"exec {command}"]
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=folder) as process:
        try:
            yield f"http://127.0.0.1:{wait_for(port_file, process)}"
        finally:
            process.terminate()


def walk(page: Path, root: str, folder: Path, here: Callable[[str], str] = str, without: tuple[str, ...] = ()) -> None:
    """Run each command of a page in a folder, against the server at ``root``.

    ``here`` puts in what else differs on this machine; commands that hold one of ``without`` are left out.
    """
    env = environment() | {"INBOX_MOCK_URL": root, "INBOX_MOCK_PORT": root.rpartition(":")[2]}
    for step in steps(page):
        if not step.early and not any(piece in step.command for piece in without):
            _run(step, here(step.command).replace(ADDRESS, root), env, folder, root)


def _run(step: Step, command: str, env: dict[str, str], folder: Path, root: str = ADDRESS) -> None:
    ran = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=4 * PATIENCE_SECONDS, env=env, cwd=folder
    )
    assert ran.returncode == step.status, (step.command, ran.stdout, ran.stderr)
    for piece in step.expected:
        assert piece.replace(ADDRESS, root) in ran.stdout + ran.stderr, (step.command, piece, ran.stdout, ran.stderr)


def environment() -> dict[str, str]:
    """The environment of somebody who has the command on the PATH, and no plugins of pytest that take long to import."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith(("INBOX_MOCK", "PYTEST"))}
    return plain | {"PYTEST_ADDOPTS": WITHOUT_OTHER_PLUGINS, "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}"}
