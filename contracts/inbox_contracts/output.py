"""What a driver, or another command, wrote to its stderr: its beginning and its end, however much it is."""

from inbox_mock.domain import limits

FIRST_BYTES = 1024


class Said:
    """The first and the last bytes of a stream; what is between them is counted only."""

    def __init__(self) -> None:
        self._first = self._last = b""
        self._left_out = 0

    def keep(self, written: bytes) -> None:
        """Take more of the stream."""
        room = FIRST_BYTES - len(self._first)
        self._first += written[:room]
        later = self._last + written[room:]
        self._last = later[FIRST_BYTES - limits.DRIVER_STDERR :]
        self._left_out += len(later) - len(self._last)

    def __str__(self) -> str:
        """Return the text, with what was left out in numbers."""
        between = f"\n... {self._left_out:,} bytes left out ...\n".encode() if self._left_out else b""
        return (self._first + between + self._last).decode(errors="replace").strip()
