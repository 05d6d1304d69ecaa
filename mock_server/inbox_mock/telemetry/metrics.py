"""Figures in the format of Prometheus. The library is imported at the first scrape: a start does not pay for it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from inbox_mock import __version__
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.telemetry.probes import Readiness
from inbox_mock.telemetry.watching import SECONDS, Counts, by_class, operation_of

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import CounterMetricFamily, Metric

Gauge = tuple[str, str, float]
"""A figure that rises and falls: its name, what it says, and its value."""
Gauges = Callable[[], Iterable[Gauge]]


class Metrics:
    """The figures of one server: what its traffic counts, and what others, in ``gauges``, tell when they are asked.

    Those that raise HomeUnavailable are left out.
    """

    def __init__(self, traffic: Counts, *gauges: Gauges) -> None:
        self.gauges = list(gauges)
        self._traffic = traffic
        self._registry: CollectorRegistry | None = None

    def exposition(self) -> tuple[bytes, str]:
        """Return all figures as text, and its content type."""
        from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
        from prometheus_client.exposition import choose_encoder

        if self._registry is None:
            registry = CollectorRegistry()
            ProcessCollector(registry=registry)
            PlatformCollector(registry=registry)
            registry.register(self)
            self._registry = registry
        encode, kind = choose_encoder("")
        return encode(self._registry), kind

    def collect(self) -> "Iterator[Metric]":
        """Yield each figure; the library asks for them."""
        from prometheus_client.metrics_core import GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("inbox_mock_build", "The version that runs.", {"version": __version__})
        labels = ("part", "operation")
        requests = _counter("inbox_mock_http_requests", "Requests answered, by operation and class of status.", (*labels, "status"))
        durations = HistogramMetricFamily("inbox_mock_http_request_duration_seconds", "How long answers took to make.", labels=labels)
        for endpoint, answers in self._traffic.answers.copy().items():
            operation = operation_of(endpoint)
            for status, count in by_class(answers.statuses).items():
                requests.add_metric((*operation, status), count)
            bounds = zip((*map(str, SECONDS), "+Inf"), accumulate(answers.durations), strict=True)
            durations.add_metric(operation, list(bounds), answers.seconds)
        yield from (requests, durations)
        deliveries = by_class(self._traffic.deliveries)
        yield _counted("inbox_mock_webhook_deliveries", "Attempts to deliver a webhook, by class of status.", "status", deliveries)
        yield _counted("inbox_mock_faults_struck", "Faults that have taken effect, by kind.", "kind", self._traffic.faults)
        yield _counted("inbox_mock_errors", "Failures of the server's own: never a fault that was ordered.", "kind", self._traffic.errors)
        for gauges in self.gauges:
            try:
                for name, says, value in gauges():
                    yield GaugeMetricFamily(name, says, value)
            except HomeUnavailable:
                continue


def _counter(name: str, says: str, labels: tuple[str, ...]) -> "CounterMetricFamily":
    from prometheus_client.metrics_core import CounterMetricFamily

    return CounterMetricFamily(name, says, labels=labels)


def _counted(name: str, says: str, label: str, counted: Counter[str]) -> "CounterMetricFamily":
    family = _counter(name, says, (label,))
    for value, count in counted.copy().items():
        family.add_metric([value], count)
    return family


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
