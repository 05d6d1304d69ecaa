"""A client in another process: a JSON request per line on its stdin, a JSON answer per line on its stdout."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import IO

from inbox_contracts.consumer.driver import JSON, DriverError, DriverFailed, GaveUp, Later
from inbox_contracts.consumer.output import Said
from inbox_mock.domain import limits

ANSWER_SECONDS = 10.0
FIRST_ANSWER_SECONDS = 30.0
SLOW_START_SECONDS = 5.0
FAREWELL_SECONDS = 2.0
MOST_SHOWN = 200
UNREAD_LINES = 4
"""So many lines that nobody asked for are read at most: the next answer has a wrong id already."""
ENDED = None


class CommandDriver:
    """A driver's process, started at the first request, and anew after `restart`."""

    def __init__(self, command: Sequence[str], answer_seconds: float = ANSWER_SECONDS) -> None:
        self._command = list(command)
        self._answer_seconds = answer_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Queue[bytes | None] = Queue()
        self._said = Said()
        self._threads: list[Thread] = []
        self._number = 0
        self._answered = 0
        self.notes: list[str] = []

    def request(self, command: str, **arguments: object) -> JSON:
        """Write a request, and wait for its answer."""
        if self._process is None:
            self._start()
        self._number += 1
        request = json.dumps({"id": self._number, "do": command, **arguments}).encode() + b"\n"
        first = self._answered == 0
        patience = max(FIRST_ANSWER_SECONDS, self._answer_seconds) if first else self._answer_seconds
        began = monotonic()
        self._write(request, command)
        answer = self._read(command, patience)
        if first and monotonic() - began > SLOW_START_SECONDS:
            self.notes.append(f"the driver needed {monotonic() - began:.0f} s to start")
        self._answered += 1
        return self._checked(command, answer)

    def restart(self) -> None:
        """End the process; the next request starts a new one."""
        self.close()

    def close(self) -> None:
        """Close the process's stdin, so that it ends by itself; otherwise kill it and its children."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(FAREWELL_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for thread in self._threads:
            thread.join(FAREWELL_SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream is not None and not any(thread.is_alive() for thread in self._threads):
                stream.close()

    def _start(self) -> None:
        program = self._command[0]
        if shutil.which(program) is None:
            exists = os.path.exists(program)  # noqa: PTH110 - a text, perhaps no path at all
            why = "it is not executable" if exists else "there is no such command"
            raise DriverFailed(DriverError("missing", f"cannot start {program}: {why}"))
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the user's own command is the purpose
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            raise DriverFailed(DriverError("missing", f"cannot start {program}: {error.strerror}")) from None
        self._lines, self._said, self._answered = Queue(), Said(), 0
        process = self._process
        self._threads = [
            Thread(target=_read_lines, args=(process.stdout, self._lines), daemon=True),
            Thread(target=self._said.read, args=(process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _write(self, request: bytes, command: str) -> None:
        # A driver that never reads would block the writer once the pipe is full, so a thread writes.
        problems: list[OSError] = []
        writer = Thread(target=_write_all, args=(self._running.stdin, request, problems), daemon=True)
        writer.start()
        writer.join(self._answer_seconds)
        if writer.is_alive():
            raise self._failed("hang", f"it does not read what it is told ({command})")
        if problems and not self._lines.qsize():
            raise self._ended(command)

    def _read(self, command: str, patience: float) -> JSON:
        try:
            line = self._lines.get(timeout=patience)
        except Empty:
            if self._running.poll() is not None:  # a child of the driver holds its stdout open
                raise self._ended(command) from None
            raise self._failed("hang", f"no answer to {command} within {patience:g} s") from None
        if line is ENDED:
            raise self._ended(command)
        if len(line) > limits.DRIVER_LINE:
            about = f"it wrote {_shown(line)} to stdout, and no newline within {limits.DRIVER_LINE}; expected one JSON answer per line"
            raise self._failed("rubbish", about)
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise self._failed(
                "rubbish", f"it wrote {_shown(line)} to stdout; expected one JSON answer per line, and nothing else"
            ) from None
        if not isinstance(found, dict):
            raise self._failed("rubbish", f"it wrote {_shown(line)} to stdout; expected a JSON object")
        return found

    def _checked(self, command: str, answer: JSON) -> JSON:
        if "id" not in answer or answer["id"] != self._number or isinstance(answer["id"], bool):
            raise self._failed("wrong id", f"it answered {command} with id {_cut(repr(answer.get('id')))}; expected {self._number}")
        if answer.get("ok") is True:
            return {name: found for name, found in answer.items() if name not in {"id", "ok"}}
        if answer.get("ok") is not False:
            raise self._failed("protocol", f"it answered {command} with ok: {_cut(repr(answer.get('ok')))}; expected true or false")
        if answer.get("later") is True:
            raise Later
        said = {name: found for name, found in answer.items() if name not in {"id", "ok"}}
        about = f"it answered {command} with ok: false and no later" + (f", and {_shown(json.dumps(said).encode())}" if said else "")
        raise GaveUp(DriverError("gave up", about, self._stderr()))

    def _ended(self, command: str) -> DriverFailed:
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self._running.wait(FAREWELL_SECONDS)
        how = "closed its stdout" if code is None else f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if self._answered == 0:
            return self._failed("no client", f"it {how} before it answered anything")
        return self._failed("crash", f"it {how} when it was told to {command}")

    def _failed(self, kind: str, about: str) -> DriverFailed:
        self._kill()
        return DriverFailed(DriverError(kind, about, self._stderr()))

    def _stderr(self) -> str:
        if self._process is None or self._process.poll() is not None:
            for thread in self._threads[1:]:
                thread.join(FAREWELL_SECONDS)
        return str(self._said)

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("the driver is not running")
        return self._process

    def _kill(self) -> None:
        """Kill the process and its children, which form one session."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _write_all(stream: IO[bytes], request: bytes, problems: list[OSError]) -> None:
    try:
        stream.write(request)
        stream.flush()
    except OSError as error:
        problems.append(error)
    except ValueError:
        problems.append(BrokenPipeError())


def _read_lines(stream: IO[bytes], lines: "Queue[bytes | None]") -> None:
    with suppress(OSError, ValueError):
        while lines.qsize() < UNREAD_LINES and (line := stream.readline(limits.DRIVER_LINE + 1)):
            if line.strip():
                lines.put(line)
    lines.put(ENDED)


def _shown(line: bytes) -> str:
    return repr(_cut(line[: 4 * MOST_SHOWN].decode(errors="replace").strip()))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
