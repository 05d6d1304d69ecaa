"""Servers of the product that can be killed at any moment, and are back in a few hundredths of a second.

A process that has imported everything forks each of them: what is forked has no thread yet, and begins as a fresh start would.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import Scenario, find
from inbox_mock.serving.server import Server

START_SECONDS = 30
GLANCE_SECONDS = 0.001


@dataclass(frozen=True)
class Running:
    """A server that answers at an address, until its process is killed."""

    pid: int
    root: str

    def kill(self) -> None:
        """End it as a power button would: nothing of it is asked, or told. It is over when this returns."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
            while True:
                os.kill(self.pid, 0)
                time.sleep(GLANCE_SECONDS)


class Starter:
    """Starts servers on a home, which `place` names as the options of a server do."""

    def __init__(self, **place: str) -> None:
        self._place = place

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "crash.servers", json.dumps(self._place)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(START_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def start(self) -> Running:
        """Start a server, and return it once it answers.

        Raises:
            RuntimeError: it does not start.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if "error" in told:
            raise RuntimeError(f"a server does not start: {told['error']}")
        return Running(told["pid"], told["root"])


def main(place: dict[str, str]) -> None:
    """Fork a server for each line of the input; it says where it answers, or why it cannot."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    scenario = find("empty")
    create_app(Options(scenario=scenario))  # what a first one computes, the others find
    for _ in sys.stdin:
        if os.fork() == 0:
            _serve(scenario, place)


def _serve(scenario: Scenario, place: dict[str, str]) -> None:
    """Serve until the end of the process."""
    try:
        home: dict[str, Any] = {name: Path(value) if name == "data" else value for name, value in place.items()}
        server = Server(Options(scenario=scenario, overrides=Overrides(mode="manual"), seed=1, **home), port=0)
        server.prepare()
        server.serve(lambda: _tell(pid=os.getpid(), root=server.url))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is to be told
        _tell(error=repr(error))
    finally:
        os._exit(1)


def _tell(**told: object) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201 - this is how it tells


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
