"""Collect what the modules of a plug-in package declare."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from traceback import extract_tb
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")
WORDS = re.compile("[a-z0-9]+(?:_[a-z0-9]+)*")
"""What declarations are called that people name in JSON and on command lines."""


class DeclarationError(Exception):
    """A module of a plug-in package cannot be used; the text is one line, with the module or its file, and the cause."""


def expect_words(what: str, name: str) -> None:
    """Expect that a declaration, such as a ``fault``, has a name of small letters, digits and underscores.

    Raises:
        ValueError: it has another one.
    """
    if WORDS.fullmatch(name) is None:
        raise ValueError(f"{what} {name!r}: expected a name of small letters and digits, joined by underscores")


def discover(package: str, constant: str, kind: type[T]) -> dict[str, T]:
    """Map each module of ``package`` to its ``constant``, in alphabetical order.

    Raises:
        DeclarationError: a module cannot be imported, or does not export its constant.
    """
    found: dict[str, T] = {}
    for name, module in _modules(package):
        value = getattr(module, constant, None)
        if not isinstance(value, kind):
            raise DeclarationError(f"{package}.{name} must define {constant}: {kind.__name__}")
        found[name] = value
    return found


def discover_all(package: str, kind: type[T]) -> dict[str, list[T]]:
    """Map each module of ``package`` to what it holds of a kind, in alphabetical order of the modules.

    Raises:
        DeclarationError: a module cannot be imported, or holds nothing of the kind.
    """
    found: dict[str, list[T]] = {}
    for name, module in _modules(package):
        found[name] = [value for value in vars(module).values() if isinstance(value, kind)]
        if not found[name]:
            raise DeclarationError(f"{package}.{name} must define at least one {kind.__name__}")
    return found


def by_name(package: str, declared: Mapping[str, Iterable[T]], key: str = "name", kind: type[object] = object) -> dict[str, T]:
    """Return what the modules of a package declare, by the attribute ``key``.

    Raises:
        DeclarationError: two have the same name, or one is not of the kind.
    """
    found: dict[str, T] = {}
    owners: dict[str, str] = {}
    for module, several in declared.items():
        for one in several:
            if not isinstance(one, kind):
                raise DeclarationError(f"{package}.{module} declares {one!r:.60}; expected {kind.__name__}")
            name = getattr(one, key)
            if name in found:
                raise DeclarationError(f"the {key} {name!r} is declared twice: in {package}.{owners[name]} and in {package}.{module}")
            found[name], owners[name] = one, module
    return found


def import_declared(package: str, name: str) -> ModuleType:
    """Import a module of a plug-in package.

    Raises:
        DeclarationError: it cannot be imported; the text names its file, the line and the cause.
    """
    try:
        return import_module(f"{package}.{name}")
    except DeclarationError:
        raise
    except Exception as error:
        message = f"{_place(package, name, error)}: {type(error).__name__}: {_cause(error)}"
        raise DeclarationError(" ".join(message.split())) from error


def _modules(package: str) -> Iterator[tuple[str, ModuleType]]:
    for info in sorted(iter_modules(import_module(package).__path__), key=lambda info: info.name):
        yield info.name, import_declared(package, info.name)


def _place(package: str, name: str, error: Exception) -> str:
    """Return the file and line of a syntax error, or the last line of the module itself that was executed."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    ends = f"/{name}.py", f"/{name}/__init__.py"
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.replace("\\", "/").endswith(ends)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else f"{package}.{name}"


def _cause(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error)
