"""How commands end when something goes wrong: with one line and the exit code of the reference, never with a traceback."""

import inspect
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import click
import orjson
import pytest
import requests

from cli.walked import COMMANDS, needed_by
from inbox_mock import cli
from inbox_mock.client import connect
from inbox_mock.console.ending import DEBUG
from processes import COMMAND, run, started

RUN = [sys.executable, "-m", "inbox_mock"]
PRINTS = ["scenarios", "fidelity", "openapi", "completion bash", "doctor --port 0", "--help", "--version", "serve --help", "admin"]
ON_A_SERVER = sorted(
    path for path, command in COMMANDS.items() if {"url", "sandbox"} <= {parameter.name for parameter in command.params if parameter.name}
)


def without_a_traceback(stderr: str) -> str:
    assert "Traceback" not in stderr
    assert "Exception ignored" not in stderr
    return stderr


@contextmanager
def something_else(status: int, kind: str, body: bytes) -> Iterator[str]:
    """Another program, which answers everything so; its root."""

    class Answers(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - as http.server wants them

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()  # how soon it notices its end
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("command", PRINTS)
def test_a_full_disk_is_one_line(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*RUN, *command.split()], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert ran.returncode == 2
    assert without_a_traceback(ran.stderr) == "inbox-mock: what is printed cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", ["fidelity", "openapi", "scenarios --schema", "--help"])
def test_output_that_nobody_reads_is_no_finding(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([*RUN, *command.split()], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)

    assert (ran.returncode, ran.stderr) == (141, "")


def test_where_nothing_can_be_said_the_exit_code_says_it() -> None:
    with Path("/dev/full").open("w") as full:
        assert subprocess.run([*RUN, "nonsense"], stderr=full, check=False).returncode == 2
        assert subprocess.run([*RUN, "scenarios"], stdout=full, stderr=full, check=False).returncode == 2


def test_characters_that_the_terminal_lacks_are_no_error() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    ran = subprocess.run([*RUN, "scenarios", "agency", "Größe.yaml"], capture_output=True, text=True, check=False, env=env)

    assert ran.returncode == 2
    without_a_traceback(ran.stderr)


BODIES = [
    ("application/json", b"{}"),
    ("application/json", b"[]"),
    ("application/json", b'{"error": "not found"}'),
    ("application/json", b'{"entries": [{}], "sandboxes": [{}], "snapshots": [{}], "booking": {}, "clock": 3, "now": 5, "mode": {}}'),
    ("application/json", b'{"entries": 3, "sandboxes": 3, "snapshots": "x", "booking": 1, "message": null, "rules": [1], "happened": [7]}'),
    ("application/json", b"\xff\xfe"),
    ("application/json", b'{"entries": null, "next": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ("text/html", b"<!doctype html><title>Welcome</title>"),
    ("application/problem+json", b'{"errors": [{}]}'),
    ("application/problem+json", b'{"errors": 7}'),
    ("application/json", b'{"entries": ' + b"[" * 900 + b"]" * 900 + b"}"),
    ("application/json", b"[" * 100_000),
]


@pytest.mark.parametrize("status", [200, 201, 404, 422, 500])
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=map(str, range(len(BODIES))))
def test_another_server_at_the_address_is_no_finding_and_no_traceback(status: int, kind: str, body: bytes) -> None:
    with something_else(status, kind, body) as root:
        for path in ON_A_SERVER:
            result = run(*path, *needed_by(COMMANDS[path]), "--url", root, *(["set_fault"] if path == ("admin",) else []))

            assert result.returncode in {0, 2}, path  # some ask for nothing that could be missing
            assert len(without_a_traceback(result.stderr).splitlines()) <= 4, path
            assert "unexpected error" not in result.stderr, (path, result.stderr)


def test_an_error_that_nobody_expected_is_one_line_with_how_to_see_more(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("doctor")
    def broken() -> None:
        raise RuntimeError("\x1b[2Jfirst\nsecond")

    monkeypatch.setattr(cli.Commands, "get_command", lambda *_: broken)
    told, shown = run("doctor"), run("doctor", env={DEBUG: "1"})

    assert (told.returncode, shown.returncode) == (2, 2)
    assert told.stderr == (
        "inbox-mock: unexpected error: RuntimeError: \ufffd[2Jfirst second."
        f" This is a fault of inbox-mock: report it, with what {DEBUG}=1 shows\n"
    )
    assert "Traceback" in shown.stderr


@pytest.mark.parametrize("path", sorted(path for path in COMMANDS if path not in {(), ("check",), ("bundle",)}), ids=" ".join)
def test_an_interrupt_is_no_finding(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS[path], "callback", interrupt)

    assert run(*path, *needed_by(COMMANDS[path])).returncode == 130


STOPPED_AT = [
    "inbox_mock.console.stopping",
    "click",
    "inbox_mock.console.ending",
    "inbox_mock.domain.values",
    "inbox_mock.cli",
    "inbox_mock.cli.scenarios",
    "yaml",
]


@pytest.mark.parametrize("module", STOPPED_AT)
def test_an_interrupt_during_imports_is_no_traceback(module: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"""
import os, signal, sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
""")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    ran = subprocess.run([*RUN, "scenarios"], capture_output=True, text=True, check=False, env=env)

    assert (ran.returncode, ran.stdout) == (130, "")
    without_a_traceback(ran.stderr)


SWALLOWED = {
    "where nothing can be raised": "class Kept:\n    def __del__(self):\n        os.kill(os.getpid(), signal.SIGINT)\n\nKept()\n",
    "by whoever is imported": "try:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept KeyboardInterrupt:\n    pass\n",
    "as an error of theirs": (
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept BaseException as error:\n    raise ImportError('broken') from error\n"
    ),
}


@pytest.mark.parametrize("where", SWALLOWED)
def test_an_interrupt_that_an_import_swallows_ends_the_command_all_the_same(where: str, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(f"import os, signal, time\n{SWALLOWED[where]}time.sleep(60)\n")
    ran = subprocess.run([*RUN, "scenarios"], capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(tmp_path)})

    assert (ran.returncode, ran.stdout) == (130, "")
    without_a_traceback(ran.stderr)


def test_an_interrupt_that_an_import_raises_itself_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    ran = subprocess.run([*RUN, "scenarios"], capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": str(tmp_path)})

    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "inbox-mock: interrupted\n")


UNREADABLE: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "a loop": lambda path: path.symlink_to(path.name),
    "missing": Path.absolute,
}
TAKES_A_FILE = [
    ("serve", "--port", "0", "--scenario", "{}"),
    ("scenarios", "{}"),
    ("sandboxes", "create", "--scenario", "{}"),
    ("check", "client", "--world", "{}", "--", "true"),
    ("serve", "--admin-token-file", "{}"),
    ("clock", "--admin-token-file", "{}"),
]


@pytest.mark.parametrize("arguments", TAKES_A_FILE, ids=" ".join)
@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_used_is_told(arguments: tuple[str, ...], what: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    UNREADABLE[what](path)

    result = run(*(argument.format(path) for argument in arguments))

    mistake = what == "no text" and arguments[0] == "scenarios"
    assert result.returncode == (1 if mistake else 2)
    assert str(path) in without_a_traceback(result.stderr)
    assert "unexpected error" not in result.stderr


def test_following_the_journal_goes_on_until_it_is_interrupted(served: str) -> None:
    with started([COMMAND, "journal", "--follow", "--url", served, "--after", "0"], stdout=subprocess.PIPE) as follower:
        assert follower.stdout is not None
        requests.get(f"{served}/api/v3/me", headers={"Authorization": "Bearer demo"}, timeout=10)
        follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        assert follower.wait(timeout=20) == 0


ESCAPES = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202e"
NAMED = (
    "id",
    "kind",
    "at",
    "now",
    "mode",
    "scenario",
    "name",
    "token",
    "api_url",
    "why",
    "title",
    "detail",
    "status",
    "method",
    "path",
    "query",
)
HOSTILE = {
    **dict.fromkeys(NAMED, ESCAPES),
    "errors": [{"field": ESCAPES, "expected": ESCAPES}],
    "entries": [],
    "happened": [{"at": ESCAPES, "kind": ESCAPES, "about": {f"{ESCAPES}_id": ESCAPES, "outcome": ESCAPES, "refused": ESCAPES}}],
    "clock": {"now": ESCAPES, "mode": ESCAPES, "rate": 1},
    "booking": {"id": ESCAPES, "start_at": ESCAPES, "end_at": ESCAPES, "links": {"rental": ESCAPES, "conversations": [ESCAPES]}},
    "message": {"id": ESCAPES},
    "snapshots": [{"name": ESCAPES, "at": ESCAPES, "bytes": 7}],
    "sandboxes": [{"id": ESCAPES, "scenario": ESCAPES, "seed": ESCAPES, "strict": True, "clock": {"now": ESCAPES, "mode": ESCAPES}}],
}


@pytest.mark.parametrize(
    ("status", "kind"), [(200, "application/json"), (422, "application/problem+json"), (404, "application/problem+json")]
)
def test_what_a_server_says_moves_no_cursor(status: int, kind: str) -> None:
    found = HOSTILE if status != 404 else {name: value for name, value in HOSTILE.items() if name != "errors"}
    with something_else(status, kind, orjson.dumps(found)) as root:
        for path in ON_A_SERVER:
            result = run(*path, *needed_by(COMMANDS[path]), "--url", root, *(["set_fault"] if path == ("admin",) else []))

            assert all(character.isprintable() or character == "\n" for character in result.stdout + result.stderr), path
            assert status != 200 or path in {("report",), ("journal",)} or result.stdout or result.returncode, path


def test_what_is_in_a_sandbox_moves_no_cursor(served: str) -> None:
    sandbox = connect(served).create_sandbox("agency", clock={"mode": "manual"})
    booking = sandbox.book("airbnb", guest={"fullname": f"Ada {ESCAPES}"}, conversation_delay="0s")
    conversation = booking["links"]["conversations"][0]
    sandbox.write(conversation, f"first{ESCAPES}\nsecond")
    requests.get(
        f"{served}/api/v3/bookings?x={ESCAPES}", headers={"Authorization": f"Bearer {sandbox.token}", "User-Agent": "\x9b31m"}, timeout=10
    )

    for command in ("journal", "report", "clock advance 1d", f"write {conversation} {ESCAPES}", "sandboxes", "clock"):
        result = run(*command.split(), "--url", served, "--sandbox", sandbox.id)

        assert result.returncode in {0, 1}, command
        assert all(character.isprintable() or character == "\n" for character in result.stdout + result.stderr), command


def test_every_command_that_may_end_with_findings_says_so_in_its_help() -> None:
    found: dict[str, str] = {}
    for path, command in COMMANDS.items():
        module = inspect.getmodule(inspect.unwrap(command.callback)) if command.callback else None
        if module is not None and hasattr(module, "FINDINGS"):
            found[module.__name__] = found.get(module.__name__, "") + " ".join(run(*path, "--help").stdout.split())

    assert {name.rpartition(".")[2] for name in found} == {
        "bundle",
        "client",
        "clock",
        "compare",
        "doctor",
        "health",
        "report",
        "scenarios",
        "server",
    }
    for name, says in found.items():
        assert re.search(r"[Ee]xit (code )?(is )?(1|0:.* 1:)|exit code is 1", says), name
