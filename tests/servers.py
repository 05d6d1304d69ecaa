"""Programs of Debian that some tests run beside the fake: where they are, or the reason why a test is skipped."""

import os
import shutil

import pytest


def program(name: str, package: str) -> str:
    """Return a program's path; where it is missing skip the test, or fail it, if INBOX_MOCK_SERVERS=required, as in CI."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"]))
    if found is None:
        reason = f"there is no {name} here: it is in Debian's package {package}"
        if os.environ.get("INBOX_MOCK_SERVERS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
