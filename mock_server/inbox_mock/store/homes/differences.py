"""An image as it differs from another one: most sandboxes differ from what they began with in few pages."""

from collections.abc import Sequence
from typing import NamedTuple

from inbox_mock.store.database import PAGE_BYTES


class Differences(NamedTuple):
    """The ``pages`` of an image, by where they begin, that are not those of a ``base``, and the image's ``size`` in bytes."""

    base: bytes
    size: int
    pages: dict[int, bytes]

    def image(self) -> bytes:
        """Return the image."""
        image = bytearray(self.base[: self.size].ljust(self.size, b"\0"))
        for begins, page in self.pages.items():
            image[begins : begins + PAGE_BYTES] = page
        return bytes(image)


def differences(image: bytes, base: bytes | None) -> Differences:
    """Return what of an image is not in a base. Without a base, or if that is the image, the image is the base."""
    if base is None or image == base:
        return Differences(image, len(image), {})
    pages = {
        begins: page
        for begins in range(0, len(image), PAGE_BYTES)
        if (page := image[begins : begins + PAGE_BYTES]) != base[begins : begins + PAGE_BYTES]
    }
    return Differences(base, len(image), pages)


def shared_pages(image: bytes, known: Sequence[bytes]) -> list[bytes]:
    """Return the pages of an image; where one is the same as the ``known`` one in its place, that one."""
    places = range(0, len(image), PAGE_BYTES)
    same = [image.startswith(page, at) for page, at in zip(known, places, strict=False)]
    same += [False] * (len(places) - len(same))
    return [known[number] if same[number] else image[at : at + PAGE_BYTES] for number, at in enumerate(places)]
