"""Contract tests for servers and clients of the Inbox API."""

from importlib.util import find_spec


def missing_extra(package: str) -> str | None:
    """Return what to do if a package of the extra ``contracts`` is missing, or None if it is installed."""
    if find_spec(package) is not None:
        return None
    return f"{package} is missing: install the extra contracts, in a checkout by pip install '.[contracts]'"
