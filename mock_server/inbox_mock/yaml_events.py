"""YAML 1.2 as events, within limits: of text from anybody, aliases that multiply and nesting without end included."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from inbox_mock.domain import limits
from inbox_mock.domain.limits import Limit

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml is slower, with the same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment] # the stubs have only one


class Loader(_Loader):
    """YAML 1.2's core schema: ``no`` is a word, ``14:45`` and dates are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - of an instance, the stubs say


Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15})$"), list("-+0123456789")
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$"),
    list("-+.0123456789"),
)


RESOLVER: Any = Loader("")  # the stubs know no types of it


class Dumper(yaml.SafeDumper):
    """Writes texts in quotes that a reader of version 1.1 or of 1.2 would take for something else, such as 08 or 1e1."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {  # noqa: RUF012 - the same
        first: [*yaml.SafeDumper.yaml_implicit_resolvers.get(first, ()), *Loader.yaml_implicit_resolvers.get(first, ())]
        for first in (yaml.SafeDumper.yaml_implicit_resolvers | Loader.yaml_implicit_resolvers)
    }


class YamlError(Exception):
    """A document passes a limit, or holds what it must not: the line, what was found and what was expected."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        self.line, self.found, self.expected = line, found, expected
        super().__init__(f"line {line}: {found}; expected {expected}")


class NoYamlError(YamlError):
    """A text is not YAML; ``found`` is what the parser says."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a document may be, each alias counted as what it stands for, and what to say if it is larger."""

    values: Limit
    text: Limit
    smaller: str


@dataclass(slots=True)
class Size:
    """The size of a part of a document, in which each alias counts as what it stands for."""

    values: int
    characters: int = 0
    levels: int = 0

    def add(self, part: "Size") -> None:
        """Add a part that this one holds."""
        self.values += part.values
        self.characters += part.characters
        self.levels = max(self.levels, part.levels + 1)


@contextmanager
def refused(text: str) -> Iterator[None]:
    """Raise what the parser says of a text as `NoYamlError`, with a line of the text."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        last = max(1, len(text.splitlines()))  # what is missing at the end is missed on the line after it
        raise NoYamlError(min(line, last), str(error.problem), "a YAML document") from None
    except yaml.YAMLError as error:
        raise NoYamlError(1, str(error).splitlines()[0], "a YAML document") from None


def within(bounds: Bounds, events: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """Yield a document's events only as far as the limits of values, of characters and of nesting allow.

    Raises:
        YamlError: it passes one of them, or an alias holds itself.
    """
    document, anchored = Size(0), dict[str | None, Size]()
    open_parts: list[tuple[str | None, Size]] = []
    begun = Counter[str | None]()
    for event in events:
        part, levels, line = Size(0), len(open_parts), line_of(event)
        if isinstance(event, yaml.CollectionStartEvent):
            open_parts.append((event.anchor, Size(1)))
            begun[event.anchor] += 1
            document.values += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, part = open_parts.pop()
            begun[anchor] -= 1
            anchored[anchor] = part
        elif isinstance(event, yaml.ScalarEvent):
            part = anchored[event.anchor] = Size(1, len(event.value))
            document.add(part)
        elif isinstance(event, yaml.AliasEvent):
            if begun[event.anchor]:
                raise YamlError(line, "an alias that holds itself", bounds.smaller)
            part = anchored.get(event.anchor, part)
            levels += part.levels
            document.add(part)
        if open_parts:
            open_parts[-1][1].add(part)
        found = _passed(document, levels, bounds)
        if found is not None:
            raise YamlError(line, found, bounds.smaller)
        yield event


def line_of(event: yaml.Event) -> int:
    """Return the line at which an event begins, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _passed(document: Size, levels: int, bounds: Bounds) -> str | None:
    """Return the limit that a document passes, in words."""
    if document.values > bounds.values:
        return f"more than {bounds.values}"
    if document.characters > bounds.text:
        return f"more than {bounds.text} of text"
    return f"values nested more than {limits.LEVELS} deep" if levels > limits.LEVELS else None


class Constructor:
    """Builds data of events, one after the other: nothing but text, numbers, lists and mappings is made.

    ``value`` returns that of a scalar, ``begin`` is called with each other event that begins one. A key that is ``once`` in a mapping
    is refused a second time; otherwise the last one counts.
    """

    def __init__(
        self,
        events: Iterator[yaml.Event],
        value: Callable[[yaml.ScalarEvent], object],
        begin: Callable[[yaml.CollectionStartEvent], None],
        *,
        once: bool = False,
    ) -> None:
        self._events, self._value, self._begin, self._once = events, value, begin, once
        self._anchored: dict[str | None, object] = {}

    def build(self) -> object:
        """Return the data of the first document; None of an empty text.

        Raises:
            YamlError: an alias stands for nothing, or a key comes a second time.
        """
        for event in self._events:
            if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
                return self._data(event)
        return None

    def _data(self, event: yaml.Event) -> object:
        found: object
        if isinstance(event, yaml.ScalarEvent):
            found = self._value(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
            found = self._mapping() if isinstance(event, yaml.MappingStartEvent) else list(self._items())
        else:
            anchor = getattr(event, "anchor", None)
            if anchor not in self._anchored:
                raise YamlError(line_of(event), f"the alias *{anchor} of nothing", "an anchor before it")
            return self._anchored[anchor]
        if event.anchor is not None:
            self._anchored[event.anchor] = found
        return found

    def _items(self) -> Iterator[object]:
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            yield self._data(event)

    def _mapping(self) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            key = str(self._data(event))
            if isinstance(event, yaml.ScalarEvent) and event.tag is None:
                key = event.value
            if self._once and key in found:
                raise YamlError(line_of(event), f"the key {key!r} a second time", "each key once")
            found[key] = self._data(next(self._events))
        return found


def line_at(text: str, path: tuple[str | int, ...]) -> int:
    """Return the line of the key, or of the item of a list, at a path in a document; of what is not there, that of what holds it."""
    events = yaml.parse(text, Loader)
    event = next(each for each in events if not isinstance(each, yaml.StreamStartEvent | yaml.DocumentStartEvent))
    line = line_of(event)
    for step in path:
        begun, place = event, 0
        while not isinstance(event := next(events, yaml.StreamEndEvent()), yaml.CollectionEndEvent | yaml.StreamEndEvent):
            here = line_of(event)
            found: object = place
            if isinstance(begun, yaml.MappingStartEvent):
                found = getattr(event, "value", None)
                _skip(events, event)
                event = next(events)
            if found == step:
                line = here
                break
            _skip(events, event)
            place += 1
        else:
            return line
    return line


def _skip(events: Iterator[yaml.Event], begun: yaml.Event) -> None:
    """Pass over the rest of what an event begins."""
    depth = int(isinstance(begun, yaml.CollectionStartEvent))
    while depth:
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)


def scalar(text: str, tag: str) -> object:
    """Return the value of a scalar that its tag names: null, a bool, a number, otherwise the text.

    Raises:
        ValueError: it is not what the tag says.
    """
    match tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        case "float":
            return float(text)
    return text
