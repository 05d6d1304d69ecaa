"""Texts: in which encoding, and those with a form of their own, markup among them."""

import csv
import re
from contextlib import suppress
from itertools import islice
from xml.parsers import expat

import orjson

READ = 65_536  # characters of a text that are looked at for its form
ROWS = 20
MARKED = {  # UTF-32 first: its mark begins with that of UTF-16. That of UTF-8 is skipped as white space is.
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
CONTROL = r"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]"  # the "binary data bytes" of WHATWG's MIME Sniffing
UNMARKED = {  # each with what it must not hold; almost any bytes are valid UTF-16, so one must have four Latin characters
    "utf-8": CONTROL,
    "latin-1": CONTROL,
    "utf-16-le": rf"{CONTROL}|[^\0-\xff]|\A.{{0,3}}\Z",
    "utf-16-be": rf"{CONTROL}|[^\0-\xff]|\A.{{0,3}}\Z",
}
BEGINNINGS = {
    "BEGIN:VCARD": "text/vcard",
    "BEGIN:VCALENDAR": "text/calendar",
    "{\\RTF": "application/rtf",
    "%!PS": "application/postscript",
}
LONG_JSON = re.compile(r"\[?\s*\{\s*\"[^\"\n]*\"\s*:")
MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z-]*):|[ \t]+\S")
MAIL_HEADERS = {"to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to"}
SEPARATORS = {",": "text/csv", ";": "text/csv", "\t": "text/tab-separated-values"}


def decode(content: bytes) -> str | None:
    """Return bytes that are text as such, without mark or white space before it; None of other bytes.

    Text has no control characters, and is UTF-8, UTF-16 or UTF-32, or in an 8-bit encoding: which one makes no difference to its type.
    """
    marked = next(({encoding: CONTROL} for mark, encoding in MARKED.items() if content.startswith(mark)), None)
    for encoding, excluded in (marked or UNMARKED).items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(excluded, text):
            return text.lstrip("\ufeff \t\r\n\f")
    return None


def content_type(text: str) -> str:
    """Return the content type of a text by its beginning."""
    beginning = text[:READ]
    for mark, found in BEGINNINGS.items():
        if beginning[: len(mark)].upper() == mark:
            return found
    if beginning.startswith("<"):
        return markup_type(beginning)
    if _is_json(text):
        return "application/json"
    if _is_mail(beginning):
        return "message/rfc822"
    return next((found for separator, found in SEPARATORS.items() if _is_table(beginning, separator)), "text/plain")


def _is_json(text: str) -> bool:
    """Tell whether a text is JSON; one that is too long to be parsed, whether it begins as objects or lists of them do."""
    if len(text) > READ:
        return LONG_JSON.match(text) is not None
    try:
        return isinstance(orjson.loads(text), dict | list)
    except orjson.JSONDecodeError:
        return False


def _is_mail(beginning: str) -> bool:
    """Tell whether a text begins with nothing but header fields up to an empty line, From and another known one among them."""
    head = re.split(r"\r?\n\r?\n", beginning, maxsplit=1)[0]
    fields = [MAIL_HEADER.match(line) for line in head.splitlines()]
    names = {field[1].lower() for field in fields if field and field[1]}
    return None not in fields and "from" in names and not names.isdisjoint(MAIL_HEADERS)


def _is_table(beginning: str, separator: str) -> bool:
    """Tell whether the first rows have as many cells each, two or more, and the cells of the first a text without spaces around it."""
    try:
        rows = list(islice(filter(None, csv.reader(beginning.splitlines(), delimiter=separator, strict=True)), ROWS))
    except csv.Error:
        return False
    return len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])} != {1} and all(cell and cell == cell.strip() for cell in rows[0])


ROOTS = {
    "svg": "image/svg+xml",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
}
HTML = re.compile(  # the tags of WHATWG's MIME Sniffing, after comments
    r"(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
LENGTH = re.compile(r"\s*([+-]?(?:[0-9]{1,9}\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9])?)(px|pt|pc|mm|cm|in|Q|)\s*")
PIXELS = {"": 1, "px": 1, "in": 96, "pt": 96 / 72, "pc": 16, "cm": 96 / 2.54, "mm": 96 / 25.4, "Q": 96 / 101.6}


def markup_type(text: str) -> str:
    """Return the content type of a text that begins with ``<``."""
    root, attributes = _root(text)
    if root in ROOTS:
        return ROOTS[root]
    if text.startswith("<?xml"):
        return "application/xhtml+xml" if root == "html" else "application/xml"
    if HTML.match(text):
        return "text/html"
    return "application/xml" if any(name.startswith("xmlns") for name in attributes) else "text/plain"


def svg_size(text: str) -> tuple[int, int] | None:
    """Return the root element's width and height in pixels of CSS (96 to an inch), rounded; else its viewBox's; else None."""
    _, attributes = _root(text)
    view_box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    for lengths in ((attributes.get("width", ""), attributes.get("height", "")), view_box[2:]):
        match [_pixels(length) for length in lengths]:
            case [width, height] if width and height:
                return width, height
    return None


def _root(text: str) -> tuple[str, dict[str, str]]:
    """Return the root element's name, without a prefix, and its attributes; nothing of a text that is not XML up to there."""
    found: list[tuple[str, dict[str, str]]] = []

    def stop_at_the_root(name: str, attributes: dict[str, str]) -> None:
        found.append((name.rpartition(":")[2], attributes))
        raise StopIteration

    parser = expat.ParserCreate()
    parser.StartElementHandler = stop_at_the_root
    with suppress(expat.ExpatError, StopIteration):
        parser.Parse(text, True)
    return found[0] if found else ("", {})


def _pixels(length: str) -> int:
    """Return a length in whole pixels; 0 of what is none, such as a percentage."""
    found = LENGTH.fullmatch(length)
    return max(0, int(float(found[1]) * PIXELS[found[2]] + 0.5)) if found else 0
