#!/usr/bin/env bash
# imagesize 2.0.1 (newest release in November 2026) tells no size of a HEIC or AVIF picture that is rotated.
#
# Its 2.0 reads HEIF and AVIF "with rotation". It reads the item property `irot` as a full box, four bytes of version
# and flags and then the angle, and refuses boxes that are shorter. ISO/IEC 23008-12 (6.5.10) has a plain box with one
# byte of payload. So each picture with that property, as phones write of portraits, is (-1, -1) from get(), and
# get_info() raises ValueError; get(exif_rotation=False), which needs no rotation, fails as well.
# Valid input: written by Pillow 13.0.0 (AVIF) and pillow-heif 1.8.1 (HEIC), each of which reads its own as 480 by 640.
#
# Seen on Python 3.11 and 3.12:
#   HEIC upright: imagesize.get (640, 480), Pillow (640, 480)
#   HEIC rotated: imagesize.get (-1, -1), without rotation (-1, -1), get_info ValueError: Invalid ISO box payload, Pillow (480, 640)
#   AVIF upright: imagesize.get (640, 480), Pillow (640, 480)
#   AVIF rotated: imagesize.get (-1, -1), without rotation (-1, -1), get_info ValueError: Invalid ISO box payload, Pillow (480, 640)
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imagesize==2.0.1 pillow==13.0.0 pillow-heif==1.8.1

"$folder/venv/bin/python" - <<'PYTHON'
import platform
import sys
from importlib.metadata import version
from io import BytesIO

import imagesize
import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("imagesize", "pillow", "pillow-heif")))


def written(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = BytesIO()
    Image.new("RGB", (640, 480), "white").save(content, kind, exif=exif.tobytes())
    return content.getvalue()


def info(content: bytes) -> str:
    try:
        found = imagesize.get_info(BytesIO(content))
    except ValueError as error:
        return f"ValueError: {error}"
    return str((found.width, found.height))


same = True
for name, kind in (("HEIC", "HEIF"), ("AVIF", "AVIF")):
    for how, orientation, expected, shown in (("upright", 1, (640, 480), (640, 480)), ("rotated", 6, (-1, -1), (480, 640))):
        content = written(kind, orientation)
        has_irot = b"\0\0\0\x09irot" in content
        by_pillow = ImageOps.exif_transpose(Image.open(BytesIO(content))).size
        got, stored = imagesize.get(BytesIO(content)), imagesize.get(BytesIO(content), exif_rotation=False)
        print(f"{name} {how}: imagesize.get {got}, without rotation {stored}, get_info {info(content)}, Pillow {by_pillow}, irot of one byte: {has_irot}")
        same = same and tuple(got) == tuple(stored) == expected and by_pillow == shown and has_irot == (how == "rotated")
print("as described" if same else "CHANGED: imagesize no longer does what this script describes")
sys.exit(0 if same else 1)
PYTHON
