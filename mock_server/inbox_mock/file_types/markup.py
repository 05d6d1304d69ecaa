"""Texts of markup: XML, SVG among it, and HTML."""

import re
from contextlib import suppress
from xml.parsers import expat

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


def content_type(text: str) -> str:
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
