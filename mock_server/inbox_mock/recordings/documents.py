"""Recordings that are read whole, in YAML and TOML: plain data only, whatever tags a document has."""

import tomllib
from base64 import b64decode
from collections.abc import Collection, Iterator

import yaml

from inbox_mock.domain import limits
from inbox_mock.recordings import MalformedDocument
from inbox_mock.recordings.streams import Head, Path, Readable
from inbox_mock.yaml_events import RESOLVER, Bounds, Constructor, Loader, NoYamlError, YamlError, line_of, refused, scalar, within

CORE = "tag:yaml.org,2002:"
PLAIN = frozenset(
    {f"{CORE}{name}" for name in ("str", "null", "bool", "int", "float", "map", "seq", "timestamp", "python/unicode")} | {"!"}
)
BINARY = {"!binary", f"{CORE}binary"}


def text_of(file: Readable) -> str:
    """Return the text of a file.

    Raises:
        MalformedDocument: it is no text, or larger than the limit.
    """
    read = bytearray()
    while part := file.read(limits.MEBIBYTE):
        read += part
        if len(read) > limits.RECORDING:
            raise MalformedDocument(0, f"more than {limits.RECORDING}", "a smaller recording")
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedDocument(0, f"bytes that are not UTF-8, from byte {error.start:,} on", "UTF-8") from None


def from_yaml(text: str) -> object:
    """Return the data of a document; bytes under ``!binary`` as text, with surrogates for those that are not UTF-8.

    Raises:
        MalformedDocument: it is not YAML, passes a limit, or has a tag of a class.
    """
    bounds = Bounds(limits.RECORDED_VALUES, limits.RECORDING, "a smaller recording")
    try:
        with refused(text):
            return Constructor(within(bounds, yaml.parse(text, Loader)), _value, _check_tag).build()
    except NoYamlError as error:
        raise MalformedDocument(error.line, f"no YAML: {error.found}", error.expected) from None
    except YamlError as error:
        raise MalformedDocument(error.line, error.found, error.expected) from None


def from_toml(text: str) -> object:
    """Return the data of a document.

    Raises:
        MalformedDocument: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedDocument(0, f"no TOML: {error}", "a TOML document") from None


def entries(data: object, lists: Collection[Path]) -> Iterator[tuple[Path, Head, object]]:
    """Yield the items of each list that stands at one of these paths, with its path; of a document without one, the document."""
    found = [(path, items) for path in lists if isinstance(items := _at(data, path), list)]
    if not found:
        yield (), {}, data
    for path, items in found:
        for item in items:
            yield path, {}, item


def _at(data: object, path: Path) -> object:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _check_tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.tag is not None and event.tag not in PLAIN | BINARY:
        shown = event.tag.removeprefix(CORE)
        expected = "plain values: no class is made of a recording; take the tag away if its value is plain, or record again without it"
        raise YamlError(line_of(event), f"the tag {'!!' if shown != event.tag else ''}{shown}", expected)


def _value(event: yaml.ScalarEvent) -> object:
    _check_tag(event)
    try:
        if event.tag in BINARY:
            return b64decode("".join(event.value.split()), validate=True).decode(errors="surrogateescape")
        return scalar(event.value, event.tag or RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit))
    except ValueError:
        raise YamlError(line_of(event), f"{event.value[:40]!r}", f"what its tag {event.tag} says") from None
