"""A HAR of 100 MB with 20,000 exchanges: read by a process of its own, in a time and within a memory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from recordings.made import a_long_har

EXCHANGES = 20_000
ROUNDS = 3
READING = """
from inbox_mock.recordings.reading import read
assert sum(1 for _ in read([path])) == {exchanges}
"""
IMPORTING = """
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings.reading import read
from inbox_mock.scenarios.yaml12 import write
assert len(write(import_exchanges(read([path])).scenario)) > {exchanges}
"""
TIMED = """
import re, sys
from pathlib import Path
from time import perf_counter
path, began = Path(sys.argv[1]), perf_counter()
{work}
seconds = perf_counter() - began
print(seconds, int(re.search("VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""
"""The most memory is what Linux says of the program: ``ru_maxrss`` is at least what its parent held when it was started."""


def measure(rounds: int) -> Iterator[Figure]:
    """Reading alone, and with the import up to the scenario's text; comparing has a row of its own."""
    with TemporaryDirectory() as folder:
        har = Path(folder, "long.har")
        with har.open("wb") as file:
            file.writelines(a_long_har(EXCHANGES))
        size = har.stat().st_size / 1024 / 1024
        for doing, work, most_seconds, most_megabytes in (("reading", READING, 8, 100), ("importing", IMPORTING, 20, 300)):
            told = [seconds_and_megabytes(work.format(exchanges=EXCHANGES), har) for _ in range(min(rounds, ROUNDS))]
            what = f"{doing} a HAR of {size:.0f} MB with {EXCHANGES:,} exchanges"
            yield Figure(subject=what, target=most_seconds, unit="s", rounds=[seconds for seconds, _ in told])
            yield Figure(subject=f"{what}: the most memory", target=most_megabytes, unit="MB", rounds=[megabytes for _, megabytes in told])


def seconds_and_megabytes(work: str, path: Path) -> tuple[float, float]:
    """Run statements in a process of their own, with ``path``; return how long they took, and the most memory that it held."""
    ran = subprocess.run([sys.executable, "-c", TIMED.format(work=work), str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, ran.stdout.split())
    return seconds, megabytes
