"""Rules of conduct: one file each, exporting ``RULE``."""

from functools import cache

from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import discover

RULES: tuple[Rule, ...]
"""What the entry point offers: `rules`, asked whenever it is loaded."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by its code.

    Raises:
        TypeError: a file exports no ``RULE``.

    """
    return tuple(sorted(discover(__name__, "RULE", Rule).values(), key=lambda rule: rule.code))


def __getattr__(name: str) -> tuple[Rule, ...]:
    if name == "RULES":
        return rules()
    raise AttributeError(name)
