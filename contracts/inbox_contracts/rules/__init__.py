"""Rules of conduct: each is a `Rule` in any module of this package, the decorator of the function that finds its violations."""

from functools import cache

from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import by_name, discover_all

RULES: tuple[Rule, ...]
"""What the entry point offers: `rules`, asked whenever it is loaded."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, by its code.

    Raises:
        DeclarationError: a module cannot be used, or two rules have the same code.
    """
    return tuple(rule for _, rule in sorted(by_name(__name__, discover_all(__name__, Rule), "code").items()))


def __getattr__(name: str) -> tuple[Rule, ...]:
    if name == "RULES":
        return rules()
    raise AttributeError(name)
