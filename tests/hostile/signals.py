"""Signals at random moments, to trials whose drivers resist and to servers that are asked meanwhile."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import requests

from cli.signalled import STOPS, one
from fake import Mock, OverSocket
from hostile.attacks import Run, attack
from hostile.children import TRACEBACK, Child, begun
from processes import wait_for

AT_ONCE, MOST = 4, 500
START_SECONDS, SERVING_SECONDS = 1.5, 0.5
FATAL = "Fatal Python error: init_"
"""What an interpreter says that a signal has ended while it began; its exit code is 1."""

OURS = "/inbox_mock/"
"""What is in each line of a traceback that the interpreter has not shown on its own, before it came to the product."""


@attack(
    does=f"up to {MOST} trials with drivers that resist, and servers that start or serve, get one to three signals at random moments",
    holds="each ends in time, by the signal's exit code, without a traceback, a process, a port file or half a file left behind",
    share=12,
)
def signals(run: Run) -> None:
    def interrupt(number: int) -> bool:
        random = run.random(number)
        if number and run.is_over:
            return False
        for wrong in one(random.randrange(2**32)) if random.random() < 0.5 else ():
            run.wrong(wrong)
        interrupt_a_server(run, random)
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        run.measure(f"{sum(pool.map(interrupt, range(MOST)))} interrupted")


def interrupt_a_server(run: Run, random: Random) -> None:
    """Interrupt a server while it starts, or while it is asked."""
    number = random.choice(STOPS)
    with begun(run, "serve", "--port", "0", "--port-file", "port", "--clock", random.choice(("real", "manual", "60x"))) as child:
        when = "starts" if random.random() < 0.4 else "serves"
        if when == "starts":
            time.sleep(random.random() * START_SECONDS)
        else:
            ask(child, random.random() * SERVING_SECONDS)
        for _ in range(random.choice((1, 1, 2, 3))):
            child.process.send_signal(number)
            time.sleep(random.random() * 0.1)
        found, about = child.end(), f"a server that {when}, after {signal.Signals(number).name}"
        run.hold(found.code is not None, f"{about}: it does not end")
        usual = {0, -number, 128 + number, None} | ({1} if FATAL in found.err else set())
        run.hold(found.code in usual, f"{about}: it ends with {found.code}: {found.last_line}")
        run.hold(not (TRACEBACK in found.err and OURS in found.err), f"{about}: a traceback: {found.err[-800:]}")
        run.hold(found.code == -number or not (child.folder / "port").exists(), f"{about}: its port file stays behind")


def ask(child: Child, seconds: float) -> None:
    """Ask a server for something for some time."""
    until = time.monotonic() + seconds
    mock = Mock(OverSocket(f"http://127.0.0.1:{wait_for(child.folder / 'port', child.process)}"))
    while time.monotonic() < until:
        try:
            mock.sandbox("agency").api.get("/inbox/conversations")
        except requests.RequestException:
            return
