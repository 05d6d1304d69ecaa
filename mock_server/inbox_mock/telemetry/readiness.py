"""Whether a server can serve: whether it goes on, and the home of its sandboxes can be read and written."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock, Thread

from inbox_mock.domain.errors import HomeUnavailable

PATIENCE_SECONDS = 1.0
STOPPING = "the server is stopping"


class Readiness:
    """Asks a home, by its ``check``, and waits a second for it; while that goes on, nobody waits for it again.

    Once ``stopping`` is set nobody is to come any more.
    """

    def __init__(self, check: Callable[[], None], stopping: Event) -> None:
        self._check, self._stopping = check, stopping
        self._asked: Future[HomeUnavailable | None] | None = None
        self._lock = Lock()

    def why_not(self) -> HomeUnavailable | None:
        """Return why it cannot serve, or None if it can."""
        if self._stopping.is_set():
            return HomeUnavailable(STOPPING, STOPPING)
        with self._lock:
            asked, patience = self._asked, 0.0
            if asked is None or asked.done():
                asked, patience = Future(), PATIENCE_SECONDS
                self._asked = asked
                Thread(target=self._ask, args=[asked], name="home", daemon=True).start()
        try:
            return asked.result(patience)
        except TimeoutError:
            late = f"the place where sandboxes are kept does not answer within {PATIENCE_SECONDS:g} second"
            return HomeUnavailable(late, late)

    def _ask(self, asked: "Future[HomeUnavailable | None]") -> None:
        try:
            self._check()
        except HomeUnavailable as error:
            asked.set_result(error)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody asks
            asked.set_exception(error)
        else:
            asked.set_result(None)
