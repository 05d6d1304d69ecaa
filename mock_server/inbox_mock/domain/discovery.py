"""Collect what the modules of a plug-in package declare."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: str, constant: str, kind: type[T]) -> dict[str, T]:
    """Map each module of ``package`` to its ``constant``, in alphabetical order.

    Raises:
        TypeError: a module does not export the constant; the text names the module.

    """
    found: dict[str, T] = {}
    for name, module in _modules(package):
        value = getattr(module, constant, None)
        if not isinstance(value, kind):
            message = f"{package}.{name} must define {constant}: {kind.__name__}"
            raise TypeError(message)
        found[name] = value
    return found


def discover_all(package: str, kind: type[T]) -> dict[str, list[T]]:
    """Map each module of ``package`` to its objects of a class, in alphabetical order of the modules.

    Raises:
        TypeError: a module has no object of the class; the text names the module.

    """
    found: dict[str, list[T]] = {}
    for name, module in _modules(package):
        found[name] = [value for value in vars(module).values() if isinstance(value, kind)]
        if not found[name]:
            message = f"{package}.{name} must define at least one {kind.__name__}"
            raise TypeError(message)
    return found


def by_name(package: str, declared: Mapping[str, Iterable[T]], key: str = "name") -> dict[str, T]:
    """Return what the modules of a package declare, by the attribute ``key``.

    Raises:
        TypeError: two have the same name; the text names the module of the second.

    """
    found: dict[str, T] = {}
    for module, several in declared.items():
        for one in several:
            if getattr(one, key) in found:
                message = f"{package}.{module} declares {getattr(one, key)!r} a second time"
                raise TypeError(message)
            found[getattr(one, key)] = one
    return found


def _modules(package: str) -> Iterator[tuple[str, ModuleType]]:
    for info in sorted(iter_modules(import_module(package).__path__), key=lambda info: info.name):
        yield info.name, import_module(f"{package}.{info.name}")
