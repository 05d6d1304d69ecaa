"""The kinds of faults: each module here exports ``FAULTS``, a tuple of declarations about one subject."""

from functools import cache

from inbox_mock.domain.discovery import by_name, discover
from inbox_mock.faults.declaration import Fault


@cache
def kinds() -> dict[str, Fault]:
    """Return every fault by its kind, in alphabetical order.

    Raises:
        DeclarationError: a module cannot be used, or two faults are of the same kind.
    """
    found: dict[str, Fault] = by_name(__name__, discover(__name__, "FAULTS", tuple), "kind", Fault)
    return dict(sorted(found.items()))
