"""Replaces what is private by something invented of the same shape and length, the same each time for one key.

Every replacement is drawn from an HMAC of the value: without the key, which whoever calls draws anew or is given, nobody can
find a value by trying a dictionary. A name is replaced word by word, so that a first name is the same within a full name. A text is
replaced as a whole: word by word, frequent words would give it away.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from hashlib import shake_256
from hmac import digest
from typing import Any
from unicodedata import category

from inbox_mock.resources import RESOURCES
from inbox_mock.resources.privacy import (
    ADDRESSES,
    BYTES,
    CLOSED,
    CODES,
    EMAILS,
    ENVELOPE,
    EVERYTHING,
    FILES,
    KEY,
    KNOWN_LABELS,
    LABELS,
    NAMES,
    PHONES,
    PLACES,
    PLAIN_PARAMETERS,
    TEXTS,
    WITHIN,
    kind_of,
)

JSON = dict[str, Any]
WEB = r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"']+"
MAIL = r"[^\s<>@,;:\"']+@[^\s<>@,;:\"']+"
IN_TEXT = re.compile(f"({WEB})|({MAIL})")
WEB_PARTS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)([^/?#]*)(.*)", re.DOTALL)
DATA = re.compile(r"data:[^,]*,")
IDEOGRAPHS = 0x3000
FIGURES = re.compile(r"[-+\d.:TZ]*")
"""Numbers and times."""
PARAMETER = re.compile(r"([^=&]*)(=?)([^&]*)")
EXAMPLES = ("example.com", "example.org", "example.net")

CLOSED_NAMES = {(plural, a.name) for plural, resource in RESOURCES.items() for a in resource.attributes if a.kind.field in CLOSED}
WORDS = {"all", *(word for resource in RESOURCES.values() for a in resource.attributes for word in a.kind.options.get("values", ()))}
"""The words that attributes of closed kinds can be, by any switch; a text that is neither one nor a figure is anybody's."""
_SINGULAR = {resource.name: plural for plural, resource in RESOURCES.items()}


class Disguise:
    """Replaces what is private; kinds that are to ``keep`` stay as they are (see `inbox_mock.resources.privacy`)."""

    def __init__(self, key: bytes, keep: frozenset[str] = frozenset()) -> None:
        self._key, self._keep = key, keep
        self._replaced: dict[str, Callable[[str], str]] = {
            NAMES: self._name,
            TEXTS: self._text,
            LABELS: self._label,
            EMAILS: self._mail,
            PHONES: self._phone,
            FILES: self._file,
            BYTES: self._bytes,
            ADDRESSES: self._web,
            **{kind: partial(self._characters, kind) for kind in (PLACES, CODES)},
        }

    def keeps(self, kind: str) -> bool:
        """Return whether what is of a kind stays as it is."""
        return kind in self._keep

    def of(self, plural: str, attribute: str, value: object) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands for the value of an attribute; a public one as it is."""
        if self._keep >= EVERYTHING:
            return value
        kind = kind_of(plural, attribute)
        return value if kind is None else self._value(kind, value)

    def record(self, plural: str, record: Mapping[str, Any]) -> JSON:
        """Return a record as the API shows it, or as a client writes it, with all that it embeds."""
        resource = RESOURCES.get(plural)
        embedded = {link.name: link.target for link in resource.links} if resource is not None else {}
        return {
            self._key_of(TEXTS, name): self._nested(embedded[name], value) if name in embedded else self._shown(plural, name, value)
            for name, value in record.items()
        }

    def _shown(self, plural: str, attribute: str, value: object) -> object:
        """Return what stands for an attribute of a record, which may hold anything where a client has written it."""
        is_closed = (plural, attribute) in CLOSED_NAMES
        is_odd = is_closed and isinstance(value, str) and value not in WORDS and not FIGURES.fullmatch(value)
        return self._value(TEXTS, value) if is_odd else self.of(plural, attribute, value)

    def answer(self, body: object) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON of an answer, a request or a webhook."""
        if self._keep >= EVERYTHING:
            return body
        if not isinstance(body, dict):
            return self._value(TEXTS, body)
        found: JSON = {}
        for key, value in body.items():
            name, plural = self._key_of(TEXTS, key), key if key in RESOURCES else _SINGULAR.get(key)
            if plural is not None:
                found[name] = self._nested(plural, value)
            elif name == "meta" and isinstance(value, dict) and isinstance(value.get("Link"), dict):
                found[name] = value | {"Link": {rel: self.url_of_page(url) for rel, url in value["Link"].items()}}
            else:
                found[name] = self.answer(value) if name == "resource" else value if name in ENVELOPE else self._value(TEXTS, value)
        return found

    def url_of_page(self, url: object) -> object:
        """Return an address of the API, whose parameters keep their values where those can be nobody's, and the names of files none."""
        if not isinstance(url, str):
            return url
        before, asked, query = url.partition("?")
        if "/uploads/" in before:
            before = self._file(before)
        return before + asked + PARAMETER.sub(lambda found: found[1] + found[2] + self._parameter(found[1], found[2], found[3]), query)

    def _parameter(self, name: str, equals: str, value: str) -> str:
        is_plain = not equals or name in PLAIN_PARAMETERS
        return value if is_plain else self._characters("url", re.sub(r"%[0-9a-fA-F]{2}", "-", value))

    def text(self, value: str) -> str:
        """Return what stands for a free text: of the same length, its letters and digits others of their script and case."""
        return str(self._value(TEXTS, value))

    def _nested(self, plural: str, value: object) -> object:
        if isinstance(value, list):
            return [self._nested(plural, one) for one in value]
        return self.record(plural, value) if isinstance(value, dict) else self._value(TEXTS, value)

    def _value(self, kind: str, value: object) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            return {self._key_of(kind, name): self._value(WITHIN.get(name, kind), part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._value(kind, part) for part in value]
        if not kind or kind in self._keep or isinstance(value, bool) or value is None:
            return value
        if isinstance(value, float):
            return float(re.sub(r"(?<=\.)\d+", lambda found: self._characters(kind, found[0]), repr(value)))
        if isinstance(value, int):
            return int(self._characters(kind, str(value))) if kind in {PHONES, CODES} else value
        return self._replaced[kind](str(value))

    def _key_of(self, kind: str, name: str) -> str:
        """Return a key of an object; an invented one, if it is none that an API would have, and so may be a value."""
        return name if not kind or kind in self._keep or KEY.fullmatch(name) else self._text(name)

    def _characters(self, kind: str, text: str, drawn_from: str | None = None) -> str:
        """Return a text of the same shape: each letter and digit another one of its kind, all else as it is."""
        seed = digest(self._key, f"{kind}\0{text if drawn_from is None else drawn_from}".encode("utf-8", "surrogatepass"), "sha256")
        if not any(_others(character) for character in text):
            return text
        attempt = 0
        while True:
            drawn = shake_256(seed + bytes([attempt])).digest(2 * len(text))
            made = "".join(
                others[int.from_bytes(drawn[2 * place : 2 * place + 2]) % len(others)] if (others := _others(character)) else character
                for place, character in enumerate(text)
            )
            if made != text or attempt == 255:
                return made
            attempt += 1

    def _name(self, text: str) -> str:
        return re.sub(r"\w+", lambda word: self._characters(NAMES, word[0], word[0].casefold()), text)

    def _label(self, text: str) -> str:
        return text if text.casefold() in KNOWN_LABELS else self._characters(LABELS, text)

    def _text(self, text: str) -> str:
        """Replace a text, in which addresses stay addresses."""
        made, end = "", 0
        for found in IN_TEXT.finditer(text):
            made += self._characters(TEXTS, text[end : found.start()], f"{end}\0{text}")
            made += self._web(found[1]) if found[1] else self._mail(found[2])
            end = found.end()
        return made + self._characters(TEXTS, text[end:], f"{end}\0{text}")

    def _phone(self, text: str) -> str:
        digits = iter(self._characters(PHONES, "".join(filter(str.isdigit, text))))
        rest = "".join(next(digits) if character.isdigit() else character for character in text)
        return re.sub(r"[^\W\d_]+", lambda word: word[0] if word[0].casefold() in {"x", "ext"} else self._characters(PHONES, word[0]), rest)

    def _mail(self, text: str) -> str:
        """Return an address of an example domain, of the same length from ``a@b.test`` on."""
        length, drawn = len(text), self._characters(EMAILS, re.sub(r"[^a-z0-9]", "x", text.casefold()) + "xxxxxxxx")
        if length > len(EXAMPLES[0]) + 3:
            return f"{drawn[: length - len(EXAMPLES[0]) - 1]}@{EXAMPLES[ord(drawn[-1]) % len(EXAMPLES)]}"
        half = max(1, (length - len("@.test")) // 2)
        return f"{drawn[:half]}@{drawn[half : max(half + 1, length - len('@.test'))]}.test"

    def _web(self, text: str) -> str:
        """Return an address on an example host, of the same length from ``a.test`` on."""
        parts = WEB_PARTS.fullmatch(text)
        if parts is None:
            return self._characters(ADDRESSES, text)
        size = len(parts[2])
        drawn = self._characters(ADDRESSES, re.sub(r"[^a-z]", "x", parts[2].casefold()) + "x")
        if size > len(EXAMPLES[0]) + 1:
            host = f"{drawn[: size - len(EXAMPLES[0]) - 1]}.{EXAMPLES[0]}"
        else:
            host = f"{drawn[: max(1, size - len('.test'))]}.test"
        return parts[1] + host + self._characters(ADDRESSES, re.sub(r"%[0-9a-fA-F]{2}", "%2D", parts[3])).replace("%", "-")

    def _file(self, text: str) -> str:
        """Replace a file's name, but not its extension; of an address, its last part."""
        address, slash, name = text.rpartition("/")
        stem, dot, extension = name.rpartition(".")
        if not dot or not extension.isalnum() or len(extension) > 5:
            stem, dot, extension = name, "", ""
        return address + slash + self._characters(FILES, re.sub(r"%[0-9a-fA-F]{2}", "-", stem)) + dot + extension

    def _bytes(self, text: str) -> str:
        prefix = DATA.match(text)
        begun = prefix.end() if prefix else 0
        return text[:begun] + self._characters(BYTES, text[begun:])


@lru_cache(maxsize=4096)
def _others(character: str) -> str:
    """Return the letters or digits that may stand for one: of its category, near it in Unicode; none for other characters."""
    if character.isascii():
        return next((kind for kind in ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789") if character in kind), "")
    found = category(character)
    if found[0] not in "LN":
        return ""
    size = 4096 if ord(character) >= IDEOGRAPHS else 128
    begin = ord(character) // size * size
    return "".join(_of_category(begin, size, found))


def _of_category(begin: int, size: int, wanted: str) -> Iterator[str]:
    return (chr(code) for code in range(begin, begin + size) if category(chr(code)) == wanted)
