"""Figures of a server under load, and of a command with a file that is too large: each as a ratio, a time or memory, with its budget."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic

from bench.figures import Figure
from hostile.attacks import Run
from hostile.children import ended, served
from hostile.memory import FILE_MB, write_large
from hostile.probe import probed
from hostile.timing import percentile
from soak import CLIENTS, Report, live_in

LOAD_SECONDS, WARM_SECONDS = 120, 20


def measure(tree: Path | None) -> list[Figure]:
    """Measure the product in a checkout, or the installed one."""
    with TemporaryDirectory() as folder:
        run = Run("figures", 0, LOAD_SECONDS, Path(folder), tree)
        return [*under_load(run), *large_file(run)]


def under_load(run: Run) -> list[Figure]:
    """As many threads as clients live in as many sandboxes, for two minutes."""
    report, sizes = Report(), {}
    began = monotonic()
    with served(run) as server, probed(server.port) as health:
        load = Thread(target=live_in, args=(server, report, lambda: run.is_over, CLIENTS))
        load.start()
        load.join(WARM_SECONDS)
        sizes["warm"] = server.resident_mb
        load.join()
        sizes["end"] = server.resident_mb
    about = f"{named(run)}{CLIENTS} threads for {monotonic() - began:.0f} s"
    return [
        Figure(
            subject=f"{about}: memory at the end, to that after {WARM_SECONDS} s",
            target=1.5,
            rounds=[sizes["end"] / sizes["warm"]],
            note=f"{sizes['warm']:.0f} MB, {sizes['end']:.0f} MB",
        ),
        spread(f"{about}: p99 to p50", report.seconds, f"; {len(report.wrongs)} wrongs"),
        # An eighth of the requests are advances. Each sends four webhooks, whose receivers call the API before they answer: five
        # requests one after the other, so that the p99 of all is the p92 of what takes five times as long as one.
        spread(f"{about}: p99 to p50, advances aside", (Counter(report.seconds) - Counter(report.advances)).elements()),
        Figure(subject=f"{about}: health, p99", target=50, unit="ms", rounds=[1000 * percentile(health, 99)], note=f"{len(health)} times"),
    ]


def spread(subject: str, seconds: Iterable[float], note: str = "") -> Figure:
    """How much longer the slowest hundredth of requests takes than half of them."""
    times = sorted(seconds)
    p50, p99 = percentile(times, 50), percentile(times, 99)
    told = f"{len(times)} requests, {1000 * p50:.0f} ms, {1000 * p99:.0f} ms{note}"
    return Figure(subject=subject, target=6, rounds=[p99 / p50], note=told)


def large_file(run: Run) -> list[Figure]:
    """A scenario file that is refused."""
    found = ended(run, "scenarios", str(write_large(run.folder)))
    about = f"{named(run)}a scenario file of {FILE_MB} MB is refused"
    return [
        Figure(subject=f"{about}: time", target=2, unit="s", rounds=[found.seconds], note=found.last_line[:60]),
        Figure(subject=f"{about}: memory", target=100, unit="MB", rounds=[found.peak_mb]),
    ]


def named(run: Run) -> str:
    """The name of the checkout that is measured, if it is not the installed one."""
    return f"{run.tree.name}: " if run.tree else ""
