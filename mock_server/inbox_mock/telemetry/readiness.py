"""Whether a server can serve: whether the home of its sandboxes can be read and written."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread

from inbox_mock.domain.errors import HomeUnavailable

PATIENCE_SECONDS = 1.0


class Readiness:
    """Asks a home, by its ``check``, and waits a second for it; while that goes on, nobody waits for it again."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._asked: Future[str | None] | None = None
        self._lock = Lock()

    def why_not(self) -> str | None:
        """Return why the home cannot serve, or None if it can."""
        with self._lock:
            asked, patience = self._asked, 0.0
            if asked is None or asked.done():
                asked, patience = Future(), PATIENCE_SECONDS
                self._asked = asked
                Thread(target=self._ask, args=[asked], name="home", daemon=True).start()
        try:
            return asked.result(patience)
        except TimeoutError:
            return f"the place where sandboxes are kept does not answer within {PATIENCE_SECONDS:g} second"

    def _ask(self, asked: "Future[str | None]") -> None:
        try:
            self._check()
        except HomeUnavailable as error:
            asked.set_result(error.problems[0].title)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody asks
            asked.set_exception(error)
        else:
            asked.set_result(None)
