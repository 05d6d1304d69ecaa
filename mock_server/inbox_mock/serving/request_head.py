"""The head of a request as RFC 9112 defines it: one that is malformed, or could be read in two ways, is refused.

Sections in comments are those of RFC 9112, unless they name another one.
"""

import re
from collections.abc import Mapping, Sequence
from string import ascii_letters, digits
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from inbox_mock.domain import limits
from inbox_mock.domain.errors import NotRead

BEGINNINGS = frozenset(bytes([byte]) for byte in b"\r!#$%&'*+-.^_`|~" + digits.encode() + ascii_letters.encode())
"""What a request may begin with: a method, or the end of an empty line."""

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
LINE = re.compile(rb"(" + TOKEN + rb") ([^\x00-\x20\x7f#]+) HTTP/([0-9])\.([0-9])\r\n")  # 3; bytes beyond ASCII are tolerated
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")  # 5, and 5.5 of RFC 9110
ABSOLUTE = re.compile(rb"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?]*)(.*)")
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]*)(:[0-9]*)?")  # 7.2 of RFC 9110, 3.2.2 of RFC 3986
ENCODED_SLASH = re.compile(rb"%2f", re.IGNORECASE)

LISTS = frozenset(
    b"Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Allow Cache-Control Connection Content-Encoding "
    b"Content-Language Expect Forwarded If-Match If-None-Match Pragma Proxy-Authenticate Trailer Transfer-Encoding Upgrade Vary Via "
    b"Warning X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Prefix X-Forwarded-Proto".split()
)
"""The fields of which several are one list: a proxy may add a line of its own."""

Fields = dict[bytes, bytes]
"""The fields by name, in the case ``Content-Type``. The values of repeated ones are joined where they are lists; else the last counts."""


class RequestLine(NamedTuple):
    """The first line. ``authority`` is the host in an absolute target, and None without one; ``minor`` is that of HTTP/1."""

    method: bytes
    target: bytes
    authority: bytes | None
    path: bytes
    query: bytes
    minor: int


def request_line(line: bytes, scheme: bytes) -> RequestLine:
    """Return the parts of a request's first line; ``scheme`` is that of the connection.

    Raises:
        NotRead: it is none, or asks for what this server does not do.
    """
    found = LINE.fullmatch(line)
    if found is None:
        raise NotRead(400, f"the first line is METHOD TARGET HTTP/1.1, single spaces between, ended by CRLF; found {_shown(line)}")
    method, target, major, minor = found.groups()
    if major != b"1":
        raise NotRead(505, f"this server speaks HTTP/1.1, not {_shown(found[0].split()[2])}")  # 2.3
    if method != method.upper():
        raise NotRead(400, f"methods are case-sensitive: {_shown(method)}")  # 9.1 of RFC 9110
    authority, path = None, target
    if method == b"CONNECT":
        _check_host(target)
        raise NotRead(501, "this server is no proxy")  # 9.3.6 of RFC 9110
    if absolute := ABSOLUTE.fullmatch(target):  # 3.2.2
        authority, path = absolute[2], absolute[3] if absolute[3][:1] == b"/" else b"/" + absolute[3]
        if absolute[1].lower() != scheme:
            raise NotRead(421, f"this is a connection of {_shown(scheme)}, not of {_shown(absolute[1])}")  # 7.4 of RFC 9110
        _check_host(authority)
    elif target == b"*" and method == b"OPTIONS":
        path = b"/*"
    elif target[:1] != b"/":
        raise NotRead(400, f"the target is a path, or an absolute URL; found {_shown(target)}")  # 3.2
    path, _, query = path.partition(b"?")
    if b"%" in path:
        path = b"%2F".join(map(unquote_to_bytes, ENCODED_SLASH.split(path)))
    return RequestLine(method, target, authority, path, query, int(minor))


def fields(lines: Sequence[bytes]) -> Fields:
    """Return the fields in lines.

    Names with an underscore are left out: WSGI does not tell ``Content_Length`` from ``Content-Length``.

    Raises:
        NotRead: a line is no field.
    """
    found: Fields = {}
    for number, line in enumerate(lines, 1):
        field = FIELD.fullmatch(line)
        if field is None:  # the line is not shown: it may hold a token
            raise NotRead(400, f"header {number} is not NAME: VALUE, no blank before the colon, no control character, ended by CRLF")
        name, value = field[1].title(), field[2].rstrip(b" \t")
        if b"_" in name:
            continue
        known = found.get(name)
        if known is not None and name in {b"Host", b"Content-Length"} and (name == b"Host" or known != value):
            raise NotRead(400, f"{name.decode()} is there twice")  # 3.2; 8.6 of RFC 9110
        found[name] = value if not known or name not in LISTS else b", ".join((known, value))
    return found


def check_host(found: Fields, line: RequestLine) -> None:
    """Check the Host field; the authority of an absolute target takes its place.

    Raises:
        NotRead: it is missing, or names no host.
    """
    host = found.get(b"Host", b"" if line.minor == 0 else None)
    if host is None or (host and not HOST.fullmatch(host)):
        raise NotRead(400, "Host is missing" if host is None else f"Host is a name or an address, and a port; found {_shown(host)}")  # 3.2
    if line.authority is not None:
        found[b"Host"] = line.authority


def body_length(found: Mapping[bytes, bytes], minor: int, most: limits.Limit) -> int | None:
    """Return the length of the body in bytes, which may be at most ``most``; None if it comes in chunks (6.3).

    Raises:
        NotRead: the length can be understood in two ways, or is too large.
    """
    length, coding = found.get(b"Content-Length"), found.get(b"Transfer-Encoding")
    if coding is not None:
        codings = [one.strip().lower() for one in coding.split(b",")]
        if length is not None or minor == 0 or b"" in codings or b"chunked" in codings[:-1]:
            raise NotRead(400, "Transfer-Encoding is for HTTP/1.1, without Content-Length, and ends in chunked")  # 6.1
        if codings != [b"chunked"]:
            raise NotRead(501, f"Transfer-Encoding: this server knows chunked, not {_shown(coding)}")
        return None
    if length is None:
        return 0
    if not length.isdigit():
        raise NotRead(400, f"Content-Length is a number in digits; found {_shown(length)}")
    if len(length) > 4_000 or int(length) > most:  # Python takes no more than 4,300 digits
        raise NotRead(413, limits.too_large(most, f", not {length[:40].decode()} bytes"))
    return int(length)


def wants_interim(found: Mapping[bytes, bytes], minor: int) -> bool:
    """Return whether the client waits for 100 (Continue) before it sends the body; HTTP/1.0 has none (10.1.1 of RFC 9110).

    Raises:
        NotRead: it expects something else.
    """
    expected = found.get(b"Expect")
    if not expected or minor == 0:
        return False
    if expected.lower() != b"100-continue":
        raise NotRead(417, f"Expect: this server knows 100-continue, not {_shown(expected)}")
    return True


def _check_host(authority: bytes) -> None:
    if not authority or not HOST.fullmatch(authority) or authority[:1] == b":":
        raise NotRead(400, f"the target names no host: {_shown(authority)}")


def _shown(found: bytes) -> str:
    return ascii(found[:40].decode("latin-1"))
