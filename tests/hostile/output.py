"""Full disks, closed pipes and ends of processes: whatever cannot be written is told in a line, and what was written before is whole."""

import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from fake import Mock, OverSocket
from hostile.attacks import Run, attack
from hostile.children import GLANCE_SECONDS, HANG_SECONDS, Ended, begun, ended, served
from hostile.drivers import FAULTS

FULL = Path("/dev/full")
FINDINGS, WRONG_USAGE = 1, 2
NO_SPACE = "FSIZE=0"
"""No byte more fits into any file."""

CRASH_WITHIN, TRIAL_SECONDS = 0.5, 3.0
HANDLES, CONNECTIONS, MOST_LOG = 64, 150, 20_000

PRINTING = (
    *(("scenarios",), ("scenarios", "--format", "json"), ("openapi",), ("openapi", "--admin"), ("fidelity",), ("completion", "bash")),
    *(("doctor",), ("--help",), ("serve", "--help"), ("--version",), ("scenarios", "--schema")),
)
ASKING = (
    *(("report",), ("report", "--format", "json"), ("report", "--format", "junit"), ("journal",), ("sandboxes", "list"), ("clock",)),
    *(("health",), ("book",), ("admin", "get_catalogue")),
)


def client_trial(*options: str) -> tuple[str, ...]:
    """A trial that fails, in one world."""
    trial = ("--worlds", "1", "--hazard", "past_booking", "--shrink-seconds", "0", *options)
    return ("check", "client", *trial, "--", sys.executable, "-c", FAULTS["ends with code 3"].program)


@attack(
    does="commands print to a full disk, and a server, a trial and its saved world find no room for their files",
    holds="each says so in a line, without a traceback and not by the code of findings; the server and the verdict do not depend on it",
    share=7,
)
def full_disks(run: Run) -> None:
    with served(run) as server:
        server.mock.caller("demo").get("/me")  # lest the journal is empty
        printing = (*PRINTING, *((*each, "--url", server.root) for each in ASKING)) if FULL.exists() else ()
        cases: list[Callable[[], object]] = [
            save_nothing(run),
            serve_without_a_port_file(run),
            *(print_nothing(run, each) for each in printing),
        ]
        run.random().shuffle(cases)
        tried = [case() for case in cases if not run.is_over]
    run.measure(f"{len(tried)} of {len(cases)} cases")


def print_nothing(run: Run, arguments: tuple[str, ...]) -> Callable[[], object]:
    """A command whose output goes nowhere."""
    return lambda: told(run, f"{' '.join(arguments)} > {FULL}", ended(run, *arguments, stdout=FULL))


def serve_without_a_port_file(run: Run) -> Callable[[], object]:
    """A server that finds no room for its port file ends: nobody would know where it listens."""
    return lambda: told(run, "serve --port-file on a full disk", ended(run, "serve", "--port", "0", "--port-file", "port", limits=NO_SPACE))


def save_nothing(run: Run) -> Callable[[], object]:
    """A trial that finds no room for its world still tells the verdict, in an output that has room."""

    def case() -> None:
        with begun(run, *client_trial("--save", "saved"), limits=NO_SPACE, stdout=Path("/dev/null")) as child:
            found, about = child.end(), "a trial that cannot save its world"
            run.hold(found.code in {FINDINGS, WRONG_USAGE}, f"{about} ends with {found.code}: {found.last_line}")
            half = [file.name for file in child.folder.glob("saved/*")]
            run.hold(not half, f"{about} leaves {half}")

    return case


def told(run: Run, what: str, found: Ended) -> None:
    """A command that could not write says so in a line or two, and does not call it a finding."""
    if found.is_broken:
        run.wrong(f"{what}: a traceback: {found.last_line}")
    else:
        run.hold(found.code is not None, f"{what}: it hangs")
        run.hold(found.code not in {0, FINDINGS}, f"{what}: it ends with {found.code}, as if all were written: {found.last_line}")


@attack(
    does=f"a server that may have {HANDLES} files open is asked over {CONNECTIONS} connections at once",
    holds="it lives, serves when there is room again, and its log stays short",
    share=3,
)
def out_of_handles(run: Run) -> None:
    with served(run, limits=f"NOFILE={HANDLES}") as server:
        with ExitStack() as stack:
            for _ in range(CONNECTIONS):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=HANG_SECONDS))
            while not run.is_over:
                time.sleep(GLANCE_SECONDS)
        size = server.log.stat().st_size
        run.hold(size <= MOST_LOG, f"its log has {size} bytes, expected at most {MOST_LOG}: {server.log.read_text()[:300]!r}")
        run.measure(f"{size} bytes of log")


@attack(
    does="a server and a trial are killed at any moment of their work, and started again where they were",
    holds="the server starts whatever was left, its port file names it, and a saved world is whole",
    share=4,
)
def crashes(run: Run) -> None:
    random, ends = run.random(), 0
    port_file, saved = run.folder / "port", run.folder / "saved"
    while not run.is_over or not ends:
        with begun(run, "serve", "--port", "0", "--port-file", str(port_file), "--clock", "manual") as child:
            if random.random() < 0.5:
                time.sleep(random.random() * CRASH_WITHIN)
            elif (port := answering(port_file)) is None:
                run.wrong(f"a server does not answer at the port of its file, after one that was killed: {child.log[-500:]!r}")
            else:
                mock, until = Mock(OverSocket(f"http://127.0.0.1:{port}")), time.monotonic() + random.random() * CRASH_WITHIN
                while time.monotonic() < until:
                    mock.sandbox("agency")
        with begun(run, *client_trial("--save", str(saved))) as child:
            child.end(random.random() * TRIAL_SECONDS)
        ends += 2
    for world in saved.glob("*.yaml"):
        found = ended(run, *client_trial("--world", str(world)))
        run.hold(found.code == FINDINGS, f"a world that a killed trial saved cannot be run again: {found.said[-600:]!r}")
    run.measure(f"{ends} ends")


def answering(port_file: Path) -> int | None:
    """The port in the file, once something answers there."""
    until = time.monotonic() + HANG_SECONDS
    while time.monotonic() < until:
        with suppress(OSError, ValueError):
            port = int(port_file.read_text())
            socket.create_connection(("127.0.0.1", port)).close()
            return port
        time.sleep(GLANCE_SECONDS)
    return None
