"""Watching a server at work: each request and each attempt to deliver a webhook is counted in plain numbers, and logged if wanted."""

import logging
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from inbox_mock.api.front import BEGUN
from inbox_mock.api.pipeline import JOURNALED, Journaled
from inbox_mock.api.rendering import Rendered
from inbox_mock.domain.addresses import host_in
from inbox_mock.domain.errors import HomeUnavailable, InternalError, Refusal, SandboxFull
from inbox_mock.webhooks.deliveries import DeliveryRequest, DeliveryResult
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the classes of durations."""


class Answers:
    """Answers of one operation: how many of each status, in each class of durations, one more for those beyond, and all seconds."""

    def __init__(self) -> None:
        self.statuses: Counter[int | None] = Counter()
        self.durations = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0


class Counts:
    """Answers by endpoint, never by path, of which there is any number; webhooks by status, None without an answer; faults; errors."""

    def __init__(self) -> None:
        self.answers: defaultdict[str | None, Answers] = defaultdict(Answers)
        self.deliveries: Counter[int | None] = Counter()
        self.faults: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self._lock = Lock()

    def add_answer(self, endpoint: str | None, status: int | None, seconds: float) -> None:
        """Count an answer; ``status`` is None if a fault keeps it back."""
        with self._lock:
            answers = self.answers[endpoint]
            answers.statuses[status] += 1
            answers.durations[bisect_left(SECONDS, seconds)] += 1
            answers.seconds += seconds

    def add_delivery(self, status: int | None) -> None:
        """Count an attempt to deliver a webhook."""
        with self._lock:
            self.deliveries[status] += 1

    def add_faults(self, kinds: list[str]) -> None:
        """Count faults that have taken effect."""
        with self._lock:
            self.faults.update(kinds)

    def add_error(self, kind: str) -> None:
        """Count a failure of the server's own."""
        with self._lock:
            self.errors[kind] += 1


def operation_of(endpoint: str | None) -> tuple[str, str]:
    """Return the part of the application, and the operation in it, that an endpoint names."""
    part, _, name = (endpoint or "").rpartition(".")
    return part or "server", name or "unknown"


def by_class(statuses: Counter[int | None]) -> Counter[str]:
    """Return how many statuses there are of each class, ``2xx``; ``none`` where there was no answer."""
    found: Counter[str] = Counter()
    for status, count in statuses.copy().items():
        found["none" if status is None else f"{status // 100}xx"] += count
    return found


LOG = logging.getLogger("inbox_mock.telemetry")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SANDBOX = re.compile(r"[0-9a-f]{12}|default")
NOWHERE: Journaled = ("", 0, {})
PROBES = frozenset({"/livez", "/readyz"})
ERRORS: dict[type[Refusal], str] = {InternalError: "bug", HomeUnavailable: "home", SandboxFull: "sandbox_full"}
"""What the server itself failed at, by the refusal that reports it."""


def tell(event: str, **facts: object) -> None:
    """Log an event of the server itself, if anything is logged."""
    LOG.info(event, extra={"facts": facts})


class Watch:
    """Counts what a server does, in ``traffic``, and logs it if ``logs`` says so.

    No line has anything that a client wrote: an address is logged as its route, and the journal entry that is named holds the rest.
    """

    def __init__(self, traffic: Counts, stopwatch: Callable[[], float], *, logs: bool) -> None:
        self.traffic, self.stopwatch, self.logs = traffic, stopwatch, logs

    def end_ahead(self, environ: "WSGIEnvironment", endpoint: str, rule: str, answered: Rendered) -> None:
        """Count a request that was answered ahead of Flask."""
        body, status, headers = answered
        self.end(environ, endpoint, rule, status, lambda: len(body), headers)

    def end(
        self,
        environ: "WSGIEnvironment",
        endpoint: str | None,
        rule: str | None,
        status: int,
        length: Callable[[], int | None],
        headers: Iterable[tuple[str, str]],
        named: str = "",
    ) -> None:
        """Count a request that is answered: of which endpoint and rule, if any, and with the ``length`` of its body.

        ``named`` is what the path has in the place of a sandbox's id.
        """
        sandbox_id, entry_id, entry = environ.get(JOURNALED, NOWHERE)
        seen: int | None = entry.get("status", status)  # None if a fault keeps the answer back
        seconds = self.stopwatch() - environ[BEGUN]
        self.traffic.add_answer(endpoint, seen, seconds)
        if not self.logs or (environ["PATH_INFO"] in PROBES and seen == 200):
            return
        part, operation = operation_of(endpoint)
        tell(
            "request",
            method=environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in METHODS else "other",
            part=part,
            operation=operation,
            route=rule,
            status=seen,
            seconds=round(seconds, 6),
            bytes=None if seen is None else length(),
            peer=environ.get("REMOTE_ADDR"),
            sandbox=sandbox_id or (named if SANDBOX.fullmatch(named) else None),
            application=entry.get("application_id"),
            entry=entry_id or None,
            request_id=dict(headers).get("X-Request-Id"),
        )

    def fail(self, refusal: Refusal) -> None:
        """Count, and log, a refusal that is no fault of the request's."""
        kind = ERRORS.get(type(refusal))
        if kind is not None:
            self.traffic.add_error(kind)
            if self.logs:
                LOG.error("error", extra={"facts": {"kind": kind, "text": str(refusal)}})

    def unready(self, why: HomeUnavailable) -> None:
        """Log why the server cannot serve."""
        if self.logs:
            tell("unready", text=str(why))


class WatchedSender(WebhookSender):
    """Counts, and logs, each attempt."""

    def __init__(self, watch: Watch, allowed: frozenset[str]) -> None:
        super().__init__(allowed)
        self._watch = watch

    def __call__(self, request: DeliveryRequest) -> DeliveryResult:
        """Make one attempt."""
        begun = self._watch.stopwatch()
        result = super().__call__(request)
        self._watch.traffic.add_delivery(result.status)
        if self._watch.logs:
            tell(
                "webhook",
                delivery=request.name,
                webhook_event=request.event,
                host=host_in(request.url),
                status=result.status,
                result=result.says,
                seconds=round(self._watch.stopwatch() - begun, 6),
            )
        return result
