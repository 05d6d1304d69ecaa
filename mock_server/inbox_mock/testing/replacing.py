"""Replace attributes of libraries for a while: of those that are loaded, and of those that are loaded meanwhile. None is imported."""

import sys
from collections.abc import Callable, Iterable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any, NamedTuple

__tracebackhide__ = True
_ABSENT = object()
_LOCK = Lock()


class Patch(NamedTuple):
    """What replaces ``module.owner.name``: ``make`` returns it, given the owner and what it replaces. A blank owner is the module.

    ``of_instances``: the owner is a class whose instances have the attribute.
    """

    module: str
    owner: str
    name: str
    make: Callable[[Any, Any], Any]
    of_instances: bool = False


class Replacing(MetaPathFinder):
    """Replaces attributes from `start` to `stop`.

    Who replaces one of them on top, and restores it after `stop`, restores ours: so ``make`` returns what then changes nothing.
    """

    def __init__(self, wanted: Iterable[Patch]) -> None:
        self._wanted: dict[str, list[Patch]] = {}
        for one in wanted:
            self._wanted.setdefault(one.module, []).append(one)
        self._replaced: list[tuple[Any, str, Any, Any]] = []
        self._finding: set[str] = set()
        self._active = False

    def start(self) -> None:
        """Replace what is loaded, and watch for the rest."""
        with _LOCK:
            self._active = True
            sys.meta_path.insert(0, self)
            for name in self._wanted:
                if name in sys.modules:
                    self._replace(name)

    def stop(self) -> None:
        """Restore everything, except what somebody else has replaced meanwhile."""
        with _LOCK:
            self._active = False
            sys.meta_path.remove(self)
            for owner, name, ours, before in reversed(self._replaced):
                if vars(owner).get(name, _ABSENT) is ours:
                    _restore(owner, name, before)
                else:
                    _BENEATH[id(ours)] = (ours, before)
            self._replaced.clear()

    def find_spec(self, fullname: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module by the other finders, and replace its attributes once it is loaded."""
        del path, target
        if fullname not in self._wanted or fullname in self._finding:
            return None
        self._finding.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._finding.discard(fullname)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            load = loader.exec_module

            def load_and_replace(module: ModuleType) -> None:
                loader.exec_module = load
                load(module)
                with _LOCK:
                    if self._active:
                        self._replace(fullname)

            loader.exec_module = load_and_replace
        return spec

    def _replace(self, module: str) -> None:
        for one in self._wanted[module]:
            owner: Any = sys.modules[module]
            if one.owner:
                owner = getattr(owner, one.owner, None)
            owner = getattr(owner, "_baseclass", owner)  # vcrpy puts its own class in place of one of http.client
            if owner is None or not (one.of_instances or hasattr(owner, one.name)):
                continue  # another version of the library
            before = vars(owner).get(one.name, _ABSENT)
            ours = one.make(owner, getattr(owner, one.name, None))
            setattr(owner, one.name, ours)
            self._replaced.append((owner, one.name, ours, before))


_BENEATH: dict[int, tuple[Any, Any]] = {}
"""What lies beneath a replacement that has ended, which may still be beneath another one."""


def _restore(owner: Any, name: str, before: Any) -> None:
    while id(before) in _BENEATH:
        before = _BENEATH.pop(id(before))[1]
    if before is _ABSENT:
        delattr(owner, name)
    else:
        setattr(owner, name, before)
