"""Rules of conduct: each is a `Rule` in any module of this package, over the function that finds its violations."""

from functools import cache
from itertools import chain

from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import discover_all

RULES: tuple[Rule, ...]
"""What the entry point offers: `rules`, asked whenever it is loaded."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by its code.

    Raises:
        TypeError: a module declares no rule.

    """
    return tuple(sorted(chain.from_iterable(discover_all(__name__, Rule).values()), key=lambda rule: rule.code))


def __getattr__(name: str) -> tuple[Rule, ...]:
    if name == "RULES":
        return rules()
    raise AttributeError(name)
