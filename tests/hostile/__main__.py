"""Attack the product for a bounded time: each attack has its share of it, and says what must hold.

Exit code 1 if something did not hold. The seed decides all that is drawn: the command that is shown with what is wrong
attacks in the same way again.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from random import SystemRandom
from time import monotonic

from bench.figures import table
from hostile.attacks import Run, every
from hostile.figures import measure

MINUTES = 10


def main() -> int:
    known = every()
    parser = ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(known), help="this attack alone; may be repeated")
    parser.add_argument("--seconds", type=float, default=60 * MINUTES, help="for how long in all (default: %(default)g)")
    parser.add_argument("--seed", type=int, help="what to draw from (default: another one each time)")
    parser.add_argument("--root", type=Path, help="the checkout to attack in place of this one")
    parser.add_argument("--list", action="store_true", help="say what each attack does, and what must hold, and attack nothing")
    parser.add_argument("--figures", action="store_true", help="measure the server under load, and attack nothing")
    parser.add_argument("--before", type=Path, help="with --figures: measure this checkout as well, in the same run")
    asked = parser.parse_args()
    tree = asked.root and asked.root.resolve()
    if asked.list:
        for each in known.values():
            say(f"{each.name}: {each.does}.\n  Holds: {each.holds}.")
        return 0
    if asked.figures:
        say(table([*measure(tree), *(measure(asked.before.resolve()) if asked.before else ())]))
        return 0
    seed = SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    attacks = [each for each in known.values() if not asked.only or each.name in asked.only]
    shares = sum(each.share for each in attacks)
    say(f"seed {seed}")
    failed = []
    for each in attacks:
        seconds = asked.seconds * each.share / shares
        say(f"{each.name}: {each.does}")
        began = monotonic()
        run = each.carried_out(seed, seconds, tree)
        say(f"  {'FAILED' if run.wrongs else 'held'} after {monotonic() - began:.0f} s; {'; '.join(run.measured)}".rstrip("; "))
        if run.wrongs:
            failed.append(run.name)
            say(told(run))
    say(f"{len(failed)} of {len(attacks)} attacks found something: {', '.join(failed)}." if failed else "Everything held.")
    return 1 if failed else 0


def told(run: Run) -> str:
    """What did not hold, and how to see it again."""
    again = f'make hostile ARGS="--only {run.name} --seed {run.seed} --seconds {run.seconds:.0f}"'
    return "\n".join([*(f"  - {wrong}" for wrong in run.wrongs), f"  Again: {again}"])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
