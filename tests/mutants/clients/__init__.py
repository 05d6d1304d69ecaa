"""Broken clients: the reference client in Python, each with one fault, and what the client trial makes of them."""

from mutants.rows import Row


def matrix(fast: bool) -> list[Row]:
    """Put the good client and every broken one on trial.

    ``fast``: one broken client for each rule and verdict, and the good one in 50 worlds; otherwise all of them, and the
    good one in 1,000. A broken one counts as killed if what must find it comes first, in the world file that is saved too.
    """
    from mutants.clients.matrix import rows

    return list(rows(fast=fast))
