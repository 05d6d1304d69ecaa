"""The bytes of bodies, however a recorder wrote them, and whatever the headers say of their encoding."""

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from inbox_mock.domain import limits
from inbox_mock.recordings import Headers, Lost, Malformed, header

COMPRESSED = re.compile(r"application/(?:x-)?(?:gzip|gtar|tgz|compress|tar|zstd|octet-stream)\b|image/|video/|audio/")
"""Content types whose bytes may begin as compressed ones do, and are meant so, unless a header says that they were compressed."""
TEXTUAL = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml|javascript|x-www-form-urlencoded)\b")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r\n")
REPLACED = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is recorded; ``content`` is None if it is not known, and empty if there is none."""

    content: bytes | None = b""
    lost: frozenset[Lost] = frozenset()


NONE = Body()
UNKNOWN = Body(None, frozenset({Lost.RESPONSE_BODY}))


def of_text(text: str) -> Body:
    """Return a body written as text; bytes that were none are lost if they were replaced, and not if they are surrogates."""
    lost = frozenset({Lost.BINARY} if REPLACED in text else ())
    try:
        return Body(text.encode(errors="surrogateescape"), lost)
    except UnicodeEncodeError:
        return Body(text.encode(errors="replace"), frozenset({Lost.BINARY}))


def of_base64(text: str) -> Body:
    """Return a body written in Base64, with line ends or without.

    Raises:
        Malformed: it is not Base64.
    """
    try:
        return Body(b64decode("".join(text.split()), validate=True))
    except ValueError as error:
        raise Malformed(f"a body that is not Base64 ({error})", "Base64") from None


def of_hex(text: str) -> Body:
    """Return a body written in hexadecimal digits.

    Raises:
        Malformed: it holds something else.
    """
    try:
        return Body(bytes.fromhex(text))
    except ValueError as error:
        raise Malformed(f"a body that is not hexadecimal ({error})", "hexadecimal digits") from None


def of_data(data: object) -> Body:
    """Return a body whose JSON was parsed by the recorder: how its numbers and blanks were written is lost.

    Raises:
        Malformed: it holds what JSON cannot.
    """
    try:
        body = of_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
        return Body(body.content, body.lost | {Lost.SPELLING})
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed(f"a body that cannot be written as JSON ({error})", "JSON") from None


def decoded(body: Body, headers: Headers) -> Body:
    """Return a body without chunks and compression, which its first bytes show.

    Raises:
        Malformed: it unpacks to more than the limit.
    """
    if not body.content:
        return body
    kind = (header(headers, "Content-Type") or "").lower()
    said = (header(headers, "Content-Encoding") or "").lower()
    if Lost.BINARY in body.lost and not TEXTUAL.match(kind):
        return Body(None, body.lost)
    content = _unchunked(body.content)
    for begins, unpack in MAGIC.items():
        if content.startswith(begins) and (said or not COMPRESSED.match(kind)):
            unpacked = unpack(content)
            return Body(unpacked.content, body.lost | unpacked.lost)
    if "br" in said.replace(" ", "").split(",") and not _is_text(content):
        unpacked = _brotli(content)
        return Body(unpacked.content, body.lost | unpacked.lost)
    return Body(content, body.lost)


def _unchunked(content: bytes) -> bytes:
    """Return what chunks hold, if all of it is chunks; otherwise the bytes as they are."""
    parts: list[bytes] = []
    at = 0
    while (size := CHUNK_SIZE.match(content, at)) is not None:
        length = int(size[1], 16)
        end = size.end() + length
        if not length:
            return b"".join(parts) if content.endswith(b"\r\n\r\n", size.start()) else content
        if content[end : end + 2] != b"\r\n":
            return content
        parts.append(content[size.end() : end])
        at = end + 2
    return content


def _deflated(content: bytes) -> Body:
    """Unpack gzip, in several members or one, and zlib."""
    parts: list[bytes] = []
    room, rest = limits.RECORDED + 1, content
    while rest and room > 0:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            parts.append(unpacker.decompress(rest, room))
        except zlib.error:
            return Body(content) if not parts and not content.startswith(GZIP) else Body(b"".join(parts) or None, CUT)
        room -= len(parts[-1])
        if not unpacker.eof and room > 0:
            return Body(b"".join(parts), CUT) if content.startswith(GZIP) else Body(content)
        rest = unpacker.unused_data
    return Body(_bounded(b"".join(parts)))


def _zstandard(content: bytes) -> Body:
    """Unpack Zstandard, if the standard library can: from Python 3.14 on."""
    return _unpacked("compression.zstd", lambda library: library.ZstdDecompressor().decompress(content, limits.RECORDED + 1))


def _brotli(content: bytes) -> Body:
    """Unpack Brotli, if the library is installed and stops at a limit."""
    return _unpacked("brotli", lambda library: library.Decompressor().process(content, output_buffer_limit=limits.RECORDED + 1))


def _unpacked(library: str, unpack: Callable[[Any], bytes]) -> Body:
    try:
        return Body(_bounded(unpack(import_module(library))))
    except Malformed:
        raise
    except Exception:  # noqa: BLE001 - there is no library, an older one, or the bytes are something else
        return UNKNOWN


def _bounded(content: bytes) -> bytes:
    if len(content) > limits.RECORDED:
        raise Malformed(f"a body that unpacks to more than {limits.RECORDED}", "a smaller one")
    return content


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


GZIP = b"\x1f\x8b"
CUT = frozenset({Lost.CUT})
MAGIC: dict[bytes, Callable[[bytes], Body]] = {
    GZIP: _deflated,
    **{bytes([0x78, second]): _deflated for second in (0x01, 0x5E, 0x9C, 0xDA)},
    b"\x28\xb5\x2f\xfd": _zstandard,
}
"""How compressed bytes begin, and what unpacks them."""
