"""One module more in a package whose modules are discovered: a channel, an action, and whatever else is one file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios import loading
from inbox_mock.scenarios.build import Overrides

CACHED = type(cache(lambda: None))
OURS = ("inbox_mock", "inbox_contracts")


@contextmanager
def plugged(package: ModuleType, name: str, source: str, folder: Path) -> Iterator[None]:
    """Write a module into a folder, and let the package have it as its own for a time."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    package.__path__.append(str(folder))
    _forget()
    try:
        yield
    finally:
        package.__path__.remove(str(folder))
        sys.modules.pop(f"{package.__name__}.{name}", None)
        if hasattr(package, name):
            delattr(package, name)
        _forget()


def a_fake_of_its_own() -> Mock:
    """A fake in process that shares no image of a sandbox with other tests."""
    return Mock(InProcess(create_app(Options(scenario=loading.find("empty"), overrides=Overrides(mode="manual"))).app))


def _forget() -> None:
    """Clear every cache of ours, for what is derived from the modules of a package is cached."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS:
            for known in list(vars(module).values()):
                if type(known) is CACHED:
                    known.cache_clear()
