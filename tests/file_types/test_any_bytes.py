"""Any bytes have a type: broken, cut off and hostile files as well, with bounded work and memory."""

import re
import struct
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from file_types.made_files import a_big_tiff, a_box, a_brand, a_jpeg, a_png, a_tiff, a_turned_heif, a_webp, a_zip, an_svg
from inbox_mock.file_types import EXTENSIONS, identify
from inbox_mock.file_types.boxes import BRANDS, SOUND_ALONE
from inbox_mock.file_types.pictures import LARGEST_DIMENSION, READERS
from inbox_mock.file_types.signatures import MEMBERS, SIGNATURES, STATED, STREAMS

LARGEST_FILE = 10_000_000  # bytes; what is larger is refused before
MOST_CALLS = 100_000  # of functions; what a call does is linear in the file's length
MOST_MEMORY = 4 * LARGEST_FILE
CALM = settings(derandomize=True, database=None)
SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").iterdir())]
WHOLE = [
    *SAMPLES,
    *(picture(30, 20, 6) for picture in (a_jpeg, a_png, a_webp, a_tiff, a_big_tiff, a_turned_heif)),
    a_zip("[Content_Types].xml", "word/document.xml", mimetype="application/epub+zip"),
    an_svg('width="3" viewBox="0 0 4 5"', "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]>").encode(),
    b'{"a": [1, "b"]}',
    b"From: a@example.com\r\nTo: b@example.com\r\n\r\nHello",
]


def has_a_type(content: bytes) -> None:
    found = identify(content)

    assert EXTENSIONS[found.content_type] == found.extension
    assert (found.width is None) == (found.height is None)
    assert 0 < (found.width or 1) <= LARGEST_DIMENSION
    assert 0 < (found.height or 1) <= LARGEST_DIMENSION
    assert found.width is None or found.content_type in READERS


@given(st.binary(max_size=200))
@example(b"")
@settings(CALM)
def test_any_bytes_have_a_type(content: bytes) -> None:
    has_a_type(content)


@given(st.sampled_from(SIGNATURES).flatmap(lambda row: st.from_regex(re.compile(row[0], re.DOTALL))), st.binary(max_size=200))
@settings(CALM, max_examples=300)
def test_whatever_follows_a_known_beginning_it_has_a_type(head: bytes, rest: bytes) -> None:
    has_a_type(head + rest)


@given(st.sampled_from([brand for brands in BRANDS for brand in brands]), st.binary(max_size=200))
@settings(CALM)
def test_whatever_follows_a_known_brand_it_has_a_type(brand: bytes, rest: bytes) -> None:
    has_a_type(a_brand(brand) + rest)


@given(st.sampled_from(WHOLE), st.data())
@settings(CALM, max_examples=300)
def test_a_damaged_file_has_a_type(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF])), max_size=6)):
        damaged[at] = byte

    has_a_type(bytes(damaged[: data.draw(st.integers(0, len(content)))]))


@given(st.text(alphabet="<>!?-[]\"'/=svgdoctype{},:;\n &0\ufeff", max_size=120), st.sampled_from(["utf-8", "utf-16", "utf-16-le"]))
@settings(CALM)
def test_any_text_has_a_type(text: str, encoding: str) -> None:
    has_a_type(text.encode(encoding))


@pytest.mark.parametrize("content", WHOLE, ids=range(len(WHOLE)))
def test_a_file_cut_off_anywhere_has_a_type(content: bytes) -> None:
    for end in range(min(len(content), 600)):
        has_a_type(content[:end])


@pytest.mark.parametrize("picture", [a_jpeg, a_png, a_webp, a_turned_heif, a_big_tiff])
def test_a_size_that_is_only_declared_costs_nothing(picture: Callable[[int, int], bytes]) -> None:
    found = identify(picture(60_000, 60_000))

    assert (found.width, found.height) == (60_000, 60_000)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (2**32 - 1, 5)])
def test_a_size_that_no_picture_has_is_not_told(size: tuple[int, int]) -> None:
    found = identify(a_png(*size))

    assert (found.content_type, found.width, found.height) == ("image/png", None, None)


def filled(head: bytes, pattern: bytes) -> bytes:
    return (head + pattern * (LARGEST_FILE // len(pattern)))[:LARGEST_FILE]


def a_directory(name: bytes) -> bytes:
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", *([0] * 9), len(name), *([0] * 6)) + name
    count = LARGEST_FILE // len(entry)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, len(entry) * count, 30, 0)
    return b"PK\3\4" + bytes(26) + entry * count + end


def an_item_of_many_properties() -> bytes:
    associations = a_box(b"ipma", bytes(4), b"\xff" * 4, bytes(2400))
    properties = a_box(b"iprp", a_box(b"ipco", a_box(b"ispe", bytes(12)) * 1000), associations * 4000)
    return a_brand(b"heic") + a_box(b"meta", bytes(4), a_box(b"pitm", bytes(4), b"\0\1"), properties)


def entities_in_entities() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 60))
    return f'<!DOCTYPE svg [<!ENTITY e0 "e">{entities}]><svg width="5" height="6" id="&e59;"/>'.encode()


HOSTILE: dict[str, Callable[[], bytes]] = {  # made when tried: they are large
    "zeros": lambda: bytes(LARGEST_FILE),
    "JPEG of markers": lambda: filled(b"\xff\xd8", b"\xff\xe0\0\2"),
    "JPEG of fill bytes": lambda: filled(b"\xff\xd8\xff", b"\xff"),
    "PNG of empty chunks": lambda: filled(b"\x89PNG\r\n\x1a\n", bytes(12)),
    "TIFF of entries": lambda: filled(b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0", b"\xff"),
    "TIFF that points outside": lambda: filled(b"II+\0\x08\0\0\0", b"\xff"),
    "film of tracks": lambda: a_brand(b"isom") + a_box(b"moov", a_box(b"trak", a_box(b"mdia", a_box(b"free") * 300)) * 4000),
    "film of endless boxes": lambda: a_brand(b"isom") + struct.pack(">I4sQ", 1, b"free", 2**64 - 1) * 99,
    "film of brands": lambda: struct.pack(">I4s4s", LARGEST_FILE, b"ftyp", b"isom") + bytes(LARGEST_FILE),
    "HEIC of properties": an_item_of_many_properties,
    "archive of short names": lambda: a_directory(b"x"),
    "archive of long names": lambda: a_directory(b"x" * 65_000),
    "archive of heads": lambda: filled(b"PK\3\4" + bytes(26), b"PK\3\4"),
    "OLE file without names": lambda: filled(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"W\0"),
    "deep XML": lambda: filled(b"", b"<svg>"),
    "comments": lambda: filled(b"", b"<!---->"),
    "entities in entities": entities_in_entities,
    "open comments": lambda: filled(b"<!DOCTYPE svg [", b"<!--"),
    "quotes": lambda: filled(b"<!DOCTYPE svg [", b"\"'"),
    "attributes": lambda: filled(b"<svg", b' a="b"'),
    "white space in a tag": lambda: filled(b"<svg a", b" "),
    "digits": lambda: filled(b'<svg width="', b"9"),
    "deep JSON": lambda: filled(b"", b"["),
    "deep JSON to be parsed": lambda: b"[" * 60_000,
    "header fields": lambda: filled(b"From: a\nTo: b\n", b"X: y\n"),
    "commas": lambda: filled(b"", b","),
    "quoted cells": lambda: filled(b"", b'a,"'),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_has_a_type_with_few_calls_and_little_memory(kind: str) -> None:
    content = HOSTILE[kind]()
    calls: Counter[str] = Counter()

    tracemalloc.start()
    sys.setprofile(lambda _frame, event, _arg: calls.update([event]))
    has_a_type(content)
    sys.setprofile(None)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert calls["call"] + calls["c_call"] < MOST_CALLS
    assert used < MOST_MEMORY


def test_every_type_has_an_extension() -> None:
    by_beginning = {found for _, found in SIGNATURES if isinstance(found, str)}
    by_brand = {*BRANDS.values(), *SOUND_ALONE, *SOUND_ALONE.values()}
    by_member = {*STATED, *STREAMS.values(), *(found for _, found in MEMBERS)}

    assert by_beginning | by_brand | by_member | READERS.keys() <= EXTENSIONS.keys()
