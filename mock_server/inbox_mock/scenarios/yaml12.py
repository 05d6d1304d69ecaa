"""Parse a scenario's YAML, by the rules of version 1.2, with the line of every value, and write it, a record to a line."""

import json
import re
from collections.abc import Mapping

import yaml

from inbox_mock.domain import limits
from inbox_mock.scenarios.errors import Lines, NotYamlError, Path, ScenarioError
from inbox_mock.scenarios.size import SMALLER
from inbox_mock.yaml_events import Bounds, Loader, NoYamlError, YamlError, refused, scalar, within

WIDTH = 120
PLAIN = re.compile(r"[^\W\d_](?:[\w .'()/!?@%&+-]*[\w.)!?])?|[+-](?:[0-9]+[dhms])+")
"""Texts that need no quotes, but for these words, which other readers of YAML take for something else."""
WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read(text: str, name: str) -> tuple[object, Lines]:
    """Return a document's data and lines.

    Raises:
        ScenarioError: the text is not a YAML document, contains a key twice, or is too large.
    """
    lines = Lines()
    try:
        with refused(text):
            for _ in within(Bounds(limits.SCENARIO_VALUES, limits.SCENARIO, SMALLER), yaml.parse(text, Loader)):
                pass
            node = Loader(text).get_single_node()
    except NoYamlError as error:
        raise NotYamlError(name, error.line, error.found) from None
    except YamlError as error:
        raise ScenarioError(name, error.line, error.found, error.expected) from None
    return (None if node is None else _data(node, (), lines, name)), lines


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
        return scalar(str(node.value), node.tag)
    except ValueError:
        raise ScenarioError(name, node.start_mark.line + 1, repr(node.value), f"what its tag {node.tag} says") from None
