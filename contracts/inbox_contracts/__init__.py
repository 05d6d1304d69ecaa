"""Contract tests for servers and clients of the Inbox API."""

from importlib.util import find_spec


def missing_extra(package: str) -> str | None:
    """Return how to install the extra ``contracts`` if a package of it is missing, or None if all are installed."""
    if find_spec(package) is not None:
        return None
    return f"{package} is missing: install the extra contracts, in a checkout by pip install '.[contracts]'"
