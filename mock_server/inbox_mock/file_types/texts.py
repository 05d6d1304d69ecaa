"""Texts: plain ones in any encoding, and those with a form of their own, SVG among them."""

import csv
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import NamedTuple

import orjson

READ = 65_536  # bytes of a text that are looked at for its form
BYTES_OF_NO_TEXT = bytes({*range(0x20)} - {*b"\t\n\f\r\x1b"})  # those of "binary data" in WHATWG's MIME Sniffing
SHORTEST_UTF_16 = 8  # bytes without a mark from which on every other one being NUL is no accident
BYTE_ORDER_MARKS = {  # UTF-32 first: its mark begins with that of UTF-16. That of UTF-8 is skipped as white space is.
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
BEGINNINGS = {
    "BEGIN:VCARD": "text/vcard",
    "BEGIN:VCALENDAR": "text/calendar",
    "{\\RTF": "application/rtf",
    "%!PS": "application/postscript",
}
ROOTS = {
    "svg": "image/svg+xml",
    "gpx": "application/gpx+xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "html": "text/html",
}
HTML_TAGS = {"body", "br", "div", "font", "h1", "head", "iframe", "p", "script", "style", "table", "title"}
TAG = re.compile(r"<([A-Za-z_][A-Za-z0-9_.:-]*)")
DOCTYPE_NAME = re.compile(r"\s+([A-Za-z_][A-Za-z0-9_.:-]*)")
ATTRIBUTE = re.compile(r"""\s+([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
IN_A_DOCTYPE = re.compile(r"""["'\[\]>]|<!--|<\?""")
CLOSED_BY = {'"': '"', "'": "'", "<!--": "-->", "<?": "?>"}
MAIL_HEADER = re.compile(r"([A-Za-z][A-Za-z-]*):|[ \t]+\S")
MAIL_HEADERS = {"from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to"}
NUMBER = r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?"
LENGTH = re.compile(rf"\s*({NUMBER})(px|pt|pc|mm|cm|in|Q|)\s*")
VIEW_BOX = re.compile(rf"\s*{NUMBER}[\s,]+{NUMBER}[\s,]+({NUMBER})[\s,]+({NUMBER})\s*")
PIXELS = {"": 1, "px": 1, "in": 96, "pt": 96 / 72, "pc": 16, "cm": 96 / 2.54, "mm": 96 / 25.4, "Q": 96 / 101.6}
SEPARATORS = {",": "text/csv", ";": "text/csv", "\t": "text/tab-separated-values"}
JSON_BEGINNING = re.compile(r"\[?\s*\{\s*\"[^\"\n]*\"\s*:")


class Markup(NamedTuple):
    """How a text of markup begins: its root element, with attributes, and what stands before it."""

    root: str
    attributes: dict[str, str]
    declared: bool
    doctype: str


def beginning(content: bytes) -> str | None:
    """Return the first characters of bytes that are text, without mark or white space before them; None of other bytes.

    Text is UTF-16 and UTF-32 without control characters, UTF-8 without NUL, and an 8-bit encoding without control characters.
    """
    encoding = _encoding(content)
    return content[:READ].decode(encoding, "replace").lstrip("\ufeff \t\r\n\f") if encoding else None


def content_type(text: str, *, whole: bool) -> str:
    """Return the content type of a text by its beginning; ``whole`` says that nothing follows."""
    for mark, found in BEGINNINGS.items():
        if text[: len(mark)].upper() == mark:
            return found
    if text.startswith("<"):
        return _of_markup(text)
    if text.startswith(("{", "[")) and _is_json(text, whole=whole):
        return "application/json"
    if _is_mail(text):
        return "message/rfc822"
    return _of_a_table(text, whole=whole) or "text/plain"


def svg_size(content: bytes) -> tuple[int, int] | None:
    """Return the root element's width and height in pixels of CSS (96 to an inch), rounded; else its viewBox's; else None."""
    attributes = _markup(beginning(content) or "").attributes
    width, height = _pixels(attributes.get("width", "")), _pixels(attributes.get("height", ""))
    box = VIEW_BOX.fullmatch(attributes.get("viewBox", ""))
    if box and not (width and height):
        width, height = _pixels(box[1]), _pixels(box[2])
    return (width, height) if width and height else None


def _pixels(length: str) -> int:
    """Return a length in whole pixels; 0 of what is none, such as a percentage."""
    found = LENGTH.fullmatch(length)
    return max(0, int(float(found[1]) * PIXELS[found[2]] + 0.5)) if found else 0


def _encoding(content: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding if _is_written_in(encoding, content) else None
    if len(content) >= SHORTEST_UTF_16:
        for odd, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if not any(content[odd:READ:2]) and _is_written_in(encoding, content):
                return encoding
    if b"\0" in content:
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return "latin-1" if content.translate(None, BYTES_OF_NO_TEXT) == content else None
    return "utf-8"


def _is_written_in(encoding: str, content: bytes) -> bool:
    try:
        text = getincrementaldecoder(encoding)().decode(content[:READ])
    except UnicodeDecodeError:
        return False
    return not any(control in text for control in map(chr, BYTES_OF_NO_TEXT))


def _of_markup(text: str) -> str:
    markup = _markup(text)
    root = markup.root.rpartition(":")[2].lower()
    if markup.declared and root == "html":
        return "application/xhtml+xml"
    if root in ROOTS:
        return ROOTS[root]
    if markup.declared or any(name.startswith("xmlns") for name in markup.attributes):
        return "application/xml"
    return "text/html" if root in HTML_TAGS or markup.doctype == "html" else "text/plain"


def _markup(text: str) -> Markup:
    """Read up to the end of the root element's tag. Nothing is expanded; each character is looked at once."""
    declared, doctype, at = text.startswith("<?xml"), "", 0
    while text.startswith("<", at):
        if text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text.startswith("<?", at):
            at = _after(text, "?>", at + 2)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            named = DOCTYPE_NAME.match(text, at + 9)
            doctype = named[1].lower() if named else ""
            at = _after_doctype(text, at + 9)
        else:
            break
        while text[at : at + 1].isspace():
            at += 1
    tag = TAG.match(text, at)
    return Markup(tag[1] if tag else "", dict(_attributes(text, tag.end())) if tag else {}, declared, doctype)


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)


def _after_doctype(text: str, at: int) -> int:
    inside = False
    while found := IN_A_DOCTYPE.search(text, at):
        at = found.end()
        if found[0] in CLOSED_BY:
            at = _after(text, CLOSED_BY[found[0]], at)
        elif found[0] == ">" and not inside:
            return at
        elif found[0] in "[]":
            inside = found[0] == "["
    return len(text)


def _attributes(text: str, at: int) -> Iterator[tuple[str, str]]:
    while found := ATTRIBUTE.match(text, at):
        yield found[1], found[2][1:-1]
        at = found.end()


def _is_json(text: str, *, whole: bool) -> bool:
    """Tell whether a text is JSON; one that is too long to be read whole, whether it begins as objects or lists of them do."""
    if not whole:
        return JSON_BEGINNING.match(text) is not None
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_mail(text: str) -> bool:
    """Tell whether a text begins with the head of a mail: nothing but header fields up to an empty line, two known ones."""
    names = set()
    for line in text.splitlines():
        if not line:
            break
        found = MAIL_HEADER.match(line)
        if found is None:
            return False
        names.add((found[1] or "").lower())
    return "from" in names and len(names & MAIL_HEADERS) > 1


def _of_a_table(text: str, *, whole: bool) -> str | None:
    """Return the content type of a table: two rows or more, as many cells in each, in the first none blank or with a space before."""
    lines = text.splitlines() if whole else text.splitlines()[:-1]
    for separator, found in SEPARATORS.items():
        if not lines or separator not in lines[0]:
            continue
        try:
            rows = [row for row in csv.reader(lines, delimiter=separator, strict=True) if row]
        except csv.Error:
            continue
        if len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])} and all(cell and cell == cell.strip() for cell in rows[0]):
            return found
    return None
