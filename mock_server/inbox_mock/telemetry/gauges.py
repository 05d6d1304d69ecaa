"""Figures that rise and fall: what a home keeps, and what goes on in this process."""

from collections.abc import Callable, Iterator

from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.telemetry.metrics import Gauge, Gauges
from inbox_mock.telemetry.readiness import Readiness


def gauges_of(sandboxes: Sandboxes, readiness: Readiness, wall: Callable[[], float]) -> Gauges:
    """Return the figures of sandboxes and their home, which is asked for no more if it is not ready."""

    def gauges() -> Iterator[Gauge]:
        why = readiness.why_not()
        yield "inbox_mock_ready", "Whether sandboxes can be read and written, 1 or 0, as /readyz says.", float(why is None)
        yield "inbox_mock_sandboxes_awake", "Sandboxes that this process holds open.", sandboxes.awake
        yield "inbox_mock_long_polls_waiting", "Calls of the admin API that wait for news.", sandboxes.waiting
        if why is None:
            number, size, snapshots = sandboxes.home.totals()
            soonest = sandboxes.home.soonest(0)
            late = 0.0 if soonest is None else max(0.0, wall() - soonest)
            yield "inbox_mock_sandboxes", "Sandboxes in the home.", number
            yield "inbox_mock_sandboxes_bytes", "Bytes of the databases of all sandboxes in the home.", size
            yield "inbox_mock_snapshots_bytes", "Bytes of all snapshots in the home.", snapshots
            yield "inbox_mock_timeline_lag_seconds", "How long the earliest event of a running clock has been due.", late

    return gauges
