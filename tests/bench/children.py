"""Servers in processes of their own: the fake, and the bare view that it is measured against."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import IO, Literal

from bench.wire import Connection

BARE_FLASK = Path(__file__).with_name("bare_flask.py")
INBOX_MOCK = Path(sys.executable).with_name("inbox-mock")
PATIENCE_SECONDS = 60
GLANCE_SECONDS = 0.001


@dataclass(frozen=True)
class Child:
    """A server that has bound its port."""

    process: Popen[bytes]
    port: int

    def connect(self) -> Connection:
        return Connection(self.port)


@contextmanager
def fake(scenario: str = "agency", *more: str) -> Iterator[Child]:
    """The fake with a scenario, by its name or the text of its file, and with more options."""
    with TemporaryDirectory() as folder:
        if "\n" in scenario:
            written = Path(folder, "scenario.yaml")
            written.write_text(scenario)
            scenario = str(written)
        port_file = Path(folder, "port")
        options = ["--port", "0", "--port-file", str(port_file), "--scenario", scenario, "--clock", "manual", *more]
        with _running([str(INBOX_MOCK), "serve", *options], port_file) as child:
            yield child


def told_of_imports() -> str:
    """What Python tells of the imports of a start, up to the port."""
    with TemporaryDirectory() as folder:
        port_file, told = Path(folder, "port"), Path(folder, "told")
        command = [sys.executable, "-X", "importtime", str(INBOX_MOCK), "serve", "--port", "0", "--port-file", str(port_file)]
        with told.open("wb") as stderr, _running([*command, "--clock", "manual"], port_file, stderr):
            pass
        return told.read_text()


@contextmanager
def bare(body: bytes, content_type: str, server: Literal["cheroot", "own"] = "cheroot") -> Iterator[Child]:
    """The bare view, returning these bytes, on cheroot or on the fake's own server."""
    with TemporaryDirectory() as folder:
        port_file, body_file = Path(folder, "port"), Path(folder, "body")
        body_file.write_bytes(body)
        with _running([sys.executable, str(BARE_FLASK), str(port_file), str(body_file), content_type, server], port_file) as child:
            yield child


@contextmanager
def _running(command: list[str], port_file: Path, stderr: IO[bytes] | int = DEVNULL) -> Iterator[Child]:
    process = Popen(command, stdout=DEVNULL, stderr=stderr)
    try:
        yield Child(process, _port(process, port_file))
    finally:
        process.kill()
        process.wait()


def _port(process: Popen[bytes], port_file: Path) -> int:
    given_up = monotonic() + PATIENCE_SECONDS
    while not port_file.exists():
        if process.poll() is not None or monotonic() > given_up:
            raise RuntimeError(f"{process.args!r} does not answer")
        sleep(GLANCE_SECONDS)
    return int(port_file.read_text())
