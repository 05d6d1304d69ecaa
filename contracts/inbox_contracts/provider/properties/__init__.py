"""The properties, by what they are about; each module exports ``PROPERTIES``."""

from inbox_contracts.provider.expectations import Property
from inbox_mock.domain.discovery import discover


def every() -> tuple[Property, ...]:
    """Return every property, in a fixed order.

    Raises:
        TypeError: a module forgot to export its properties, or two have the same name.

    """
    found = [each for many in discover(__name__, "PROPERTIES", tuple).values() for each in many]
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise TypeError(f"two properties have the same name: {sorted({name for name in names if names.count(name) > 1})}")
    return tuple(found)
