"""The kinds of faults: each module here exports ``FAULTS``, a tuple of declarations about one subject."""

from functools import cache

from inbox_mock.domain.discovery import discover
from inbox_mock.faults.declaration import Fault


@cache
def kinds() -> dict[str, Fault]:
    """Return every fault by its kind, in alphabetical order.

    Raises:
        TypeError: a module exports no ``FAULTS``, or two faults are of the same kind.

    """
    found: dict[str, Fault] = {}
    for module, faults in discover(__name__, "FAULTS", tuple).items():
        for fault in faults:
            if fault.kind in found:
                raise TypeError(f"{__name__}.{module} declares the kind {fault.kind!r} a second time")
            found[fault.kind] = fault
    return dict(sorted(found.items()))
