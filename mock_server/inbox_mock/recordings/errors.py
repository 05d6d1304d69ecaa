"""What is wrong with a recording: its place, what was found and what was expected."""

from inbox_mock.domain.spelling import instead


class RecordingError(Exception):
    """A recording cannot be read. ``place`` is the file, with the entry or the line where one is known."""

    def __init__(self, place: object, found: str, expected: str) -> None:
        self.place, self.found, self.expected = str(place), found, expected
        super().__init__(f"{place}: {instead(found, expected)}")


class NotARecordingError(RecordingError):
    """A file holds something else than a recording; within a folder or an archive it is passed over."""


class Malformed(Exception):  # noqa: N818 - it is a RecordingError as soon as its place is known
    """A part of an entry is not what its format says."""

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(instead(found, expected))


class MalformedDocument(Malformed):
    """A document cannot be read, whatever its entries are; ``line`` is 0 if it is not known."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        self.line = line
        super().__init__(found, expected)
