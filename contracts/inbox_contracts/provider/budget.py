"""How many requests a trial may make of a real service, and when it stops."""

from dataclasses import dataclass
from time import time

from inbox_contracts.provider.http import Answer

SHARE = 0.3
"""How much of what is left of the hour a trial takes at the most: the account's own programs need the rest."""
MOST = 300
FIRST = 2
"""Requests that were made before the trial knew its budget."""


class Spent(Exception):  # noqa: N818 - nothing went wrong
    """No more requests may be made; the text says why."""


@dataclass
class Budget:
    """``allowed`` requests at the most, and fewer as soon as the rate limit's headers say so."""

    allowed: int
    left_to_others: int = 0
    made: int = 0
    ended: str | None = None

    @classmethod
    def after(cls, answer: Answer, wished: int | None) -> "Budget":
        """Return the budget that the first answer's headers leave."""
        left = _number(answer.header("X-RateLimit-Remaining"))
        allowed = wished or MOST
        if left is None:
            return cls(allowed, made=FIRST)
        return cls(min(allowed, int(left * SHARE)), left // 2, FIRST)

    def before_request(self) -> None:
        """Count a request.

        Raises:
            Spent: it may not be made.

        """
        if self.ended is None and self.made >= self.allowed:
            self.ended = f"the {self.allowed} requests that this trial may make are used up"
        self._go_on()
        self.made += 1

    def after_answer(self, answer: Answer) -> None:
        """Stop when others use the rate limit up, or when it is used up: nothing is waited for.

        Raises:
            Spent: the answer itself is a 429, which tells nothing of what was asked.

        """
        left = _number(answer.header("X-RateLimit-Remaining"))
        if answer.status == 429:
            reset = _number(answer.header("X-RateLimit-Reset"))
            when = "" if reset is None else f"; it is free again in {max(0, reset - int(time()))} s"
            self.ended = f"the rate limit is used up{when}"
            self._go_on()
        elif left is not None and left < self.left_to_others:
            self.ended = f"only {left} requests are left in this hour, and others use them"

    def _go_on(self) -> None:
        """Raise Spent, always from here, once the trial has ended: that is how hypothesis knows it again."""
        if self.ended is not None:
            raise Spent(self.ended)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
