"""Where the bodies of two answers to the same request differ: the envelope, and every record with its fields and associations."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from inbox_mock.comparing import ABSENT, Difference
from inbox_mock.comparing.translation import PLURALS, Translation
from inbox_mock.engine.redaction import SECRET_ANSWERS
from inbox_mock.importing.calls import object_of
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Link
from inbox_mock.resources.field_types import UPLOAD
from inbox_mock.resources.privacy import KEY

JSON = Any
ODD = "(a name that is none)"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UPLOADS = {(plural, a.name) for plural, found in RESOURCES.items() for a in found.attributes if a.kind.options.get("role") == UPLOAD}
UNDETERMINED = frozenset({("", "created_at"), ("auth", "user_id"), ("auth", "accounts_user_id"), *(("", name) for name in SECRET_ANSWERS)})
"""What is drawn or follows from the time in an answer of /oauth/token, and who it was that installed an application."""
LINKS: dict[str, dict[str, Link]] = {plural: {link.name: link for link in resource.links} for plural, resource in RESOURCES.items()}


@dataclass(frozen=True, slots=True)
class Bodies:
    """Compares the bodies of answers about one resource, whose ``plural`` is blank where an answer is about none."""

    plural: str
    translation: Translation

    def differences(self, recorded: bytes, ours: bytes, content_type: str) -> Iterator[Difference]:
        """Yield where two bodies differ; in JSON, of a record that is there on both sides, each field."""
        theirs = object_of(recorded)
        if theirs is not None and not self.translation.ids and orjson.dumps(theirs) == ours:
            return  # only blanks differ, and how characters are escaped
        mine = object_of(ours)
        if theirs is not None and mine is not None:
            yield from self._envelope(theirs, mine)
        elif recorded != ours:
            kind = content_type.partition(";")[0].strip().lower() or "unknown"
            yield Difference(f"body-value:{kind}", "body", recorded, ours)

    def webhook(self, recorded: dict[str, JSON], ours: dict[str, JSON], singular: str) -> Iterator[Difference]:
        """Yield where two webhooks about the same record differ."""
        yield from _keys("envelope", "", self.plural, recorded, ours, "")
        yield from self._value("webhook", "account_id", recorded.get("account_id"), ours.get("account_id"), "account_id")
        theirs, mine = (
            {self.plural if name == singular else name: [part] if name == singular else part for name, part in one["resource"].items()}
            for one in (recorded, ours)
        )
        yield from self._envelope(theirs, mine)

    def _envelope(self, theirs: dict[str, JSON], mine: dict[str, JSON]) -> Iterator[Difference]:
        yield from _keys("envelope", "", self.plural or "answer", theirs, mine, "")
        for name in theirs.keys() & mine.keys():
            first, second = theirs[name], mine[name]
            if name == "links" and _are(dict, first, second):
                yield from _keys("template", "", self.plural, first, second, "links.")
                for key in first.keys() & second.keys():
                    yield from self._value("template", key, first[key], second[key], f"links.{key}")
            elif name == "meta" and _are(dict, first, second):
                yield from self._meta(first, second)
            elif name == "errors" and _are(list, first, second):
                yield from self._errors(first, second)
            elif _are(list, first, second) and name in RESOURCES:
                yield from self.records(name, first, second, name)
            elif _are(dict, first, second):
                yield from self._record(name, first, second, name)
            else:
                yield from self._value("field", f"{self.plural or 'answer'}.{name}", first, second, name, ("", name))

    def _meta(self, theirs: dict[str, JSON], mine: dict[str, JSON]) -> Iterator[Difference]:
        yield from _keys("meta", "", self.plural, theirs, mine, "meta.")
        for name in theirs.keys() & mine.keys():
            first, second = theirs[name], mine[name]
            if name == "deleted_ids" and _are(list, first, second):
                yield from self._ids("meta", name, self.plural, first, second, "meta.deleted_ids")
            elif name == "Link" and _are(dict, first, second):
                translated = {rel: self.translation.addresses(str(address)) for rel, address in first.items()}
                yield from self._value("meta", name, translated, second, "meta.Link")
            else:
                yield from self._value("meta", name, first, second, f"meta.{name}")

    def _errors(self, theirs: list[JSON], mine: list[JSON]) -> Iterator[Difference]:
        first, second = _by_name(theirs, self.plural), _by_name(mine, self.plural)
        yield from _keys("error", "", self.plural or "answer", first, second, "errors.")
        for name in first.keys() & second.keys():
            if first[name] != second[name]:
                yield Difference(f"error-value:{name}", f"errors.{name}", first[name], second[name])

    def records(self, plural: str, theirs: Sequence[JSON], mine: Sequence[JSON], where: str) -> Iterator[Difference]:
        """Yield where two lists of records differ; records are told by their ids, or, without, by their places."""
        first = {_key(self.translation.id_of(plural, _id(one)), number): (number, one) for number, one in enumerate(theirs)}
        second = {_key(_id(one), number): one for number, one in enumerate(mine)}
        for key, (number, one) in first.items():
            if key not in second:
                yield Difference(f"record-missing:{plural}", f"{where}[{number}]", _id(one), ABSENT)
            elif _are(dict, one, second[key]):
                yield from self._record(plural, one, second[key], f"{where}[{number}]")
            else:
                yield from self._value("record", plural, one, second[key], f"{where}[{number}]")
        for key, other in second.items():
            if key not in first:
                yield Difference(f"record-extra:{plural}", where, ABSENT, _id(other))
        shared = [key for key in first if key in second], [key for key in second if key in first]
        if shared[0] != shared[1]:
            yield Difference(f"record-order:{plural}", where, [_id(one) for one in theirs], [_id(one) for one in mine])
        if len(first) < len(theirs):
            yield Difference(f"record-repeated:{plural}", where, [_id(one) for one in theirs], [_id(one) for one in mine])

    def _record(self, plural: str, theirs: dict[str, JSON], mine: dict[str, JSON], where: str) -> Iterator[Difference]:
        links = LINKS.get(plural, {})
        yield from _keys("field", f"{plural}.", plural, theirs, mine, f"{where}.", frozenset(links), "include")
        for name, first in theirs.items():
            if name not in mine or (first == (second := mine[name]) and type(first) is type(second) and name != "links"):
                continue
            path, code = f"{where}.{name}", f"{plural}.{name}"
            if name == "links" and _are(dict, first, second):
                yield from self._links(plural, first, second, path)
            elif name in links and _are(list, first, second):
                yield from self.records(links[name].target, first, second, path)
            elif name in links and _are(dict, first, second):
                yield from self._embedded(_target(links[name], theirs), first, second, path)
            elif name == "id" and self.translation.id_of(plural, first) == second:
                continue
            else:
                yield from self._value("field", code, first, second, path, (plural, name))

    def _embedded(self, plural: str, theirs: dict[str, JSON], mine: dict[str, JSON], where: str) -> Iterator[Difference]:
        """Yield where the one record that an association names differs; another record differs as a whole, as its link does."""
        if self.translation.id_of(plural, _id(theirs)) == _id(mine):
            yield from self._record(plural, theirs, mine, where)
        else:
            yield Difference(f"record-missing:{plural}", where, _id(theirs), _id(mine))

    def _links(self, plural: str, theirs: dict[str, JSON], mine: dict[str, JSON], where: str) -> Iterator[Difference]:
        links = LINKS.get(plural, {})
        yield from _keys("link", f"{plural}.", plural, theirs, mine, f"{where}.")
        for name in theirs.keys() & mine.keys():
            first, second, path, code = theirs[name], mine[name], f"{where}.{name}", f"{plural}.{name}"
            target = links[name].target if name in links else ""
            if first == second and type(first) is type(second) and not self.translation.ids:
                continue
            if _are(list, first, second):
                yield from self._ids("link", code, target, first, second, path)
                continue
            if _are(dict, first, second) and first.get("type") == second.get("type"):
                first, second, target = first.get("id"), second.get("id"), PLURALS.get(str(first.get("type")), "")
            yield from self._value("link", code, self.translation.id_of(target, first), second, path)

    def _ids(self, what: str, code: str, plural: str, theirs: list[JSON], mine: list[JSON], where: str) -> Iterator[Difference]:
        translated = [self.translation.id_of(plural, one) for one in theirs]
        if translated == mine:
            return
        same = sorted(map(repr, translated)) == sorted(map(repr, mine))
        yield Difference(f"{what}-{'order' if same else 'value'}:{code}", where, theirs, mine)

    def _value(
        self, what: str, code: str, first: JSON, second: JSON, where: str, named: tuple[str, str] = ("", "")
    ) -> Iterator[Difference]:
        if named in UNDETERMINED:
            return
        if type(first) is type(second):
            if first == second or (named in UPLOADS and self._is_same_upload(first, second)):
                return
            if isinstance(first, str) and TIME.fullmatch(first) and TIME.fullmatch(second) and self.translation.is_same_time(first, second):
                return
            yield Difference(f"{what}-value:{code}", where, first, second)
        elif _are_numbers(first, second) and first == second:
            yield Difference(f"{what}-number:{code}", where, first, second)
        else:
            yield Difference(f"{what}-{'value' if None in (first, second) else 'type'}:{code}", where, first, second)

    def _is_same_upload(self, first: JSON, second: JSON) -> bool:
        """Learn where the second server has an upload; whether an address names the host is a difference, its path is none."""
        theirs, mine = urlsplit(str(first)), urlsplit(str(second))
        self.translation.texts[theirs.path] = mine.path
        return bool(theirs.netloc) == bool(mine.netloc)


def _keys(
    what: str,
    scope: str,
    order: str,
    theirs: Mapping[str, JSON],
    mine: Mapping[str, JSON],
    where: str,
    embedded: Collection[str] = (),
    embedding: str = "",
) -> Iterator[Difference]:
    """Yield which keys one side lacks, and whether those of both are in another order; some keys have another ``WHAT``."""
    if [*theirs] == [*mine]:
        return
    for name in theirs:
        if name not in mine:
            kind = f"{embedding if name in embedded else what}-missing:{scope}{plain(name)}"
            yield Difference(kind, f"{where}{plain(name)}", theirs[name], ABSENT)
    for name in mine:
        if name not in theirs:
            kind = f"{embedding if name in embedded else what}-extra:{scope}{plain(name)}"
            yield Difference(kind, f"{where}{plain(name)}", ABSENT, mine[name])
    first, second = [name for name in theirs if name in mine], [name for name in mine if name in theirs]
    if first != second:
        yield Difference(f"{what}-order:{order}", where.removesuffix("."), first, second)


def plain(name: str) -> str:
    """Return a key as a kind and a place show it: one that is no name may be anybody's address."""
    return name if KEY.fullmatch(name) else ODD


def _target(link: Link, record: Mapping[str, JSON]) -> str:
    """Return the plural of the record that an association names; of a polymorphic one its link says it."""
    if link.target:
        return link.target
    links = record.get("links")
    named = links.get(link.name) if isinstance(links, dict) else None
    return PLURALS.get(str(named.get("type")), "") if isinstance(named, dict) else ""


def _id(record: JSON) -> JSON:
    return record.get("id") if isinstance(record, dict) else None


def _key(found: JSON, number: int) -> str:
    """Return by what a record is found on the other side: an id as a text is another type, and the same record."""
    return f"place {number}" if found is None else str(found)


def _by_name(errors: Sequence[JSON], plural: str) -> dict[str, JSON]:
    """Return errors by what they are about, a field or else a code; the second one of the same name has a 2 behind it."""
    found: dict[str, JSON] = {}
    for error in errors:
        about = error if isinstance(error, dict) else {}
        name = f"{plural or 'answer'}.{plain(str(about.get('field') or about.get('code')))}"
        found[name if name not in found else f"{name}-{len(found) + 1}"] = error
    return found


def _are(kind: type, first: JSON, second: JSON) -> bool:
    return isinstance(first, kind) and isinstance(second, kind)


def _are_numbers(*found: JSON) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
