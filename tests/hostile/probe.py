"""Asks a server for its health until its own input ends, and prints the seconds of each answer: in a process that has nothing else to do.

python tests/hostile/probe.py PORT
"""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter

EVERY_SECONDS = 0.05
HANG_SECONDS = 60


@contextmanager
def probed(port: int) -> Iterator[list[float]]:
    """Ask while the block runs; afterwards the list holds the seconds, ordered."""
    found: list[float] = []
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, __file__, str(port)], stdin=pipe, stdout=pipe) as process:
        try:
            yield found
            found += sorted(json.loads(process.communicate(timeout=HANG_SECONDS)[0]))
        finally:
            process.kill()


def main() -> None:
    seconds = []
    while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
        began = perf_counter()
        connection = HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=HANG_SECONDS)
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        connection.close()
        seconds.append(perf_counter() - began)
    print(json.dumps(seconds))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
