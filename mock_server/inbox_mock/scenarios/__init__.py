"""Scenarios: YAML files that describe a sandbox's start. They call use cases, and never write tables that a use case writes."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

Progress = Callable[[int, int], None]
"""Is called with the number of steps done and their total."""


@cache
def fixtures() -> Path:
    """Return the folder of the shipped scenarios and attachments: in the installed package, else in the checkout."""
    installed = Path(str(files("inbox_mock"))) / "_fixtures"
    return installed if installed.is_dir() else Path(str(files("inbox_mock"))).parents[1] / "fixtures"
