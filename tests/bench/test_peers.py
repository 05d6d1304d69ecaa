"""What the tables of peers are made from, without a peer."""

import os
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from psutil import pid_exists

from bench.peers import loading, packages
from bench.peers.declared import PEERS, Peer, Setting
from bench.peers.figures import FIXTURE, IDLE, ONE, Subject, of_fixtures, short, whole
from bench.peers.measuring import Side
from bench.peers.packages import Package
from bench.peers.running import running
from bench.written import block, table, write
from processes import free_port

TESTS = str(Path(__file__).parents[1])


def subjects(column: str, ours: float, *others: float) -> list[Subject]:
    found = [Subject(f"row {number}", "answers") for number in range(1 + len(others))]
    for subject, value in zip(found, (ours, *others), strict=True):
        subject.rounds[column] += [value, value]
    return found


def test_a_figure_is_a_ratio_to_the_fakes_with_its_spread() -> None:
    ours, other = subjects(ONE, 100, 50)
    other.rounds[ONE] = [10, 50]

    assert whole([ours, other])[2][1] == "0.3 (0.1 - 0.5)"


@pytest.mark.parametrize(("column", "better"), [(ONE, 200), (IDLE, 50)], ids=["more requests", "less memory"])
def test_what_is_better_than_the_fakes_is_in_bold(column: str, better: float) -> None:
    cells = [cell for row in short(subjects(column, 100, better, 20_000 / (better + 50)))[2:] for cell in row if "*" in cell]

    assert len(cells) == 1


def test_a_peer_that_cannot_be_installed_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "KEPT", tmp_path)
    refused = Package("absent", "1.0", [[sys.executable, "-c", "raise SystemExit('there is none')"]], sys.executable)
    side = Side(Peer(name="Absent", package=refused, command=lambda _: [], does="nothing"))

    (ours,) = subjects(ONE, 100)
    assert short([ours, side.subject])[2][:2] == ["Absent 1.0", "could not be installed"]
    assert "could not be installed" in of_fixtures([*subjects(FIXTURE, 1), side.subject])[2][1]


def test_a_load_counts_what_a_server_answers_which_then_ends() -> None:
    peer, port = PEERS[-1], free_port()

    with running(lambda folder: peer.command(Setting(Path(sys.prefix), folder, port, {})), port, peer.load) as server:
        assert loading.by_python(port, peer.load, connections=2, seconds=0.1) > 0

    assert not pid_exists(server.process)


def test_lines_take_the_place_of_those_that_are_there(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end -->\nafter\n")

    write(page, "figures", table([["a", "b"], ["1", r"\2"]]))

    assert block(page, "figures") == "| a | b |\n|---|---|\n| 1 | \\2 |\n"
    assert page.read_text().startswith("before\n<!-- figures -->\n| a")
    assert page.read_text().endswith("<!-- end -->\nafter\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_measurement_that_is_interrupted_ends_what_it_has_started_without_a_traceback(number: signal.Signals) -> None:
    program = """
from subprocess import Popen
from bench.ending import end_on_signals
end_on_signals()
child = Popen(["sleep", "60"])
try:
    print(child.pid, flush=True)
    child.wait()
finally:
    child.kill()
    child.wait()
"""
    measuring = Popen([sys.executable, "-c", program], stdout=PIPE, stderr=PIPE, text=True, env={**os.environ, "PYTHONPATH": TESTS})
    assert measuring.stdout is not None
    started = int(measuring.stdout.readline())
    measuring.send_signal(number)
    _, told = measuring.communicate(timeout=20)

    assert (measuring.returncode, told, pid_exists(started)) == (128 + number, "", False)
