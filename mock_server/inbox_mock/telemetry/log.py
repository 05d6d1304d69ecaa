"""The log on a stream: a line for each event, as JSON or as text, written by a thread of its own.

Nobody waits for whoever reads it: lines that are not read in time are dropped, and counted in the next one.
"""

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from queue import Full, Queue
from threading import Thread
from traceback import format_tb
from typing import TextIO

from inbox_mock.domain import limits
from inbox_mock.domain.values import printable

ROOT = "inbox_mock"
PLAIN = re.compile(r"[\w./:<>@+-]+", re.ASCII)


class LineFormatter(logging.Formatter):
    """Writes a record in one line: when, the event, and its facts. Of an exception, the type and where it came from: no values."""

    def __init__(self, style: str) -> None:
        super().__init__()
        self._write = as_json if style == "json" else as_text

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        facts = getattr(record, "facts", None)
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, object] = {"time": at, "level": record.levelname.lower()}
        line |= {"event": "message", "text": printable(record.getMessage())} if facts is None else {"event": record.msg, **facts}
        if record.exc_info and record.exc_info[0] is not None:
            line |= {"exception": record.exc_info[0].__name__, "traceback": "".join(format_tb(record.exc_info[2]))}
        dropped = getattr(record, "dropped", None)
        return self._write(line | ({} if dropped is None else {"dropped": dropped}))


def as_json(line: Mapping[str, object]) -> str:
    """Return a line as a JSON object, in ASCII."""
    return json.dumps(line, separators=(",", ":"))


def as_text(line: Mapping[str, object]) -> str:
    """Return a line as ``name=value``, in ASCII, without what is null; a value that is not plain is quoted as in JSON."""
    return " ".join(f"{name}={_text(value)}" for name, value in line.items() if value is not None)


def _text(value: object) -> str:
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text)


class Log(logging.Handler):
    """Writes records to a stream from a thread of its own."""

    def __init__(self, stream: TextIO, style: str) -> None:
        super().__init__()
        self.setFormatter(LineFormatter(style))
        self._stream = stream
        self._lines: Queue[str] = Queue(limits.LOGGED)
        self._dropped = 0
        Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record, or count it if nobody reads."""
        record.dropped = self._dropped or None
        try:
            self._lines.put_nowait(self.format(record))
        except Full:
            self._dropped += 1
        else:
            self._dropped = 0

    def flush(self, seconds: float = 1) -> None:
        """Wait until what is queued is written, for at most ``seconds``."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, seconds)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            with suppress(OSError, ValueError):  # its reader has gone, or the stream is closed
                self._stream.write(f"{line}\n")
                self._stream.flush()
            self._lines.task_done()


def log_to(stream: TextIO, style: str) -> Log:
    """Log all that the fake says, from now on, to a stream, and nowhere else; return what writes it."""
    logger, log = logging.getLogger(ROOT), Log(stream, style)
    logger.addHandler(log)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return log
