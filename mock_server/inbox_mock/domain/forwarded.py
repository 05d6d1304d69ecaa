"""What a proxy tells in the header Forwarded (RFC 7239) of the request that it passes on."""

import re

from inbox_mock.domain.addresses import plain_host

WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = r'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
PAIR = re.compile(rf"({WORD})=({WORD}|{QUOTED})")
ELEMENT = re.compile(rf"(?:{PAIR.pattern})?(?:;(?:{PAIR.pattern})?)*")
COMMA = re.compile(r"[ \t]*,[ \t]*")
ESCAPED = re.compile(r"\\(.)")
NODE = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?")


def elements(header: str) -> list[dict[str, str]]:
    """Return the parameters that each proxy has added, that of the client first; names are in lower case.

    Raises:
        ValueError: the header does not follow the grammar of RFC 7239, section 4, or an element has a parameter twice.
    """
    found: list[dict[str, str]] = []
    begin = 0
    while True:
        element = ELEMENT.match(header, begin)
        end = begin if element is None else element.end()
        pairs = [(name.lower(), _unquoted(value)) for name, value in PAIR.findall(header, begin, end)]
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a parameter is there twice")
        if pairs:
            found.append(dict(pairs))
        comma = COMMA.match(header, end)
        if comma is None:
            break
        begin = comma.end()
    if end < len(header):
        raise ValueError("no list of parameters")
    return found


def told_by(header: str, hops: int) -> dict[str, str]:
    """Return the parameters that the proxy ``hops`` from the end has added; none if there is no such proxy, or no valid header."""
    try:
        found = elements(header)
    except ValueError:
        return {}
    return found[-hops] if hops <= len(found) else {}


def address_of(node: str | None) -> str | None:
    """Return the address in a node, such as ``[2001:db8::1]:4711``; None if it is unknown, or obfuscated (RFC 7239, section 6)."""
    found = NODE.fullmatch(node or "")
    return plain_host(found[1]) if found else None


def _unquoted(value: str) -> str:
    return ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
