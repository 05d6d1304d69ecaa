"""Errors in scenarios: file, line, place, what was found and what was expected."""

from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import TYPE_CHECKING, Any

from inbox_mock.domain import limits
from inbox_mock.domain.spelling import instead, instead_of, one_of, shown

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

Path = tuple[str | int, ...]
MOST_TOLD = 20
TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a text",
    "null": "null",
}
LIMITS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}


class ScenarioError(Exception):
    """An error in a scenario, of which nothing is loaded.

    ``line`` is 0 if the scenario is not a file; ``place`` is where in it the error is, as `place_of` writes it.
    """

    def __init__(self, name: str, line: int, found: str, expected: str, place: str = "") -> None:
        self.name, self.line, self.found, self.expected, self.place = name, line, found, expected, place
        location = f"{name}:{line}" if line else name
        super().__init__(": ".join(filter(None, (location, place, instead(found, expected)))))


class UnreadableScenarioError(ScenarioError):
    """There is no such scenario, or its file cannot be read."""


class ReceiverError(ScenarioError):
    """An address cannot hear a scenario's webhooks, or not in that role."""


class NotYamlError(ScenarioError):
    """A file is not YAML; ``found`` is what the parser says."""

    def __init__(self, name: str, line: int, found: str) -> None:
        super().__init__(name, line, found, "a YAML document")
        self.args = (f"{name}:{line}: not YAML: {found.removeprefix('did not find ')}",)


class CombinedScenarioError(ScenarioError):
    """Several errors, in the order of their lines; the attributes are those of the first."""

    def __init__(self, errors: Sequence[ScenarioError]) -> None:
        first = errors[0]
        super().__init__(first.name, first.line, first.found, first.expected)
        told = [str(error) for error in errors[:MOST_TOLD]]
        if len(errors) > MOST_TOLD:
            told.append(f"{first.name}: and {len(errors) - MOST_TOLD} more")
        self.args = ("\n".join(told),)


def place_of(path: Path) -> str:
    """Return a path in a scenario as people write it: ``bookings[0].guest``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def violations(validator: "Validator", data: object) -> "list[ValidationError]":
    """Return the violations of a schema; the first one only if there are many values, since each costs what hundreds of them do."""
    from jsonschema_rs import ValidationError

    if not _has_more_values(limits.CHECKED_WHOLE, data):
        return list(validator.iter_errors(data))
    try:
        validator.validate(data)
    except ValidationError as first:
        return [first]
    return []


def _has_more_values(most: int, data: object) -> bool:
    found, waiting = 0, [data]
    while waiting and found <= most:
        found += 1
        part = waiting.pop()
        waiting += part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    return found > most


def explained(error: "ValidationError", schema: Mapping[str, object]) -> Iterator[tuple[Path, str, str, Path]]:
    """Yield for a schema violation its path, what was found and what was expected, in words, and what it is said of.

    The latter is the path itself, but for an unknown key, of which there is one for each: that is said of the object.
    """
    from jsonschema_rs import ValidationErrorKind as Kind

    path, kind = tuple(error.instance_path), error.kind
    if isinstance(kind, Kind.AdditionalProperties):
        known = sorted(_at(schema, error.schema_path[:-1]).get("properties", {}))
        for key in kind.unexpected[: limits.PROBLEMS]:
            yield (*path, key), f"the unknown key {key!r}", instead_of(key, known), path
        return
    yield path, *_told(error, schema), path


def _told(error: "ValidationError", schema: Mapping[str, object]) -> tuple[str, str]:
    from jsonschema_rs import ValidationErrorKind as Kind

    kind, found = error.kind, shown(error.instance)
    if isinstance(kind, Kind.Required):
        return f"no {kind.property!r}", "must be there"
    if isinstance(kind, Kind.Enum):
        quoted = error.instance in [dumps(option) for option in kind.options if not isinstance(option, str)]
        return found, f"{error.instance} without quotes" if quoted else one_of(error.instance, map(as_option, kind.options))
    part = _at(schema, error.schema_path[:-1])
    described = str(part.get("description", ""))
    if described and not (kind.name == "type" and described[0].isupper()):  # a sentence is about something, not about how it is written
        return found, described
    keys = ", ".join(part.get("properties", {}))
    return found, f"{in_words(error)}: {keys}" if kind.name == "type" and keys else in_words(error)


def in_words(error: "ValidationError") -> str:
    """Return what a JSON Schema expected of a value, where no description says so."""
    kind: Any = error.kind
    if kind.name == "type":
        return " or ".join(words for name, words in TYPES.items() if name in kind.types)
    return f"{LIMITS[kind.name]} {kind.limit:,}" if kind.name in LIMITS else f"a value that is valid ({error.message})"


def as_option(option: object) -> str:
    """Return a value of an enumeration as it is written."""
    return option if isinstance(option, str) else dumps(option)


def _at(schema: Mapping[str, object], path: Sequence[str | int]) -> dict[str, Any]:
    """Return the part of a schema at a path, through references."""
    here: Any = schema
    for step in path:
        if isinstance(here, Mapping) and "$ref" in here and step != "$ref":
            here = _definition(schema, here)
        here = _definition(schema, here) if step == "$ref" else here[step]
    if isinstance(here, Mapping) and "$ref" in here:
        here = _definition(schema, here)
    found: dict[str, Any] = here
    return found


def _definition(schema: Mapping[str, Any], reference: Mapping[str, Any]) -> dict[str, Any]:
    definition: dict[str, Any] = schema["$defs"][reference["$ref"].rpartition("/")[2]]
    return definition
