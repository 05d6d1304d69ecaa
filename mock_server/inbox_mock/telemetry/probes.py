"""Whether a server lives, and whether it can serve: ``/livez`` and ``/readyz``.

Who starts a server asks this before anything else, and who runs it asks again and again: plain requests are answered ahead of Flask
if all is well, which is imported for nothing else then.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock, Thread

from inbox_mock.api.front import FrontCall, Match, Probe
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.api.rendering import Rendered, times_of
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.telemetry.watching import PROBES

PATIENCE_SECONDS = 1.0
STOPPING = "the server is stopping"


class Readiness:
    """Asks a home, by its ``check``, and waits a second for it if it ``can_wait``; while that goes on, nobody waits for it again.

    Once ``stopping`` is set nobody is to come any more.
    """

    def __init__(self, check: Callable[[], None], stopping: Event, *, can_wait: bool = True) -> None:
        self._check, self._stopping, self._can_wait = check, stopping, can_wait
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
                if self._can_wait:
                    Thread(target=self._ask, args=[asked], name="home", daemon=True).start()
                else:
                    self._ask(asked)
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


JSON = "application/json"
WELL = b'{"status":"ok"}\n'
UNREADY = "inbox_mock.unready"
"""The key of a request's environ under which Flask finds why the server cannot serve: it knows who may be told."""


def why_not(path: str, readiness: Readiness) -> HomeUnavailable | None:
    """Return why the answer to a probe is not 200, or None."""
    return None if path == "/livez" else readiness.why_not()


def probes(readiness: Readiness, now: Callable[[], str]) -> dict[str, Probe]:
    """Return what finds the answer to a plain probe if all is well, by its path; ``now`` returns the time that dates it."""

    def probe(call: FrontCall) -> Match | None:
        if call.method != "GET" or call.environ.get("QUERY_STRING") or REFUSED in call.environ:
            return None

        def answer() -> Rendered | None:
            if (why := why_not(call.path, readiness)) is not None:
                call.environ[UNREADY] = why
                return None
            return WELL, 200, [("Content-Type", JSON), ("Content-Length", str(len(WELL))), ("Date", times_of(now())[1])]

        return call.path.strip("/"), call.path, answer

    return dict.fromkeys(PROBES, probe)
