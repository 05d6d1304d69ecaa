"""What each broken client is told first, as a table in Markdown: does it say what the author would look for?

PYTHONPATH=tests:examples/python_client .venv/bin/python -m mutants.reasons [NAME ...]
"""

import sys

from inbox_contracts.consumer.harness import Harness
from mutants.clients.matrix import MUTANTS, on_trial


def main(names: list[str]) -> None:
    """Print a row for each broken client, or for those named."""
    sys.stdout.write("| the client ... | is told first |\n|---|---|\n")
    with Harness() as harness:
        for mutant in MUTANTS:
            if names and mutant.name not in names:
                continue
            failure = on_trial(mutant, harness, fast=True).failure
            found = failure.findings[0] if failure is not None else None
            told = f"{found.code}: {' '.join(found.about.split())}" if found is not None else "nothing"
            sys.stdout.write(f"| {mutant.fault} | {told} |\n".replace("\\", "\\\\"))
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
