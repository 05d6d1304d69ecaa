"""What has changed a database, statement by statement: made again on an image from before, it leads to every moment since.

SQLite does not say which pages it has changed, and comparing all of them with each change would take as long as the database is
large. A statement has the same effect each time, since none draws, or asks for a time.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pickle import HIGHEST_PROTOCOL, dumps, loads
from typing import Protocol

Parameters = Sequence[object] | Mapping[str, object]
READING = ("SELECT", "WITH", "PRAGMA")
CONTROLLING = {*READING, "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}
STATEMENT_BYTES = 120
"""About how many bytes a statement takes besides its parameters."""


class Executor(Protocol):
    """A database, as far as changing it goes."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> object:
        """Execute a statement."""

    def executemany(self, sql: str, parameters: Sequence[Parameters], /) -> object:
        """Execute a statement with each of the parameters."""


Change = tuple[str, bytes, bool]
"""A statement, its parameters, pickled, and whether that is a list of those that it is executed with."""


class Changes:
    """The changes of one database in their order, those that were rolled back left out; it begins within a transaction.

    ``size`` is how many bytes they take, ``rows`` how many times a statement is executed to make them again.
    """

    def __init__(self) -> None:
        self.size = self.rows = 0
        self._made: list[Change] = []
        self._begun = [0]  # where the transaction begins, and each savepoint in it

    @property
    def position(self) -> int:
        """Where the next change will be."""
        return len(self._made)

    @property
    def is_tentative(self) -> bool:
        """Whether what is changed now may be rolled back without the transaction."""
        return len(self._begun) > 1

    def note(self, sql: str, parameters: Parameters | list[Parameters], times: int = 0) -> None:
        """Note that a statement was executed with parameters; with each in a list of so many (``times``), if there are some."""
        word = _first_word(sql)
        if word not in CONTROLLING:
            kept = dumps(parameters, HIGHEST_PROTOCOL)
            self._made.append((sql, kept, times > 0))
            self.size += STATEMENT_BYTES + len(kept)
            self.rows += times or 1
        elif word == "BEGIN":
            if self._begun:  # SQLite has rolled back by itself
                self._cut(self._begun[0])
            self._begun = [len(self._made)]
        elif word == "COMMIT":
            self._begun = []
        elif word == "SAVEPOINT":
            self._begun.append(len(self._made))
        elif word == "RELEASE":
            self._begun.pop()
        elif word == "ROLLBACK":
            self._cut(self._begun[-1])

    def make_again(self, db: Executor, position: int) -> None:
        """Make the changes before a position in another database."""
        for sql, kept, many in self._made[:position]:
            if many:
                db.executemany(sql, loads(kept))  # noqa: S301 - this process has written it
            else:
                db.execute(sql, loads(kept))  # noqa: S301

    def end(self, position: int) -> None:
        """Forget the changes from a position on."""
        self._cut(position)

    def _cut(self, position: int) -> None:
        for _, kept, _ in self._made[position:]:
            self.size -= STATEMENT_BYTES + len(kept)
        del self._made[position:]


@lru_cache(maxsize=1024)
def _first_word(sql: str) -> str:
    return sql.split(None, 1)[0].upper()
