"""What a person sees on a terminal, and that a program sees none of it."""

import os
import pty
import socket
import subprocess
from pathlib import Path
from threading import Thread

import pytest

from processes import COMMAND

ESCAPE = "\x1b["


def seen(*arguments: str, **env: str) -> str:
    """What a command writes to a terminal."""
    leader, follower = pty.openpty()
    told = {name: text for name, text in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm", "COLUMNS": "60"} | env
    process = subprocess.Popen([COMMAND, *arguments], stdout=follower, stderr=follower, env=told)
    os.close(follower)
    written = b""
    while True:
        try:
            piece = os.read(leader, 65_536)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        written += piece
    os.close(leader)
    process.wait(timeout=60)
    return written.decode()


def piped(*arguments: str) -> str:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60).stdout


def test_a_person_reads_a_table_with_headings_folded_to_the_terminal() -> None:
    lines = seen("scenarios").splitlines()

    assert "scenario" in lines[0]
    assert "what it shows" in lines[0]
    assert ESCAPE in lines[0]
    assert max(map(len, lines[1:])) <= 60


def test_a_program_reads_a_line_for_each_row_and_no_headings() -> None:
    lines = piped("scenarios").splitlines()

    assert lines[0].startswith("agency ")
    assert ESCAPE not in "".join(lines)
    assert max(map(len, lines)) > 60


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colour_reads_what_a_program_reads(env: dict[str, str]) -> None:
    assert seen("scenarios", **env).splitlines() == piped("scenarios").splitlines()


def test_an_empty_no_color_says_nothing() -> None:
    assert ESCAPE in seen("scenarios", NO_COLOR="")


def test_the_doctor_speaks_in_colours_to_people_only() -> None:
    assert f"{ESCAPE}32mok " in seen("doctor", "--port", "0")
    assert piped("doctor", "--port", "0").startswith("ok  Python")


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """A scenario that is made step by step, and at the end cannot be served: its port is taken."""
    file = tmp_path / "many.yaml"
    file.write_text("seed: 7\ngenerate: {bookings: 300, messages: 600}\n")
    return file


def test_a_person_sees_how_far_a_large_scenario_is(generated: Path) -> None:
    written = seen("serve", "--scenario", str(generated), "--host", "192.0.2.1")

    assert "Making the scenario many" in written
    assert "%" in written
    assert "cannot listen on 192.0.2.1" in written


def test_a_program_is_told_of_it_in_one_line(generated: Path) -> None:
    ran = subprocess.run(
        [COMMAND, "serve", "--scenario", str(generated), "--host", "192.0.2.1"], capture_output=True, text=True, check=False, timeout=60
    )

    first, second = ran.stderr.splitlines()
    assert first == "Making the scenario many ..."
    assert second.startswith("inbox-mock: cannot listen on 192.0.2.1")


def test_what_another_program_says_does_not_move_the_cursor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            for _ in range(2):
                connection, _address = listening.accept()
                with connection:
                    connection.sendall(b"SSH-2.0-\x1b[2Jnobody\r\n")
                    connection.recv(1000)

        greeting = Thread(target=greet)
        greeting.start()
        root = f"http://127.0.0.1:{listening.getsockname()[1]}"
        told = seen("health", "--url", root) + seen("journal", "--url", root)
        greeting.join(60)

    assert told.count("nobody") == 2
    assert ESCAPE not in told
