"""What happens between two requests of a client: the steps that a world plans for that moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from inbox_contracts.consumer.driver import JSON

Tell = Callable[[JSON, str | None], None]


@dataclass(slots=True)
class Planned:
    """Steps that are taken just before one of the client's requests is answered: the ``left``-th of its kind from now on.

    ``page`` is that of a list, as a query has it, or None for any. With ``after_failure``, one of the kind must have failed before.
    ``tell`` is called with each step that is taken, and why it has no effect, if it has none.
    """

    method: str
    path: str
    page: str | None
    after_failure: bool
    left: int
    steps: tuple[JSON, ...]
    tell: Tell


class Plans:
    """The planned steps of one world. ``perform`` takes a step, and returns why it has no effect, if it has none."""

    def __init__(self, perform: Callable[[JSON], str | None]) -> None:
        self._perform = perform
        self._planned: list[Planned] = []
        self._failed: set[tuple[str, str]] = set()
        self._lock = Lock()

    def __bool__(self) -> bool:
        """Return whether any step is planned."""
        return bool(self._planned)

    def add(self, given: Mapping[str, Any], tell: Tell) -> None:
        """Plan the steps of a ``meanwhile``."""
        self._failed.clear()
        self._planned.append(
            Planned(
                method=given.get("method", "GET"),
                path=given["path"],
                page=str(given["page"]) if "page" in given else None,
                after_failure=given.get("after_failure", False),
                left=given.get("nth", 1),
                steps=tuple(given["steps"]),
                tell=tell,
            )
        )

    def clear(self) -> None:
        """Take none of the steps any more that are still planned."""
        with self._lock:
            self._planned.clear()

    def failed(self, method: str, path: str) -> None:
        """Note that a request of the client was refused."""
        self._failed.add((method, path))

    def asked(self, method: str, path: str, page: str) -> None:
        """Take the steps that are planned for this request of the client, to a path below that of the API."""
        kind = method, path
        with self._lock:
            for planned in list(self._planned):
                if (planned.method, planned.path) != kind or planned.page not in {None, page}:
                    continue
                if planned.after_failure and kind not in self._failed:
                    continue
                planned.left -= 1
                if not planned.left:
                    self._planned.remove(planned)
                    for step in planned.steps:
                        planned.tell(step, self._perform(step))
