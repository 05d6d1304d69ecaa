"""Measure how the cost of each operation grows with messages and with sandboxes; draw it, and write its table into the docs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.ending import end_on_signals
from bench.figures import say
from bench.growth import Curve, curves, shown
from bench.growth.operations import OPERATIONS
from bench.growth.plot import drawn
from bench.growth.worlds import make
from bench.written import SPEED, table, write

MESSAGES, SANDBOXES = "messages", "sandboxes"
FEW = 1_000
PLOT = SPEED.parent / "images" / "growth.svg"


def main() -> None:
    parser = ArgumentParser(prog="make growth", description=__doc__)
    parser.add_argument("--messages", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--sandboxes", type=int, nargs="+", default=[1, 10, 100, 1_000, 10_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=7, help="in which the sizes take turns")
    parser.add_argument("--dry", action="store_true", help="print the tables, and leave the docs as they are")
    asked = parser.parse_args()
    for of, sizes in ((MESSAGES, asked.messages), (SANDBOXES, asked.sandboxes)):
        if len({*sizes}) < 2:
            parser.error(f"--{of}: found one size; expected two or more, to compare them")
    end_on_signals()
    found = _curves(MESSAGES, asked.messages, asked.rounds) + _curves(SANDBOXES, asked.sandboxes, asked.rounds)
    lines = [line for of in (MESSAGES, SANDBOXES) for line in (*_table(of, [curve for curve in found if curve.of == of]), "")][:-1]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if not asked.dry:
        PLOT.write_text(drawn(found))
        write(SPEED, "growth", lines)


def _curves(of: str, sizes: list[int], rounds: int) -> list[Curve]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as data:
        worlds = {}
        for size in sorted(sizes):
            say(f"making {size:,} {of}")
            folder = Path(data, str(size))
            worlds[size] = make(size, folder=folder) if of == MESSAGES else make(FEW, size, folder)
        return curves(of, worlds, rounds, list(OPERATIONS))


def _table(of: str, found: list[Curve]) -> list[str]:
    head = [of, *(f"{size:,}" for size in found[0].rounds), "exponent", "of the last step"]
    rows = [[each.operation, *map(_ratio, each.ratios.values()), shown(each.exponent), shown(each.last_exponent)] for each in found]
    return table([head, *rows])


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


if __name__ == "__main__":
    main()
