"""The fake, composed of its parts and its environment: wall clock, stopwatch, request ids."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock
from time import perf_counter, time
from typing import TYPE_CHECKING
from uuid import uuid4

from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api.pace import Pace
from inbox_mock.api.pipeline import Server
from inbox_mock.console.terminal import complain
from inbox_mock.domain import errors
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.addresses import plain_host
from inbox_mock.domain.errors import SandboxExists
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import Handlers
from inbox_mock.options import Options
from inbox_mock.scenarios.build import SandboxFactory, build_recipe
from inbox_mock.store.homes import WHOLE, Home, Share
from inbox_mock.store.homes.memory import MemoryHome
from inbox_mock.telemetry.gauges import gauges_of
from inbox_mock.telemetry.metrics import Metrics
from inbox_mock.telemetry.readiness import Readiness
from inbox_mock.telemetry.traffic import Traffic
from inbox_mock.telemetry.watching import Watch, WatchedSender
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

__all__ = ["Fake", "Options", "create_app", "open_home"]


@dataclass(frozen=True, slots=True)
class Fake:
    """The fake in this process: its sandboxes, their factory, the sender of webhooks, and the figures of all that.

    ``continues`` says whether the default sandbox was there before.
    """

    _app: "Callable[[], Flask]"
    sandboxes: Sandboxes
    factory: SandboxFactory
    sender: WebhookSender
    metrics: Metrics
    continues: bool

    @property
    def app(self) -> "Flask":
        """The Flask application, which is made when it is first asked for: importing Flask takes as long as the rest of a start."""
        return self._app()

    def wsgi(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        return self.app(environ, start_response)


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
    wall: Callable[[], float] = time,
    stopwatch: Callable[[], float] = perf_counter,
    request_id: Callable[[], str] = lambda: str(uuid4()),
    wait: Callable[[float], object] | None = None,
) -> Fake:
    """Return the application with its default sandbox, which is made unless the ``home`` has it; by default that of the options.

    ``wait`` delays an answer; by default so many seconds, unless the server stops.

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
    watch = Watch(Traffic(), perf_counter, logs=options.log_format is not None)
    sandboxes.struck = watch.traffic.add_faults
    readiness = Readiness(home.check)
    metrics = Metrics(watch.traffic, gauges_of(sandboxes, readiness, wall))
    sender = WatchedSender(watch, frozenset(map(plain_host, options.webhook_hosts)))
    factory = SandboxFactory(sandboxes, wall, sender.may_send_to, options.default_ttl, options.kept)
    continues = home.find(DEFAULT_SANDBOX) is not None
    if not continues:
        with suppress(SandboxExists):  # another process was faster
            factory.create(options.scenario, options.overrides, default=True, progress=options.progress)
    sandboxes.now()  # from here on it is known without the home, which answers to /livez do not wait for
    server = Server(sandboxes, Pace(options.room.max_sandbox_rate, stopwatch), stopwatch, request_id, wait or sandboxes.stopping.wait)

    def flask_app() -> "Flask":
        from inbox_mock.flask_app import flask_app

        return flask_app(options, server, factory, sender, metrics, readiness, watch)

    return Fake(_once(flask_app), sandboxes, factory, sender, metrics, continues)


def _once(make: "Callable[[], Flask]") -> "Callable[[], Flask]":
    """Return a function that returns what ``make`` does, and calls it once, whichever thread is the first to ask."""
    lock, made = Lock(), list["Flask"]()

    def found() -> "Flask":
        with lock:
            if not made:
                made.append(make())
        return made[0]

    return found
