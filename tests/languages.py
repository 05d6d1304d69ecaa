"""What the examples in other languages need, and whether this machine has it."""

import os
import shutil
import subprocess
from functools import cache

import pytest

NEEDED = {
    "curl": [["curl", "--version"], ["jq", "--version"]],
    "node": [["node", "--version"]],
    "ruby": [["ruby", "--version"]],
    "bookingsync-api": [["ruby", "-rbookingsync/api", "-e", ""]],
    "vcr": [["ruby", "-rvcr", "-rwebmock", "-e", ""]],
    "rspec": [["rspec", "--version"]],
    "rack": [["ruby", "-rrack", "-rminitest", "-e", ""]],
    "php": [["php", "--ri", "curl"]],
}

NOT_IN_CI = {"bookingsync-api"}


@cache
def missing(language: str) -> str | None:
    """What does not work here, of that which the examples in a language need."""
    for command in NEEDED.get(language, []):
        if shutil.which(command[0]) is None or subprocess.run(command, capture_output=True, check=False).returncode:
            return f"{' '.join(command)} does not work here"
    return None


def skip_without(language: str) -> None:
    """Skip a test if what it needs does not work here; where examples are required, as in CI, fail, if CI has it."""
    if reason := missing(language):
        if language in NOT_IN_CI:
            pytest.skip(reason)
        skip_unless_required(reason)


def skip_unless_required(reason: str) -> None:
    """Skip a test and say why; where examples are required, as in CI, fail."""
    if os.environ.get("INBOX_MOCK_EXAMPLES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)
