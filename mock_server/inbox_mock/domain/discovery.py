"""Collect the one public constant that each module of a plug-in package exports."""

from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


def discover(package: str, constant: str, kind: type[T]) -> dict[str, T]:
    """Map each module of ``package`` to its ``constant``, in alphabetical order.

    Raises:
        TypeError: a module forgot to export its constant; the text names the module.

    """
    found: dict[str, T] = {}
    for info in sorted(iter_modules(import_module(package).__path__), key=lambda info: info.name):
        value = getattr(import_module(f"{package}.{info.name}"), constant, None)
        if not isinstance(value, kind):
            message = f"{package}.{info.name} must define {constant}: {kind.__name__}"
            raise TypeError(message)
        found[info.name] = value
    return found
