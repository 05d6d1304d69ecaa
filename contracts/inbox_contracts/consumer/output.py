"""What a driver wrote to its stderr: its beginning and its end, however much it is."""

from contextlib import suppress
from io import BufferedIOBase

from inbox_mock.domain import limits

BYTES_AT_ONCE = 64 * 1024
FIRST_BYTES = 1024


class Said:
    """The first and the last bytes of a stream; what is between them is counted only."""

    def __init__(self) -> None:
        self._first = self._last = b""
        self._left_out = 0

    def read(self, stream: BufferedIOBase) -> None:
        """Read a stream to its end, or until it is closed."""
        with suppress(OSError, ValueError):
            while written := stream.read1(BYTES_AT_ONCE):
                self._keep(written)

    def _keep(self, written: bytes) -> None:
        room = FIRST_BYTES - len(self._first)
        self._first += written[:room]
        later = self._last + written[room:]
        self._last = later[FIRST_BYTES - limits.DRIVER_STDERR :]
        self._left_out += len(later) - len(self._last)

    def __str__(self) -> str:
        """Return the text, with what was left out in numbers."""
        between = f"\n... {self._left_out:,} bytes left out ...\n".encode() if self._left_out else b""
        return (self._first + between + self._last).decode(errors="replace").strip()
