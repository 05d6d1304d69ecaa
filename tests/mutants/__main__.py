"""Judge the judge: broken servers and broken clients on trial, with the good ones as control.

Exit code 1 if a broken one lives, or a good one does not.
"""

import sys
from argparse import ArgumentParser
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING

from bench.ending import end_on_signals
from mutants.rows import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = ("servers", "clients")


def main() -> int:
    parser = ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="each broken one by what must kill it, and no more")
    parser.add_argument("--only", choices=SIDES, action="append", help="one side alone")
    parser.add_argument("--good", type=int, metavar="WORLDS", help="good clients of eleven styles instead, each in so many worlds")
    asked = parser.parse_args()
    end_on_signals()
    right = True
    for side in ["good"] if asked.good else asked.only or SIDES:
        matrix: Callable[[int], list[Row]] = import_module(f"mutants.{side}").matrix
        began = monotonic()
        rows = matrix(asked.good or asked.fast)
        right = right and all(row.killed != row.control for row in rows)
        sys.stdout.write(f"{table(side, rows)}\n  took {monotonic() - began:.0f} s\n\n")
    return 0 if right else 1


sys.exit(main())
