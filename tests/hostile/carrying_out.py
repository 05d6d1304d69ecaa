"""Carry out attacks one after the other: their options, and what is said of each."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from random import SystemRandom
from time import monotonic

from hostile.attacks import Attack, Run


def options(program: str, description: str, names: Iterable[str], minutes: float) -> ArgumentParser:
    """The options that every suite of attacks has."""
    parser = ArgumentParser(prog=program, description=description)
    parser.add_argument("--only", action="append", choices=sorted(names), help="this one alone; may be repeated")
    parser.add_argument("--seconds", type=float, default=60 * minutes, help="for how long in all (default: %(default)g)")
    parser.add_argument("--seed", type=int, help="what to draw from (default: another one each time)")
    parser.add_argument("--list", action="store_true", help="say what each does, and what must hold, and do nothing")
    return parser


def carry_out(asked: Namespace, program: str, known: Mapping[str, Attack]) -> int:
    """Carry out what is asked for, or list it; 1 if something did not hold."""
    if asked.list:
        for each in known.values():
            say(f"{each.name}: {each.does}.\n  Holds: {each.holds}.")
        return 0
    seed = SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    attacks = [each for each in known.values() if not asked.only or each.name in asked.only]
    shares = sum(each.share for each in attacks)
    say(f"seed {seed}")
    failed = []
    for each in attacks:
        say(f"{each.name}: {each.does}")
        began = monotonic()
        run = each.carried_out(seed, asked.seconds * each.share / shares, getattr(asked, "root", None))
        say(f"  {'FAILED' if run.wrongs else 'held'} after {monotonic() - began:.0f} s; {'; '.join(run.measured)}".rstrip("; "))
        if run.wrongs:
            failed.append(run.name)
            say(told(run, program))
    say(f"{len(failed)} of {len(attacks)} found something: {', '.join(failed)}." if failed else "Everything held.")
    return 1 if failed else 0


def told(run: Run, program: str) -> str:
    """What did not hold, and how to see it again."""
    again = f'{program} ARGS="--only {run.name} --seed {run.seed} --seconds {run.seconds:.0f}"'
    return "\n".join([*(f"  - {wrong}" for wrong in run.wrongs), f"  Again: {again}"])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
