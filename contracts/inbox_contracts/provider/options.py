"""The options of ``pytest --pyargs inbox_contracts.provider``, which pytest knows when it is told to run this package."""

import pytest

OPTIONS = {
    "--inbox-url": {"metavar": "URL", "help": "the root of the server on trial"},
    "--inbox-token": {"metavar": "TOKEN", "help": "a token of the account on trial; on a fake none is needed"},
    "--inbox-admin-token": {"metavar": "TOKEN", "help": "the token that a fake was given with --admin-token"},
    "--inbox-read-only": {"action": "store_true", "help": "send nothing but GET, and stop well below the rate limit"},
    "--inbox-requests": {"type": int, "help": "with --inbox-read-only: so many requests at the most"},
    "--inbox-seed": {"type": int, "default": 0, "help": "draws the examples"},
    "--inbox-effort": {"type": float, "default": 1.0, "help": "multiplies the number of examples"},
    "--inbox-timeout": {"type": float, "default": 10.0, "help": "seconds that an answer may take"},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which options there are."""
    group = parser.getgroup("inbox", "the trial of an Inbox API server")
    for name, described in OPTIONS.items():
        group.addoption(name, **described)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """See that there is a server to try."""
    if not config.getoption("--inbox-url"):
        raise pytest.UsageError("--inbox-url URL is missing: the root of the server on trial, such as http://127.0.0.1:8089")
