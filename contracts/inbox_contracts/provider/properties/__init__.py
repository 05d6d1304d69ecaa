"""The properties, by subject: each is a function with the decorator ``@claim``."""

from importlib import import_module
from pkgutil import iter_modules

from inbox_contracts.provider.trial import Property


def every() -> tuple[Property, ...]:
    """Return every property: modules by name, the properties of each in their order there.

    Raises:
        TypeError: two properties have the same name.
    """
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    found = [each for module in modules for each in vars(module).values() if isinstance(each, Property)]
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise TypeError(f"two properties have the same name: {sorted({name for name in names if names.count(name) > 1})}")
    return tuple(found)
