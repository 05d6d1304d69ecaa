"""Running the project's own command, as a user does: in this process where a process of its own would change nothing."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from inbox_mock.cli import main

COMMAND = str(Path(sys.executable).parent / "inbox-mock")
PATIENCE_SECONDS = 60
WITHOUT_OTHER_PLUGINS = "-p no:schemathesis -p no:hypothesispytest -p no:anyio"
"""Options of a suite that tests run, and that needs none of these plugins: to import them takes longer than all else."""
SEPARATE: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
"""Before click 8.2, the runner adds what is printed on the standard error to the output, unless it is told."""


@dataclass(frozen=True)
class Ran:
    """A command that ended: its exit code and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Run the command to its end, in this process; ``env`` is added to the environment."""
    with chdir(cwd or Path.cwd()):
        ran = CliRunner(**SEPARATE).invoke(main, arguments, env=env, prog_name="inbox-mock", catch_exceptions=False)
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


def run_apart(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Run the command to its end in a process of its own: where start, signals or Python's path matter."""
    command = [COMMAND, *arguments]
    told = os.environ | (env or {})
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, env=told, cwd=cwd)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@contextmanager
def started(command: list[str], **options: Any) -> Iterator["subprocess.Popen[Any]"]:
    """A process that ends with the block: where that fails, it is not waited for, which would take for ever."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


@contextmanager
def serving(folder: Path, *arguments: str, command: tuple[str, ...] = (COMMAND,)) -> Iterator[str]:
    """Run ``inbox-mock serve`` on a free port; the server's root. ``command`` runs in place of ``inbox-mock``."""
    port_file = folder / "port"
    with subprocess.Popen(
        [*command, "serve", "--port", "0", "--port-file", str(port_file), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield f"http://127.0.0.1:{wait_for(port_file, process)}"
        finally:
            process.terminate()


def wait_for(port_file: Path, process: "subprocess.Popen[Any]") -> int:
    """Return the port, as soon as the server answers."""
    for _ in range(PATIENCE_SECONDS * 50):
        if port_file.exists():
            return int(port_file.read_text())
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {process.stdout.read() if process.stdout else ''}")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def listens(port: int) -> bool:
    """Return whether connections to a port of this machine are accepted."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS).close()
    except ConnectionError:
        return False
    return True
