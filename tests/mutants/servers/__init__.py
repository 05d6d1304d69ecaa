"""Broken servers, and what the server trial makes of them."""

from mutants.rows import Row


def matrix(fast: bool) -> list[Row]:
    """Put the good server and every broken one on trial.

    ``fast``: each broken one is judged by the property that must kill it, and the good one by all but the slowest;
    otherwise each stands the whole fast profile, until it fails.
    """
    from mutants.servers.judging import rows

    return list(rows(fast=fast))
