"""Read recorded traffic: files, folders and archives, each in the format that its content shows."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import IO

from inbox_mock.domain import limits
from inbox_mock.recordings import Exchange, Malformed, MalformedDocument, NotARecordingError, Place, RecordingError, documents, streams
from inbox_mock.recordings.entry import Entry, kind_of, part
from inbox_mock.recordings.formats import Format, formats
from inbox_mock.recordings.sources import Source, held, refused, sources

Progress = Callable[[int, int], None]
"""Is told how many bytes were read, and of how many."""
Ordered = tuple[int | None, Exchange]
LAST = datetime.max.replace(tzinfo=UTC)
SNIFFED = 64 * limits.KIBIBYTE
BOM = b"\xef\xbb\xbf"
TABLE = re.compile(rb"\[\[\w")
"""How a list of tables begins in TOML."""
OTHER = (
    (re.compile(rb"\A\x1f\x8b"), "a compressed file", "it unpacked"),
    (re.compile(rb"\A(?:\xff\xfe|\xfe\xff)"), "text in UTF-16", "UTF-8"),
    (
        re.compile(rb"^(?:records|bookings|timeline|rentals):", re.MULTILINE),
        "a scenario",
        "a recording: serve it with inbox-mock serve --scenario",
    ),
    (re.compile(rb"\bnock\("), "JavaScript as nock writes it by default", "objects: record with output_objects, and write them as JSON"),
)
"""What files without entries hold, and what is expected instead."""
Items = Iterator[tuple[tuple[str, ...], dict[str, object], object]]


def read(paths: Iterable[Path], progress: Progress | None = None, passed_over: list[str] | None = None) -> Iterator[Exchange]:
    """Yield the exchanges of files, folders and zip archives, in the order of paths, of files and of entries.

    The files of a folder come by the times of their first exchanges if each tells one, otherwise by their names. No more than an
    entry is held at a time, and nothing is written. A folder or an archive may hold other files, too: their names are added to
    ``passed_over``, but for those that a recording refers to.

    Raises:
        RecordingError: a path cannot be read, holds no recording, or one that ends too early or passes a limit; what came before
            was yielded.
    """
    yield from _of_sources([(path, list(sources(path))) for path in paths], progress, passed_over)


def read_held(name: str, content: bytes) -> Iterator[Exchange]:
    """Yield the exchanges of one file, or of one archive, that is in memory, as `read` does of files.

    Raises:
        RecordingError: as `read` does.
    """
    yield from _of_sources([(name, list(held(name, content)))], None, None)


def _of_sources(
    listed: "list[tuple[Path | str, list[Source]]]", progress: Progress | None, passed_over: list[str] | None
) -> Iterator[Exchange]:
    counted = _Count(sum(source.size for _, found in listed for source in found), progress)
    for path, found in listed:
        yielded, held_back, ordered = 0, 0, list[tuple[int, Exchange]]()
        for source in _by_time(found):
            for order, exchange in _of_source(source, counted):
                yielded += 1
                if order is None:
                    yield exchange
                    continue
                ordered.append((order, exchange))
                held_back += len(exchange.request.body or b"") + len((exchange.response and exchange.response.body) or b"")
                if held_back > limits.RECORDING:
                    raise RecordingError(path, f"bodies of more than {limits.RECORDING}", "fewer mappings")
        if not yielded:
            raise NotARecordingError(path, "no exchange", expected())
        yield from (exchange for _, exchange in sorted(ordered, key=itemgetter(0)))
    if passed_over is not None:
        passed_over += [name for name in counted.passed_over if name not in counted.attached]


def _by_time(found: list[Source]) -> list[Source]:
    """Return the files of a folder by the times of their first exchanges if each recording tells one, otherwise as they are."""
    if len(found) == 1:
        return found
    times: dict[str, datetime] = {}
    for source in found:
        with suppress(RecordingError):  # which is told when the file's turn has come
            first = next(_of_source(source, _Count(0, None)), None)
            if first is not None and first[1].at is None:
                return found
            if first is not None and first[1].at is not None:
                times[source.name] = first[1].at
    return sorted(found, key=lambda source: times.get(source.name, LAST))


def expected() -> str:
    """Return what a recording may be, in words."""
    return f"a recording: {', '.join(sorted(known.title for known in formats().values()))}"


class _Count:
    """How much of all files was read, which were passed over, and which belong to a recording."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.read, self.total, self.progress = 0, total, progress
        self.passed_over: list[str] = []
        self.attached: set[str] = set()

    def add(self, size: int) -> None:
        self.read += size
        if self.progress is not None:
            self.progress(self.read, self.total)


class _Counted:
    """A file whose reading is counted."""

    def __init__(self, name: str, file: IO[bytes], count: _Count) -> None:
        self._name, self._file, self._count = name, file, count

    def read(self, size: int) -> bytes:
        with refused(self._name):
            found = self._file.read(size)
        self._count.add(len(found))
        return found


class _Reached:
    """Which entry of a file is read, and in which format, once that is known."""

    def __init__(self) -> None:
        self.entry, self.format = 1, ""


def _of_source(source: Source, count: _Count) -> Iterator[Ordered]:
    """Yield the exchanges of one file; none of a file that is no recording, unless it must be one."""
    reached = _Reached()
    try:
        with _opened(source) as file:
            yield from _exchanges(source, _Counted(source.name, file, count), reached, count.attached)
    except (Malformed, NotARecordingError) as error:
        if source.alone or reached.format:
            raise _placed(source.name, reached.entry, error) from None
        count.passed_over.append(source.name)


def _opened(source: Source) -> IO[bytes]:
    with refused(source.name):
        return source.open()


def _placed(name: str, entry: int, error: Malformed | NotARecordingError) -> RecordingError:
    if isinstance(error, NotARecordingError):
        return error
    if isinstance(error, streams.Truncated):
        whole = {1: "no entry is", 2: "entry 1 is"}.get(entry, f"entries 1 to {entry - 1} are")
        return RecordingError(name, f"the end of the file within entry {entry}; {whole} whole", error.expected)
    if isinstance(error, MalformedDocument):
        return RecordingError(f"{name}, line {error.line}" if error.line else name, error.found, error.expected)
    return RecordingError(Place(name, entry), error.found, error.expected)


def _exchanges(source: Source, file: "_Counted", reached: _Reached, names: set[str]) -> Iterator[Ordered]:
    def attached(name: str, folder: str) -> bytes | None:
        names.add(source.beside(name, folder))
        return source.attached(name, folder)

    items = _items(source, file)
    first = next(items, None)
    if first is None:
        return
    chosen = _recognised(source.name, ".".join(first[0]), first[2])
    reached.format = chosen.title
    for number, (_, head, value) in enumerate(chain([first], items), 1):
        reached.entry = number
        for exchange in chosen.read(Entry(Place(source.name, number), value, head, attached)):
            yield _order(value, chosen), replace(exchange, lost=exchange.lost | chosen.loses)
        reached.entry = number + 1


def _order(value: object, chosen: Format) -> int | None:
    """Return the number by which exchanges are sorted; None if they stay as they are."""
    number = part(value, chosen.order) if chosen.order else None
    return number if isinstance(number, int) else None


def _items(source: Source, file: "_Counted") -> Items:
    """Yield the items of what may be lists of entries, each with the path of its list and what stands before it."""
    with refused(source.name), source.open() as begins:
        head = begins.read(SNIFFED).removeprefix(BOM).lstrip()
    if head[:1] in {b"{", b"["} and not TABLE.match(head):
        return streams.entries(streams.Stream(file), _lists())
    tops = b"|".join(re.escape(path[0].encode()) for path in _lists() if path)
    if re.search(rb"^\[\[(?:%s)\b" % tops, head, re.MULTILINE):
        return documents.entries(documents.from_toml(documents.text_of(file)), _lists())
    if re.search(rb"^[\"']?(?:%s)[\"']?[ \t]*:" % tops, head, re.MULTILINE):
        return documents.entries(documents.from_yaml(documents.text_of(file)), _lists())
    for sign, found, wanted in OTHER:
        if sign.search(head):
            raise NotARecordingError(source.name, found, wanted)
    raise NotARecordingError(source.name, "a file of another kind" if head else "an empty file", expected())


def _lists() -> set[tuple[str, ...]]:
    return {tuple(path.split(".")) if path else () for known in formats().values() for path in known.entries}


def _recognised(name: str, path: str, value: object) -> Format:
    fitting = [known for known in formats().values() if known.fits(path, value)]
    if not fitting:
        raise NotARecordingError(name, kind_of(value), expected())
    return max(fitting, key=lambda known: len(known.marks))
