"""The Flask application, composed of its parts and its environment: wall clock, stopwatch, request ids."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from time import perf_counter, time
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge

from inbox_mock.admin import access_control
from inbox_mock.admin import routes as admin
from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api import cross_origin, oauth, proxies, rendering, routes
from inbox_mock.api.addressing import AddressedRequest
from inbox_mock.api.pace import Pace
from inbox_mock.api.pipeline import REFUSED, Server, refuse
from inbox_mock.console.terminal import complain
from inbox_mock.dashboard import pages as dashboard
from inbox_mock.docs import pages as docs
from inbox_mock.domain import errors, limits
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.addresses import Network, host_in, is_this_machine, plain_host
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.domain.errors import SandboxExists
from inbox_mock.domain.reasons import Reason
from inbox_mock.domain.room import Room
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.scenarios.build import Overrides, SandboxFactory, build_recipe
from inbox_mock.scenarios.builder import Progress
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.simulation.actions import handlers
from inbox_mock.store.homes import WHOLE, Home, Share
from inbox_mock.store.homes.memory import MemoryHome
from inbox_mock.telemetry.gauges import gauges_of
from inbox_mock.telemetry.metrics import Metrics
from inbox_mock.telemetry.pages import METRICS, metrics_of
from inbox_mock.telemetry.readiness import Readiness
from inbox_mock.telemetry.traffic import Traffic
from inbox_mock.telemetry.watching import BEGUN, Watch, WatchedSender
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SLASHES = re.compile("/{2,}")
FORMAT = re.compile(r"(/api/v3/.*[^/])\.json(/?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a server's start.

    ``overrides`` apply to the default sandbox; sandboxes' ids and credentials depend on ``seed``, and are random without one;
    ``progress`` is called while the default sandbox is built. Sandboxes are kept in the directory ``data`` or in the PostgreSQL database
    ``store``, by its URL, or in memory without either; with ``durable``, what was answered survives a power cut.
    ``default_ttl`` is for how many seconds those other than the default one are kept unused, if they do not say; None: for good.
    ``public_url`` is the root with which addresses begin, whoever asks, as `proxies.public_root` returns it; ``trusted_proxies`` is
    the number of proxies whose headers are believed. ``log_format`` is how it logs, json or text; None: not at all.
    """

    scenario: Scenario
    overrides: Overrides = field(default_factory=Overrides)
    seed: int | None = None
    admin_tokens: tuple[AdminToken, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()
    admin_networks: frozenset[Network] = frozenset()
    webhook_hosts: frozenset[str] = frozenset()
    allowed_origins: frozenset[str] = frozenset()
    progress: Progress | None = None
    data: Path | None = None
    durable: bool = False
    store: str | None = field(default=None, repr=False)  # it may hold a password
    room: Room = Room()  # noqa: RUF009 - it is frozen
    default_ttl: float | None = None
    public_url: str | None = None
    log_format: str | None = None
    trusted_proxies: int = 0

    @property
    def place(self) -> str:
        """Where sandboxes are kept, in words; nothing if that is in memory."""
        if self.store is not None:
            from inbox_mock.store.homes.postgresql import opening

            return opening.place(self.store)
        return "" if self.data is None else str(self.data.absolute())

    @property
    def is_published_blindly(self) -> bool:
        """Whether other machines are expected through a proxy that may leave no trace in what it passes on."""
        return self.public_url is not None and not self.trusted_proxies and not is_this_machine(host_in(self.public_url))


@dataclass(frozen=True, slots=True)
class Fake:
    """The fake in this process: the application, its sandboxes, their factory, the sender of webhooks, and the figures of all that.

    ``continues`` says whether the default sandbox was there before.
    """

    app: Flask
    sandboxes: Sandboxes
    factory: SandboxFactory
    sender: WebhookSender
    metrics: Metrics
    continues: bool


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
    home = home or open_home(options)
    chance = token_hex if options.seed is None else None
    sandboxes = Sandboxes(home, wall, handlers, describe, build_recipe, options.seed or 0, chance, options.room)
    watch = Watch(Traffic(), perf_counter, logs=options.log_format is not None)
    sandboxes.struck = watch.traffic.add_faults
    readiness = Readiness(home.check)
    metrics = Metrics(watch.traffic, gauges_of(sandboxes, readiness, wall))
    sender = WatchedSender(watch, frozenset(map(plain_host, options.webhook_hosts)))
    factory = SandboxFactory(sandboxes, wall, sender.may_send_to, options.default_ttl)
    continues = home.find(DEFAULT_SANDBOX) is not None
    if not continues:
        with suppress(SandboxExists):  # another process was faster
            factory.create(options.scenario, options.overrides, default=True, progress=options.progress)
    sandboxes.now()  # from here on it is known without the home, which answers to /livez do not wait for
    server = Server(sandboxes, Pace(options.room.max_sandbox_rate, stopwatch), stopwatch, request_id, wait or sandboxes.stopping.wait)

    app = Flask("inbox_mock", static_folder=None)
    app.request_class = AddressedRequest
    app.config["MAX_FORM_PARTS"] = int(limits.PARAMETERS)
    app.after_request(watch.end)  # the first to be registered, and the last to be called
    app.register_blueprint(routes.blueprint(server))
    app.register_blueprint(routes.reference())
    app.register_blueprint(oauth.blueprint(server))
    app.register_blueprint(routes.uploads(sandboxes))
    control = access_control.AccessControl(
        options.admin_tokens,
        frozenset(map(plain_host, options.allowed_hosts)),
        options.admin_networks,
        published=options.is_published_blindly,
    )
    app.register_blueprint(admin.blueprint(factory, control, sender))
    app.register_blueprint(dashboard.blueprint(control))
    app.register_blueprint(docs.blueprint())
    app.register_blueprint(metrics_of(metrics, home, control))
    _health(app, readiness)
    _answers_of_refusals(app, server, watch)
    app.before_request(_before_all)
    allow_pages = cross_origin.policy(options.allowed_origins)
    app.after_request(lambda answer: allow_pages(request, answer) if "Origin" in request.headers else answer)
    app.after_request(rendering.dated_by(sandboxes))
    app.after_request(rendering.worded)
    _normalise_paths(app)
    app.wsgi_app = proxies.addressed(app.wsgi_app, options.public_url, options.trusted_proxies)  # type: ignore[assignment,method-assign]
    return Fake(app, sandboxes, factory, sender, metrics, continues)


def _normalise_paths(app: Flask) -> None:
    """Make ``/api/v3//bookings`` and ``/api/v3/bookings.json`` mean ``/api/v3/bookings``, for all that looks at paths.

    The framework would redirect the one, which clients treat as a failure. The suffix is recorded in an old official example;
    Rails routes it like the path without it. That it answers the same is assumed.
    """
    answer = app.wsgi_app

    def normalised(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = SLASHES.sub("/", environ["PATH_INFO"])
        environ[BEGUN] = perf_counter()  # before anything is done for the request
        environ["PATH_INFO"] = "".join(named.groups()) if (named := FORMAT.fullmatch(path)) else path
        return answer(environ, start_response)

    app.wsgi_app = normalised  # type: ignore[method-assign]


def _before_all() -> Response | None:
    """Refuse what the server could not read, or a query that is too long; limit the body; answer a preflight."""
    request.max_content_length = limits.of_body(request.path)
    refusal = request.environ.get(REFUSED)
    if refusal is not None:
        raise refusal
    if request.environ.get("QUERY_STRING", "").count("&") >= limits.PARAMETERS:
        raise errors.BadRequest(f"the query has more than {limits.PARAMETERS}")
    return cross_origin.preflight(request) if request.method == "OPTIONS" else None


def _health(app: Flask, readiness: Readiness) -> None:
    @app.get("/livez")
    def livez() -> Response:
        return Response('{"status":"ok"}\n', content_type="application/json")

    @app.get("/readyz")
    def readyz() -> Response:
        why = readiness.why_not()
        if why is None:
            return livez()
        return Response(orjson.dumps({"status": "unavailable", "why": why}), 503, content_type="application/json")


def _answers_of_refusals(app: Flask, server: Server, watch: Watch) -> None:
    """Register error handlers, which answer in the format of the API that was addressed."""

    def answer(refusal: errors.Refusal, reason: Reason | None = None) -> Response:
        watch.fail(refusal)
        answered = _in_format(server, refusal, reason)
        if refusal.status == 503:
            answered.headers["Retry-After"] = "1"
        return answered

    def answer_framework(error: HTTPException) -> Response:
        match error:
            case NotFound():
                return answer(errors.NotFound(), Reason("no_such_address"))
            case MethodNotAllowed():
                return answer(errors.MethodNotAllowed(tuple(sorted(error.valid_methods or ()))))
            case InternalServerError():  # a bug of an error handler itself, of which the framework has told
                return answer(errors.InternalError())
            case RequestEntityTooLarge():
                told = {"most": str(limits.of_body(request.path)), "parameters": str(limits.PARAMETERS)}
                return answer(errors.PayloadTooLarge(), Reason("body_too_large", told))
        return answer(errors.BadRequest(error.description or error.name))

    def answer_bug(error: Exception) -> Response:
        app.logger.error("a bug of the Inbox Mock", exc_info=error)
        return answer(errors.InternalError())

    app.register_error_handler(errors.Refusal, answer)
    app.register_error_handler(HTTPException, answer_framework)
    app.register_error_handler(Exception, answer_bug)


def _in_format(server: Server, refusal: errors.Refusal, reason: Reason | None) -> Response:
    if request.path.startswith((access_control.PREFIX, METRICS)):
        return access_control.problem_of(refusal)
    if isinstance(refusal, errors.NotRead):
        return refuse(server, refusal, render=oauth.refused if request.path.startswith("/oauth/") else rendering.refused)
    return refuse(server, refusal, reason)
