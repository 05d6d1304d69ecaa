"""The fake, composed of its parts and its environment."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING

from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api import addressing
from inbox_mock.api.front import Front
from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.pipeline import Backend, Pace
from inbox_mock.console.terminal import complain
from inbox_mock.domain import errors
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.addresses import plain_host
from inbox_mock.domain.errors import SandboxExists
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import Handlers
from inbox_mock.environment import new_request_id, wall_clock
from inbox_mock.options import Options
from inbox_mock.scenarios.build import SandboxFactory, build_recipe
from inbox_mock.store.homes import WHOLE, Home, Share
from inbox_mock.store.homes.memory import MemoryHome
from inbox_mock.telemetry.metrics import Metrics, gauges_of
from inbox_mock.telemetry.probes import Readiness, probes
from inbox_mock.telemetry.watching import Counts, Watch, WatchedSender
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

__all__ = ["Fake", "Options", "create_app", "open_home"]


@dataclass(frozen=True, slots=True)
class Fake:
    """The fake in this process: its sandboxes, their factory, the sender of webhooks, and its metrics.

    ``wsgi`` answers requests, those for operations of the API and for tokens without Flask.
    ``continues`` says whether the default sandbox was there before.
    """

    _front: Front
    wsgi: "WSGIApplication"
    sandboxes: Sandboxes
    factory: SandboxFactory
    sender: WebhookSender
    metrics: Metrics
    continues: bool

    @property
    def app(self) -> "Flask":
        """The Flask application, which is made when it is first asked for: importing Flask takes as long as the rest of a start."""
        return self._front.flask[0]


def open_home(options: Options, share: Share = WHOLE) -> Home:
    """Open the home of sandboxes that the options say, for a worker that has a share of it.

    Raises:
        HomeUnavailable: it cannot be used.
    """
    if options.data is not None:
        from inbox_mock.store.homes.directory import Directory

        return Directory(options.data, durable=options.durable, share=share)
    if options.store is not None:
        try:
            from inbox_mock.store.homes.postgresql import opening
        except ImportError:
            raise errors.HomeUnavailable("--store needs the extra postgres: pip install 'bookingsync-inbox-mock[postgres]'") from None
        return opening.open_home(options.store, lambda awaited: complain(f"waiting for {awaited}"))
    return MemoryHome()


def create_app(
    options: Options,
    *,
    home: Home | None = None,
    wall: Callable[[], float] = wall_clock,
    stopwatch: Callable[[], float] = perf_counter,
    request_id: Callable[[], str] = new_request_id,
    wait: Callable[[float], object] | None = None,
) -> Fake:
    """Return the application with its default sandbox, which is made unless the ``home`` has it; by default that of the options.

    ``wait`` delays an answer by seconds; by default until then, unless the server stops.

    Raises:
        ScenarioError: the scenario contains an error.
        HomeUnavailable: sandboxes cannot be kept there.
    """

    def handlers() -> Handlers:
        from inbox_mock.simulation import actions

        return actions.handlers()

    home = home or open_home(options)
    chance = token_hex if options.seed is None else None
    sandboxes = Sandboxes(home, wall, handlers, describe, build_recipe, options.seed or 0, chance, options.room)
    watch = Watch(Counts(), perf_counter, logs=options.log_format is not None)
    sandboxes.around.struck = watch.traffic.add_faults
    readiness = Readiness(home.check, sandboxes.around.stopping, can_wait=home.can_wait)
    metrics = Metrics(watch.traffic, gauges_of(sandboxes, readiness, wall))
    sender = WatchedSender(watch, frozenset(map(plain_host, options.webhook_hosts)))
    factory = SandboxFactory(sandboxes, wall, sender.may_send_to, options.default_ttl, options.cache)
    continues = home.find(DEFAULT_SANDBOX) is not None
    if not continues:
        with suppress(SandboxExists):  # another process was faster
            if options.bundle is None:
                factory.create(options.scenario, options.overrides, default=True, progress=options.progress)
            else:
                _open_bundle(sandboxes, options.bundle)
    sandboxes.now()  # from here on it is known without the home, which answers to /livez do not wait for
    backend = Backend(sandboxes, Pace(options.room.max_sandbox_rate, stopwatch), stopwatch, request_id, wait or sandboxes.around.pause)

    def make_flask() -> "tuple[Flask, WSGIApplication]":
        from inbox_mock.flask_app import flask_app

        app = flask_app(options, backend, factory, sender, metrics, readiness, watch)
        plain = app.wsgi_app
        app.wsgi_app = wsgi  # type: ignore[method-assign,assignment] # where Flask has middleware
        return app, plain

    front = Front(make_flask, backend, OperationIndex(OPERATIONS), probes(readiness, sandboxes.now), watch.end_ahead, perf_counter)
    wsgi = addressing.addressed(front, options.public_url, options.trusted_proxies)
    return Fake(front, wsgi, sandboxes, factory, sender, metrics, continues)


def _open_bundle(sandboxes: Sandboxes, content: bytes) -> None:
    from inbox_mock.bundles.bundle import open_bundle, read

    open_bundle(sandboxes, read(content), default=True)
