"""Measure the budgets: speed and memory, as ratios where a machine's own speed would decide, both sides in one run."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from time import perf_counter

from bench import (
    building,
    comparing,
    dashboard,
    growth,
    homes,
    in_process,
    memory,
    postgresql,
    recordings,
    report,
    rest,
    rewinding,
    sandboxes,
    server_trial,
    startup,
    throughput,
    trials,
    workers,
)
from bench.ending import end_on_signals
from bench.figures import Figure, say, table

ROUNDS, QUICK_ROUNDS = 15, 3

MEASUREMENTS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "throughput": throughput.measure,
    "startup": startup.measure,
    "in_process": in_process.measure,
    "sandboxes": sandboxes.measure,
    "rewinding": rewinding.measure,
    "growth": growth.measure,
    "building": building.measure,
    "comparing": comparing.measure,
    "memory": memory.measure,
    "rest": rest.measure,
    "homes": homes.measure,
    "postgresql": postgresql.measure,
    "trials": trials.measure,
    "dashboard": dashboard.measure,
    "server_trial": server_trial.measure,
    "report": report.measure,
    "workers": workers.measure,
    "recordings": recordings.measure,
}


def main() -> None:
    parser = ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), help="this measurement alone; may be repeated")
    asked = parser.parse_args()
    end_on_signals()
    figures: list[Figure] = []
    for name in asked.only or MEASUREMENTS:
        say(f"{name} ...")
        began = perf_counter()
        figures += MEASUREMENTS[name](QUICK_ROUNDS if asked.quick else ROUNDS)
        say(f"  took {perf_counter() - began:.0f} s")
    sys.stdout.write(f"{table(figures)}\n")


main()
