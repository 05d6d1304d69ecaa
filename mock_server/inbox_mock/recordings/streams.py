"""JSON of any length, one entry of a list at a time: no more than one entry is held.

The standard library reads a value wherever it stands in a text. Parsers by events that were looked at hold a path for each level
that is open, which for some kilobytes of brackets takes all memory, and replace half of a character by a question mark.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Collection, Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Protocol

from inbox_mock.domain import limits
from inbox_mock.recordings import Malformed

CHUNK = 256 * limits.KIBIBYTE
BLANK = re.compile(r"[ \t\r\n]*")
NEAR = 16
"""Characters before the end of what is read, within which a mistake may be that the rest is missing."""
DECODER = JSONDecoder()

Path = tuple[str, ...]
Head = dict[str, object]
"""What an object holds besides its list of entries, as far as it was read before them: values by dotted path."""


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""


class Truncated(Malformed):
    """The end of a document is missing."""

    def __init__(self) -> None:
        super().__init__("the end of the file", "the rest of it")


class Stream:
    """The values of a JSON text, read from a file as far as they are asked for."""

    def __init__(self, file: Readable) -> None:
        self._file, self._decoder = file, getincrementaldecoder("utf-8-sig")()
        self._text, self._at = "", 0
        self.since = 0
        """Characters of values since the last entry."""
        self.listed = False
        """Whether a list of entries was met in this document."""

    def next(self) -> str:
        """Return the next character that is not blank, without going past it; an empty text at the end."""
        while True:
            blank = BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self, expected: str) -> str:
        """Go past the next character, which must be one of those expected, and return it.

        Raises:
            Truncated: the document ends.
            Malformed: it is another one.
        """
        found = self.next()
        if not found:
            raise Truncated
        if found not in expected:
            raise Malformed(repr(found), " or ".join(expected))
        self._at += 1
        return found

    def value(self) -> object:
        """Read the next value.

        Raises:
            Malformed: it is not JSON, larger than an entry may be, or nested too deep.
            Truncated: the file ends within it.
        """
        self.next()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text.rstrip())
                if not cut and error.pos < len(self._text) - NEAR:
                    raise Malformed(f"no JSON: {error.msg}", "JSON") from None
                if not self._more():
                    raise (Truncated() if cut or self._text[-1] not in "]}" else Malformed(f"no JSON: {error.msg}", "JSON")) from None
            except (RecursionError, ValueError) as error:
                raise Malformed(f"values that cannot be read: {error}", "JSON as recorders write it") from None
            else:
                if end < len(self._text) or not self._more():  # a number may go on
                    self.since += end - self._at
                    self._at = end
                    return found

    def _more(self) -> bool:
        """Read on, as much again as is held of the value that is read; return whether there was more."""
        held = len(self._text) - self._at
        if held + self.since > limits.RECORDED:
            raise Malformed(f"more than {limits.RECORDED}", "a smaller entry")
        if any(self._text.count(mark, self._at) > limits.RECORDED_VALUES for mark in "[{,"):
            raise Malformed(f"more than {limits.RECORDED_VALUES}", "a smaller entry")
        read = self._file.read(max(CHUNK, min(held, limits.RECORDED + 1 - held)))
        try:
            self._text, self._at = self._text[self._at :] + self._decoder.decode(read), 0
        except UnicodeDecodeError:
            raise Malformed("bytes that are not UTF-8", "JSON, which is") from None
        return bool(read)


def entries(stream: Stream, lists: Collection[Path]) -> Iterator[tuple[Path, Head, object]]:
    """Yield the items of each list that stands at one of these paths, with its path; of a document without one, the document.

    More documents may follow the first one, as lines do.

    Raises:
        Malformed: it is not JSON, or an entry passes a limit.
        Truncated: the file ends too early.
    """
    parents = {path[:length] for path in lists for length in range(len(path))}
    while stream.next():
        head: Head = {}
        stream.since, stream.listed = 0, False
        for path, item in _walk(stream, (), lists, parents, head):
            stream.since = 0
            yield path, head, item
        if not stream.listed:
            yield (), head, head


def _walk(stream: Stream, path: Path, lists: Collection[Path], parents: Collection[Path], head: Head) -> Iterator[tuple[Path, object]]:
    opens = stream.next()
    if opens == "[" and path in lists:
        stream.skip("[")
        stream.listed = True
        if stream.next() == "]":
            stream.skip("]")
            return
        while True:
            yield path, stream.value()
            if stream.skip(",]") == "]":
                return
    if opens != "{" or path not in parents:
        head[".".join(path)] = stream.value()
        return
    stream.skip("{")
    closes = stream.skip("}") if stream.next() == "}" else ""
    while closes != "}":
        if stream.next() not in {'"', ""}:
            stream.skip('"')
        key = str(stream.value())
        stream.skip(":")
        yield from _walk(stream, (*path, key), lists, parents, head)
        closes = stream.skip(",}")
