"""Attack the product for a bounded time: each attack has its share of it, and says what must hold.

Exit code 1 if something did not hold. The seed decides all that is drawn: the command that is shown with what is wrong
attacks in the same way again.
"""

import sys
from pathlib import Path

from bench.figures import table
from hostile.attacks import every
from hostile.carrying_out import carry_out, options, say
from hostile.figures import measure

PROGRAM = "make hostile"
MINUTES = 10


def main() -> int:
    known = every()
    parser = options(PROGRAM, str(__doc__), known, MINUTES)
    parser.add_argument("--root", type=lambda path: Path(path).resolve(), help="the checkout to attack in place of this one")
    parser.add_argument("--figures", action="store_true", help="measure the server under load, and attack nothing")
    parser.add_argument("--before", type=Path, help="with --figures: measure this checkout as well, in the same run")
    asked = parser.parse_args()
    if asked.figures:
        say(table([*measure(asked.root), *(measure(asked.before.resolve()) if asked.before else ())]))
        return 0
    return carry_out(asked, PROGRAM, known)


if __name__ == "__main__":
    sys.exit(main())
