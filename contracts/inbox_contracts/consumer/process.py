"""A client in another process: a JSON request per line on its stdin, a JSON answer per line on its stdout."""

import json
import os
import re
import shlex
import shutil
from collections.abc import Sequence
from signal import SIGKILL
from time import monotonic

from inbox_contracts.consumer.driver import JSON, DriverError, DriverFailed, GaveUp, Later
from inbox_contracts.piped import Piped
from inbox_mock.console.stopping import STOP
from inbox_mock.domain import limits
from inbox_mock.domain.spelling import as_written

ANSWER_SECONDS = 10.0
FIRST_ANSWER_SECONDS = 30.0
SLOW_START_SECONDS = 5.0
FAREWELL_SECONDS = 2.0
MOST_SHOWN = 200

ERROR = re.compile(r"^\S*(?:Error|Exception)\S*:? .+$", re.MULTILINE)
"""A line of stderr that says what went wrong, wherever it stands: at the top in Node, at the end in Python."""


class CommandDriver:
    """A driver's process, started at the first request, and anew after `restart`."""

    def __init__(self, command: Sequence[str], answer_seconds: float = ANSWER_SECONDS) -> None:
        self._command = list(command)
        self._answer_seconds = answer_seconds
        self._running: Piped | None = None
        self._number = 0
        self._answered = 0
        self.notes: list[str] = []

    def request(self, command: str, **arguments: object) -> JSON:
        """Write a request, and wait for its answer."""
        STOP.check()
        if self._running is None:
            self._running, self._answered = self._start(), 0
        self._number += 1
        request = json.dumps({"id": self._number, "do": command, **arguments}).encode() + b"\n"
        first = self._answered == 0
        patience = max(FIRST_ANSWER_SECONDS, self._answer_seconds) if first else self._answer_seconds
        began = monotonic()
        self._write(self._running, request, command)
        answer = self._read(self._running, command, patience)
        if first and monotonic() - began > SLOW_START_SECONDS:
            self.notes.append(f"the driver needed {monotonic() - began:.0f} s to start")
        self._answered += 1
        return self._checked(command, answer)

    def restart(self) -> None:
        """End the process; the next request starts a new one."""
        self.close()

    def close(self) -> None:
        """Close the process's stdin, so that it ends by itself; otherwise kill it, and whatever it has started."""
        self._end(at_once=False)

    def _start(self) -> Piped:
        program = self._command[0]
        if shutil.which(program) is None:
            exists = os.path.exists(program)  # noqa: PTH110 - a text, perhaps no path at all
            why = "it is not executable" if exists else "there is no such command"
            raise DriverFailed(DriverError("missing", f"cannot start {program}: {why}"))
        try:
            return Piped(self._command)
        except OSError as error:
            raise self._missing(error.errno) from None

    def _write(self, running: Piped, request: bytes, command: str) -> None:
        try:
            if not running.write(request, self._answer_seconds):
                raise self._failed("hang", f"it does not read what it is told ({command})")
        except BrokenPipeError:
            if not running.out:
                raise self._ended(running, command) from None

    def _read(self, running: Piped, command: str, patience: float) -> JSON:
        line = running.line(patience)
        if line is None and not running.has_ended:  # otherwise a child of the driver holds its stdout open
            raise self._failed("hang", f"no answer to {command} within {patience:g} s")
        if not line:
            raise self._ended(running, command)
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
            raise self._failed("wrong id", f"it answered {command} {_told(answer, 'id')}; expected {self._number}")
        if answer.get("ok") is True:
            return {name: found for name, found in answer.items() if name not in {"id", "ok"}}
        if answer.get("ok") is not False:
            raise self._failed("protocol", f"it answered {command} {_told(answer, 'ok')}; expected true or false")
        if answer.get("later") is True:
            raise Later
        said = {name: found for name, found in answer.items() if name not in {"id", "ok"}}
        about = f"it answered {command} with ok: false and no later" + (f", and {_shown(json.dumps(said).encode())}" if said else "")
        raise GaveUp(DriverError("gave up", about, "" if self._running is None else str(self._running.err)))

    def _ended(self, running: Piped, command: str) -> DriverFailed:
        running.wait(lambda: running.has_ended, FAREWELL_SECONDS)
        if running.failed is not None:
            self._end(at_once=True)
            return self._missing(running.failed)
        code = running.code
        how = "closed its stdout" if code is None else f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if self._answered == 0:
            return self._failed("no client", f"{_cut(shlex.join(self._command))} {how} before it answered anything")
        told = self._end(at_once=True)
        errors = ERROR.findall(told)
        message = f": {_cut(errors[-1].strip())}" if errors else ""
        return DriverFailed(DriverError("crash", f"it {how} when it was told to {command}{message}", told))

    def _missing(self, number: int | None) -> DriverFailed:
        return DriverFailed(DriverError("missing", f"cannot start {self._command[0]}: {os.strerror(number or 0)}"))

    def _failed(self, kind: str, about: str) -> DriverFailed:
        return DriverFailed(DriverError(kind, about, self._end(at_once=True)))

    def _end(self, *, at_once: bool) -> str:
        """End the process with whatever it has started, and return what it wrote to stderr."""
        running, self._running = self._running, None
        if running is None:
            return ""
        running.close(SIGKILL if at_once else 0)
        return str(running.err)


def _told(answer: JSON, name: str) -> str:
    return f"with {name}: {_cut(as_written(answer[name]))}" if name in answer else f"without {name}"


def _shown(line: bytes) -> str:
    return repr(_cut(line[: 4 * MOST_SHOWN].decode(errors="replace").strip()))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
