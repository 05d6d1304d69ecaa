"""Parse a scenario's YAML, by the rules of version 1.2, and write it, a record to a line."""

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from inbox_mock.domain import limits
from inbox_mock.scenarios.errors import NotYamlError, ScenarioError
from inbox_mock.scenarios.size import SMALLER
from inbox_mock.yaml_events import RESOLVER, Bounds, Constructor, Loader, NoYamlError, YamlError, line_of, refused, scalar, within

WIDTH = 120
PLAIN = re.compile(r"[^\W\d_](?:[\w .'()/!?@%&+-]*[\w.)!?])?|[+-](?:[0-9]+[dhms])+")
"""Texts that need no quotes, but for these words, which other readers of YAML take for something else."""
WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read(text: str, name: str) -> object:
    """Return a document's data.

    Raises:
        ScenarioError: the text is not a YAML document, contains a key twice, or is too large.
    """
    try:
        with refused(text):
            events = within(Bounds(limits.SCENARIO_VALUES, limits.SCENARIO, SMALLER), yaml.parse(text, Loader))
            data = Constructor(events, _value, lambda _begun: None, once=True).build()
            _check_end(events)
    except NoYamlError as error:
        lines = text.split("\n")[error.line - 1 : error.line]
        by_a_tab = any(line.lstrip(" ").startswith("\t") for line in lines)
        raise NotYamlError(name, error.line, "a tab, where YAML indents by spaces" if by_a_tab else error.found) from None
    except YamlError as error:
        raise ScenarioError(name, error.line, error.found, error.expected) from None
    return data


def _check_end(events: Iterator[yaml.Event]) -> None:
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            raise NoYamlError(line_of(event), "a second document", "one")


def _value(event: yaml.ScalarEvent) -> object:
    tag = RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit) if event.tag in {None, "!"} else event.tag
    try:
        return scalar(event.value, tag)
    except ValueError:
        raise YamlError(line_of(event), repr(event.value), f"what its tag {tag} says") from None


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
