"""Pictures: what they are and how large a viewer shows them."""

import struct
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from file_types.made_files import (
    RECTANGLE,
    a_big_tiff,
    a_box,
    a_brand,
    a_crop,
    a_heif,
    a_jpeg,
    a_png,
    a_quarter_turn,
    a_stored_size,
    a_tiff,
    a_turned_avif,
    a_turned_heif,
    a_webp,
    an_svg,
)
from inbox_mock.file_types import identify

# Written by pillow-heif, Pillow and ffmpeg; their pixels are cut off.
SAMPLES = Path(__file__).parent / "samples"

HEIC_HEAD = b64decode("AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZg==")
SMALLEST_WEBP = b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
BMP_BACKWARDS = b"BM" + bytes(12) + struct.pack("<Iii", 40, 77, -33) + bytes(30)
ICON = (
    b"\0\0\1\0\2\0" + b"\x10\x10\0\0" + struct.pack("<HHII", 1, 32, 40, 38) + b"\0\0\0\0" + struct.pack("<HHII", 1, 32, 40, 78) + bytes(80)
)
CODESTREAM = b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">IIII", 215, 145, 5, 5) + bytes(20)
JPEG_2000 = b"\0\0\0\x0cjP  \r\n\x87\n" + a_brand(b"jp2 ") + a_box(b"jp2h", a_box(b"ihdr", struct.pack(">II", 140, 210), bytes(6)))


@pytest.mark.parametrize(
    ("name", "content_type", "extension", "width", "height"),
    [
        ("plain.heic", "image/heic", "heic", 640, 480),
        ("turned.heic", "image/heic", "heic", 480, 640),
        ("odd.heic", "image/heic", "heic", 641, 479),
        ("thumbnail.heif", "image/heic", "heic", 300, 200),
        ("several.heic", "image/heic", "heic", 400, 300),
        ("still.avif", "image/avif", "avif", 320, 240),
        ("animated.avif", "image/avif", "avif", 120, 90),
        ("ffmpeg.avif", "image/avif", "avif", 320, 240),
    ],
)
def test_pictures_of_phones_and_of_libheif_are_known_with_their_size(
    name: str, content_type: str, extension: str, width: int, height: int
) -> None:
    assert identify((SAMPLES / name).read_bytes()) == (content_type, extension, width, height)


@pytest.mark.parametrize(
    ("content", "content_type", "extension", "size"),
    [
        (HEIC_HEAD, "image/heic", "heic", (None, None)),
        (SMALLEST_WEBP, "image/webp", "webp", (1, 1)),
        (a_tiff(222, 111), "image/tiff", "tiff", (222, 111)),
        (a_tiff(222, 111, order=">"), "image/tiff", "tiff", (222, 111)),
        (a_big_tiff(222, 111), "image/tiff", "tiff", (222, 111)),
        (a_big_tiff(222, 111, order=">"), "image/tiff", "tiff", (222, 111)),
        (JPEG_2000, "image/jp2", "jp2", (210, 140)),
        (CODESTREAM, "image/jp2", "jp2", (210, 140)),
        (a_jpeg(640, 480), "image/jpeg", "jpg", (640, 480)),
        (a_jpeg(640, 480, frame=0xC2), "image/jpeg", "jpg", (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 40_000, 2) + b"\0\0\0;", "image/gif", "gif", (40_000, 2)),
        (BMP_BACKWARDS, "image/x-ms-bmp", "bmp", (77, 33)),
        (ICON, "image/x-icon", "ico", (256, 256)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_is_known_by_its_head(content: bytes, content_type: str, extension: str, size: tuple[int | None, int | None]) -> None:
    assert identify(content) == (content_type, extension, *size)


@pytest.mark.parametrize("picture", [a_jpeg, a_tiff, a_big_tiff, a_png, a_webp, a_turned_heif, a_turned_avif])
@pytest.mark.parametrize(("orientation", "size"), [(1, (30, 20)), (3, (30, 20)), (6, (20, 30)), (8, (20, 30))])
def test_a_picture_of_any_format_has_the_size_that_a_viewer_shows(
    picture: Callable[[int, int, int], bytes], orientation: int, size: tuple[int, int]
) -> None:
    found = identify(picture(*RECTANGLE, orientation))

    assert (found.width, found.height) == size


def test_a_heif_is_cropped_and_turned_in_the_order_of_its_properties() -> None:
    found = identify(a_heif(a_stored_size(64, 64), a_crop(41, 31), a_quarter_turn(1)))

    assert (found.width, found.height) == (31, 41)


def test_the_size_of_a_heif_is_that_of_the_primary_item() -> None:
    thumbnail, picture = a_stored_size(16, 12), a_stored_size(640, 480)

    found = identify(a_heif(thumbnail, a_quarter_turn(1), picture, associated=b"\x83"))

    assert (found.width, found.height) == (640, 480)


def test_a_heif_may_be_made_of_many_tiles() -> None:
    sizes = a_box(b"ipco", a_stored_size(512, 512), a_stored_size(4032, 3024), a_quarter_turn(3))
    tiles = b"".join(struct.pack(">IBH", item, 1, 0x8001) for item in range(1, 49))
    associated = a_box(b"ipma", b"\1\0\0\1", struct.pack(">I", 49), tiles, struct.pack(">IBHH", 70_000, 2, 2, 0x8003))
    meta = a_box(b"meta", bytes(4), a_box(b"pitm", b"\1\0\0\0", struct.pack(">I", 70_000)), a_box(b"iprp", sizes, associated))

    found = identify(a_brand(b"heic", b"mif1", b"heic") + a_box(b"mdat", bytes(9)) + meta)

    assert (found.width, found.height) == (3024, 4032)


@pytest.mark.parametrize(
    ("major", "compatible", "content_type"),
    [
        (b"heic", b"mif1", "image/heic"),
        (b"heix", b"mif1", "image/heic"),
        (b"hevc", b"msf1", "image/heic-sequence"),
        (b"mif1", b"heic", "image/heif"),
        (b"mif1", b"avif", "image/avif"),
        (b"avis", b"msf1", "image/avif"),
    ],
)
def test_the_brand_tells_heic_from_heif_and_avif(major: bytes, compatible: bytes, content_type: str) -> None:
    assert identify(a_brand(major, compatible)).content_type == content_type


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\ufeff",
        "\n\n",
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        "<!-- Generator: Adobe Illustrator -->\n",
        '<?xml version="1.0"?><!-- a --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/TR/svg11.dtd">',
        '<!DOCTYPE svg [<!ENTITY ns "http://example.com/]>"> <!-- it\'s "so" --> ]>',
        '<?xml-stylesheet href="a.css"?>',
    ],
    ids=["bare", "BOM", "white space", "declaration", "comment", "all", "entities", "instruction"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_drawing_is_known_whatever_it_begins_with(before: str, encoding: str) -> None:
    content = an_svg('width="12" height="8"', before).encode(encoding)

    assert identify(content) == ("image/svg+xml", "svg", 12, 8)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="120px" height="80px"', (120, 80)),
        ('width="210mm" height="297mm"', (794, 1123)),
        ("width='1in' height='1.5in'", (96, 144)),
        ('width="12pt" height="1pc"', (16, 16)),
        ('viewBox="0 0 300 150"', (300, 150)),
        ('viewBox="-5,-5,3e2,150.4"', (300, 150)),
        ('width="100%" height="100%" viewBox="0 0 24 24"', (24, 24)),
        ('width="2em" height="3em"', (None, None)),
        ('stroke-width="4" line-height="5"', (None, None)),
        ('width="0" height="5"', (None, None)),
        ('width="-3" height="5"', (None, None)),
        ('width="-3" height="5" viewBox="0 0 4 5"', (4, 5)),
        ('größe="9" width="3" height="5"', (3, 5)),
        ('width="99999999999999999999999" height="5"', (None, None)),
        ('width="1e99" height="5" viewBox="0 0 4 5"', (4, 5)),
        ('width="4" height="auto" viewBox="0 0 300 150"', (300, 150)),
        ('viewBox="0 0 300"', (None, None)),
        ("", (None, None)),
    ],
)
def test_a_drawing_has_its_width_and_height_else_its_view_box_never_a_childs(attributes: str, size: tuple[int | None, int | None]) -> None:
    found = identify(an_svg(attributes).encode())

    assert (found.content_type, found.width, found.height) == ("image/svg+xml", *size)


def test_a_drawing_may_have_a_prefix() -> None:
    content = b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="3" height="4"/>'

    assert identify(content) == ("image/svg+xml", "svg", 3, 4)


def test_a_drawing_may_name_its_namespace_by_an_entity() -> None:
    content = b'<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]><svg xmlns="&ns;" width="5" height="6"/>'

    assert identify(content) == ("image/svg+xml", "svg", 5, 6)
