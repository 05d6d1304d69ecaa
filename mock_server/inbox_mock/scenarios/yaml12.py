"""Parse YAML by the rules of version 1.2, with the line of every value, and write it, a record to a line."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

from inbox_mock.domain import limits
from inbox_mock.scenarios.errors import Lines, NotYamlError, Path, ScenarioError
from inbox_mock.scenarios.size import SMALLER

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml is slower, with the same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

WIDTH = 120
PLAIN = re.compile(r"[^\W\d_](?:[\w .'()/!?@%&+-]*[\w.)!?])?|[+-](?:[0-9]+[dhms])+")
"""Texts that need no quotes, but for these words, which other readers of YAML take for something else."""
WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Loader(_Loader):
    """YAML 1.2's core schema: ``no`` is a word, ``14:45`` and dates are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


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


def check_document(events: Iterable[yaml.Event], name: str) -> None:
    """Read a document's events only as far as the limits of values, of characters and of nesting allow.

    Raises:
        ScenarioError: it passes one of them, or an alias holds itself.
    """
    document, anchored = Size(0), dict[str | None, Size]()
    within: list[tuple[str | None, Size]] = []
    begun = Counter[str | None]()
    for event in events:
        part, levels, line = Size(0), len(within), event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, Size(1)))
            begun[event.anchor] += 1
            document.values += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, part = within.pop()
            begun[anchor] -= 1
            anchored[anchor] = part
        elif isinstance(event, yaml.ScalarEvent):
            part = anchored[event.anchor] = Size(1, len(event.value))
            document.add(part)
        elif isinstance(event, yaml.AliasEvent):
            if begun[event.anchor]:
                raise ScenarioError(name, line, "an alias that holds itself", "a scenario")
            part = anchored.get(event.anchor, part)
            levels += part.levels
            document.add(part)
        if within:
            within[-1][1].add(part)
        found = _passed(document, levels)
        if found is not None:
            raise ScenarioError(name, line, found, SMALLER)


def _passed(document: Size, levels: int) -> str | None:
    """Return the limit that a document passes, in words."""
    if document.values > limits.SCENARIO_VALUES:
        return f"more than {limits.SCENARIO_VALUES}"
    if document.characters > limits.SCENARIO:
        return f"more than {limits.SCENARIO} of text"
    return f"values nested more than {limits.LEVELS} deep" if levels > limits.LEVELS else None


def read(text: str, name: str) -> tuple[object, Lines]:
    """Return a document's data and lines.

    Raises:
        ScenarioError: the text is not a YAML document, contains a key twice, or is too large.
    """
    lines = Lines()
    try:
        check_document(yaml.parse(text, Loader), name)
        node = Loader(text).get_single_node()
        return (None if node is None else _data(node, (), lines, name)), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        last = max(1, len(text.splitlines()))  # what is missing at the end is missed on the line after it
        raise NotYamlError(name, min(line, last), str(error.problem)) from None
    except yaml.YAMLError as error:
        raise NotYamlError(name, 1, str(error).splitlines()[0]) from None


def write(data: Mapping[str, object], heading: str = "") -> str:
    """Return a scenario as text: a section after the other, each item of a list in one line if it fits; `read` gives it back.

    ``heading`` are comment lines above it.
    """
    written = [f"# {line}".rstrip() for line in heading.splitlines()]
    for name, section in data.items():
        if isinstance(section, Mapping) and any(isinstance(part, list) for part in section.values()):
            written += ["", f"{name}:"]
            listed = [line for part, items in section.items() for line in _listed(part, items, "  ")]
            written += listed[1:] if listed[0] == "" else listed
        else:
            written += _listed(name, section, "")
    return "\n".join(written).lstrip("\n") + "\n"


def _listed(name: str, section: object, indent: str) -> list[str]:
    """Return the lines of a section."""
    if not isinstance(section, list) or not section:
        return [f"{indent}{name}: {_flow(section)}"]
    lines = ["", f"{indent}{name}:"]
    for item in section:
        line = f"{indent}  - {_flow(item)}"
        if len(line) > WIDTH and isinstance(item, Mapping):
            parts = [f"{key}: {_flow(value)}" for key, value in item.items()]
            lines += [f"{indent}  {'-' if number == 0 else ' '} {part}" for number, part in enumerate(parts)]
        else:
            lines.append(line)
    return lines


def _flow(value: object) -> str:
    """Return a value in one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_flow(str(key))}: {_flow(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.casefold() not in WORDS:
        return value
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _data(node: yaml.Node, path: Path, lines: Lines, name: str) -> object:
    lines.note(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in found:
                raise ScenarioError(name, key_node.start_mark.line + 1, f"the key {key!r} a second time", "each key once")
            lines.note_key((*path, key), key_node.start_mark.line + 1)
            found[key] = _data(value_node, (*path, key), lines, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_data(item, (*path, index), lines, name) for index, item in enumerate(node.value)]
    try:
        return _scalar(node)
    except ValueError:
        raise ScenarioError(name, node.start_mark.line + 1, repr(node.value), f"what its tag {node.tag} says") from None


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        case "float":
            return float(text)
    return text
