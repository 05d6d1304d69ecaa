"""Measure the fake beside other fakes and mock servers: a GET of about 1.4 kB, start, memory, fixtures; write the tables into the docs.

Every peer is installed from its registry into build/peers. One that cannot be installed or does not start is a row that says so.
All servers listen on 127.0.0.1, and end when the command ends.
"""

import sys
from argparse import ArgumentParser

from bench.children import fake
from bench.ending import end_on_signals
from bench.peers.declared import CONVERSATIONS, PEERS
from bench.peers.figures import absolute, of_fixtures, short, whole
from bench.peers.loading import GENERATOR
from bench.peers.measuring import Side, measure_fixtures, measure_loads, measure_starts
from bench.written import README, SPEED, table, write

ROUNDS, SECONDS = 7, 1


def main() -> None:
    parser = ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured, by turns")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of each load")
    parser.add_argument("--only", action="append", choices=[peer.name for peer in PEERS if peer.package], help="may be repeated")
    parser.add_argument("--dry", action="store_true", help="print the tables, and leave the docs as they are")
    asked = parser.parse_args()
    end_on_signals()
    sides = [Side(peer) for peer in PEERS if not (asked.only and peer.package) or peer.name in asked.only]
    with fake() as server:
        record = {"id": 1} | server.connect().call("GET", f"{CONVERSATIONS}/1").json
    measure_starts(sides, record, asked.rounds)
    measure_loads(sides, record, asked.rounds, asked.seconds)
    tests = measure_fixtures(sides, asked.rounds)
    subjects = [side.subject for side in sides]
    tables = {
        (SPEED, "peers"): [*table(whole(subjects)), "", f"By {GENERATOR}: {asked.rounds} rounds, {asked.seconds} s for each load."],
        (SPEED, "fixtures"): table(of_fixtures(tests)),
        (README, "peers"): table(short(subjects[:-1])),  # without the load itself
    }
    for (page, name), lines in tables.items():
        sys.stdout.write("".join(f"{line}\n" for line in [*lines, ""]))
        if not asked.dry:
            write(page, name, lines)
    sys.stdout.write("".join(f"{line}\n" for line in absolute([*subjects, *tests])))


if __name__ == "__main__":
    main()
