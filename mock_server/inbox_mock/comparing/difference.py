"""A difference between two answers to the same request."""

from dataclasses import dataclass


class Absent:
    """Stands for what is not there; null is there."""

    def __repr__(self) -> str:
        """Return it for people."""
        return "(not there)"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference. ``kind`` is its stable code, ``where`` the place in the answer; ``recorded`` and ``ours`` are what was found there.

    A kind is ``WHAT:ABOUT``, such as ``field-type:conversations.source_id``; `kinds` describes each WHAT.
    """

    kind: str
    where: str
    recorded: object
    ours: object
