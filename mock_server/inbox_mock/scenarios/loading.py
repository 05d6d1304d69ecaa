"""Find a scenario, read it, and check it against the JSON Schema, and its ids against each other."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from os import listdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from inbox_mock.domain import limits
from inbox_mock.domain.spelling import one_of, shortened
from inbox_mock.domain.values import normal
from inbox_mock.scenarios import fixtures
from inbox_mock.scenarios.defaults import DEFAULTS
from inbox_mock.scenarios.errors import CombinedScenarioError, ScenarioError, UnreadableScenarioError, explained, place_of, violations
from inbox_mock.scenarios.size import SMALLER, too_much
from inbox_mock.scenarios.start_cache import StartCache

if TYPE_CHECKING:
    from jsonschema_rs import Validator

Clash = tuple[tuple[str | int, ...], str, str]
"""The place in a scenario, what was found there, and what was expected."""
MADE = frozenset({"changes", "generate"})
"""Sections that make records, besides those that exact records are called after."""


def clashes(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield what clashes in a scenario."""
    yield from _beside_records(data)
    yield from _conversations(data)


def _beside_records(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield the sections that make records, where there are exact ones."""
    for name in sorted((DEFAULTS.keys() | MADE) - {"tokens"} & data.keys()) if "records" in data else ():
        yield (name,), f"the section {name!r} beside 'records'", f"{name} in records, or an action of the timeline"


def _conversations(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield each conversation's id that was given before: a channel opens one for each booking, and would take another id."""
    taken = {record.get("id") for record in data.get("records", {}).get("conversations", ())}
    for place, given in _given(data):
        if given in taken:
            yield place, f"the conversation {given} a second time", "an id of its own: a channel opens a conversation for each booking"
        taken.add(given)


def _given(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield the ids that conversations are to get, each with its place."""
    for section, key in (("conversations", "id"), ("bookings", "conversation")):
        for number, record in enumerate(data.get(section, ())):
            if key in record:
                yield (section, number, key), record[key]
    for number, entry in enumerate(data.get("timeline", ())):
        if "conversation" in entry.get("guest_books", {}):
            yield ("timeline", number, "guest_books", "conversation"), entry["guest_books"]["conversation"]


WRITTEN: dict[str, dict[str, str]] = {
    "DecimalText": {"description": 'a decimal in quotes, such as "700.0"'},
    "Structure": {"description": "an object, such as {en: Some text}"},
    "Time": {"description": "a time such as 2030-06-01T12:00:00Z", "pattern": r":\d\dZ$"},
}
"""How a scenario writes the attributes of a rental: as the API does; by the kind's field, what to say of a mistake."""

SUFFIXES = (".yaml", ".yml")


class UnknownScenarioError(UnreadableScenarioError):
    """No shipped scenario has this name."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A valid scenario. ``folder`` is the first place where its attachments are looked up, ``text`` what a file holds."""

    name: str
    data: Mapping[str, Any]
    folder: Path | None = None
    text: str = ""
    mistake: str = ""

    @property
    def description(self) -> str:
        """What the scenario shows."""
        return str(self.data.get("description", ""))

    def error(self, path: tuple[str | int, ...], found: str, expected: str, of: tuple[str | int, ...] | None = None) -> ScenarioError:
        """Return an error at a path in the scenario; ``of`` is what it is said of, where that is not what has the path."""
        line = 0  # an object has no lines
        if self.text:
            from inbox_mock.yaml_events import line_at

            line = line_at(self.text, path)
        return ScenarioError(self.name, line, found, expected, place_of(path if of is None else of))


def shipped() -> Iterator[Scenario]:
    """Return every shipped scenario, by name."""
    for path in sorted((fixtures() / "scenarios").glob("*.yaml")):
        try:
            yield from_file(path, path.stem)
        except ScenarioError as error:
            told = str(error).splitlines()[0].removeprefix(path.stem)
            yield Scenario(path.stem, {"description": f"{path.name}{told}"}, mistake=f"{path.name}{told}")


def find(wanted: str, cached: StartCache | None = None) -> Scenario:
    """Return a shipped scenario by its name, or the one in a file by its path; as it was ``kept``, if its file is the same.

    Raises:
        ScenarioError: there is none, it cannot be read, or it violates the schema.
    """
    path = Path(wanted)
    if path.suffix in SUFFIXES or "/" in wanted:
        return from_file(path, wanted, cached)
    try:
        return find_shipped(wanted, cached)
    except UnknownScenarioError:
        if path.is_file():
            return from_file(path, wanted, cached)
        raise


def find_shipped(name: str, cached: StartCache | None = None) -> Scenario:
    """Return a shipped scenario by its name; never read another file.

    Raises:
        UnknownScenarioError: there is none.
    """
    folder = fixtures() / "scenarios"
    if f"{name}.yaml" not in _names_in(folder):
        known = sorted(path.stem for path in folder.glob("*.yaml"))
        raise UnknownScenarioError(
            shortened(name) if name.strip() else repr(name),
            0,
            "no scenario of this name",
            one_of(name, known, ", or the path of a .yaml file"),
        )
    return from_file(folder / f"{name}.yaml", name, cached)


@cache
def _names_in(folder: Path) -> frozenset[str]:
    """Return the names in a folder that changes as little as the code."""
    return frozenset(listdir(folder))  # noqa: PTH208 - paths of all would be made


def from_file(path: Path, name: str, cached: StartCache | None = None) -> Scenario:
    """Return the scenario in a file.

    Raises:
        ScenarioError: it cannot be read, or it violates the schema.
    """
    try:
        written = path.stat()
        return _read(path, name, written.st_mtime_ns, written.st_size, cached)
    except ScenarioError:
        if not path.is_file() or not _is_recording(path):
            raise
        raise ScenarioError(name, 0, "recorded traffic", f"a scenario: inbox-mock import {name} makes one of it") from None
    except OSError as error:
        raise UnreadableScenarioError(name, 0, f"a file that cannot be read: {error.strerror}", "a readable .yaml file") from None


def _is_recording(path: Path) -> bool:
    from inbox_mock.recordings import RecordingError
    from inbox_mock.recordings.reading import read

    try:
        return next(read([path]), None) is not None
    except RecordingError:
        return False


@lru_cache(maxsize=32)
def _read(path: Path, name: str, _written_ns: int, size: int, cached: StartCache | None) -> Scenario:
    """Read a file of a ``size``, which of a pipe is 0, again only if it has changed."""
    try:
        raw = b""
        if size <= limits.SCENARIO:
            with path.open("rb") as file:
                raw = file.read(limits.SCENARIO + 1)
        if max(size, len(raw)) > limits.SCENARIO:
            raise ScenarioError(name, 0, f"more than {limits.SCENARIO}", SMALLER)
        text = raw.decode()
    except UnicodeDecodeError:
        raise ScenarioError(name, 0, "a file that is no text", "UTF-8") from None
    known = None if cached is None else cached.get("scenario", text)
    with suppress(ValueError, TypeError):  # its user has changed what is kept
        return Scenario(name, dict(orjson.loads(known or b"")), path.parent, text)
    scenario = from_text(text, name, path.parent)
    if cached is not None:
        cached.put(orjson.dumps(scenario.data), "scenario", text)
    return scenario


def from_text(text: str, name: str, folder: Path | None = None) -> Scenario:
    """Return the scenario that a file holds, under this name.

    Raises:
        ScenarioError: it is no YAML, or violates the schema.
    """
    from inbox_mock.scenarios.yaml12 import read

    data = read(text, name)
    if not isinstance(data, dict):
        raise ScenarioError(name, 1, "no keys", "keys such as rentals and bookings, each with what the sandbox starts with")
    return _checked(Scenario(name, data, folder, text))


def from_object(data: Mapping[str, object], name: str = "scenario") -> Scenario:
    """Return the scenario given as an object, under this name.

    Raises:
        ScenarioError: it violates the schema.
    """
    return _checked(Scenario(name, data))


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenarios, with every attribute of rentals, assumption, channel, origin, event, fault and action."""
    from inbox_mock.channels import opening, policies
    from inbox_mock.domain import fidelity
    from inbox_mock.domain.enumerations import CHANNELS, ORIGINS
    from inbox_mock.faults.kinds import kinds
    from inbox_mock.resources import RESOURCES
    from inbox_mock.scenarios import exact
    from inbox_mock.simulation.actions import actions
    from inbox_mock.webhooks.event_types import event_types

    text = files("inbox_mock.scenarios").joinpath("scenario.schema.json").read_bytes()
    found: dict[str, dict[str, dict[str, Any]]] = orjson.loads(text)
    exact.extend(found)
    found["properties"]["assume"] |= {
        "additionalProperties": False,
        "properties": {
            name: {"enum": list(known.choices), "default": known.default, "description": known.says}
            for name, known in fidelity.ASSUMPTIONS.items()
        },
    }
    rental = found["properties"]["rentals"]["items"]["properties"]
    rental |= {a.name: {**WRITTEN.get(a.kind.field, {}), **a.schema} for a in RESOURCES["rentals"].attributes if a.name not in rental}
    found["properties"]["messages"]["items"]["properties"]["origin"]["enum"] = list(ORIGINS)
    titles = [policy.title for policy in opening()]
    given = ", ".join(f"{policy.title} ({policy.own_id})" for policy in opening())
    found["properties"]["applications"]["description"] = f"Left out: those of {given}, and the client's own (17)."
    found["properties"]["sources"]["description"] = (
        f"Left out or empty: {', '.join(titles)} and Website on each account. Of an account with some, a channel that books adds its own."
    )
    found["properties"]["conversations"]["items"]["properties"]["default_channel"] = {"enum": list(CHANNELS)}
    found["$defs"]["channel"]["examples"] = list(policies())
    found["$defs"]["fault"]["properties"]["kind"] = {"enum": list(kinds())}
    found["properties"]["webhooks"]["items"]["properties"]["events"]["items"] = {"enum": list(event_types())}
    happenings = found["properties"]["timeline"]["items"]["properties"]
    steps = found["properties"]["trial"]["items"]["properties"]
    for action in actions().values():
        happenings[action.name] = action.schema
        if action.in_trials:
            steps[action.name] = {"$ref": f"#/properties/timeline/items/properties/{action.name}"}
    meanwhile = steps["meanwhile"]["properties"]["steps"]["items"]
    meanwhile["properties"] = {name: {"$ref": f"#/properties/trial/items/properties/{name}"} for name in steps if name not in BY_THE_CLIENT}
    return found


BY_THE_CLIENT = frozenset({"client_syncs", "client_replies", "meanwhile"})
"""Steps of a trial that are not taken between two requests of the client: it is told nothing while it carries something out."""


@cache
def _validator() -> "Validator":
    from jsonschema_rs import validator_for

    return validator_for(schema(), validate_formats=True)


def _checked(scenario: Scenario) -> Scenario:
    try:
        data = normal(dict(scenario.data))
    except ValueError as nested:
        raise scenario.error((), str(nested), "a scenario") from None
    found = [scenario.error(*finding) for error in violations(_validator(), data) for finding in explained(error, schema())]
    found = found or [scenario.error(*finding) for finding in (*too_much(data), *clashes(data))]
    if found:
        raise CombinedScenarioError(sorted(found, key=lambda error: error.line))
    return replace(scenario, data=data)
