"""Where everything meets: the Flask application, made of its parts and of what only the outside world can give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter, sleep, time
from uuid import uuid4

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from mock_server.admin import guard
from mock_server.admin import routes as admin
from mock_server.admin.founding import Founder
from mock_server.api import oauth, routes, uploads
from mock_server.api.answering import http_date
from mock_server.api.hosts import AddressedRequest
from mock_server.api.pipeline import Server, refuse
from mock_server.dashboard import pages as dashboard
from mock_server.docs import pages as docs
from mock_server.domain import errors
from mock_server.scenarios.loading import Scenario
from mock_server.scenarios.making import Progress, Wishes
from mock_server.services.sandboxes import Sandboxes
from mock_server.webhooks import HttpCourier

LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the server is told when it starts. ``wishes`` are for the default sandbox; ``seed`` names the sandboxes.

    ``progress`` is told how far the default sandbox is.
    """

    scenario: Scenario
    wishes: Wishes = field(default_factory=Wishes)
    seed: int = 0
    admin_token: str | None = None
    allowed_hosts: frozenset[str] = frozenset()
    webhook_hosts: frozenset[str] = frozenset()
    progress: Progress | None = None


def create_app(
    options: Options,
    *,
    wall: Callable[[], float] = time,
    stopwatch: Callable[[], float] = perf_counter,
    request_id: Callable[[], str] = lambda: str(uuid4()),
    wait: Callable[[float], None] = sleep,
) -> Flask:
    """Return the application, with the default sandbox alive in it.

    Raises:
        Mistake: the scenario asks for something that cannot be.

    """
    sandboxes = Sandboxes(wall, options.seed)
    courier = HttpCourier(options.webhook_hosts)
    founder = Founder(sandboxes, wall, courier.may_send_to)
    founder.found(options.scenario, options.wishes, default=True, progress=options.progress)
    server = Server(sandboxes, stopwatch, request_id, wait)

    app = Flask("mock_server", static_folder=None)
    app.request_class = AddressedRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(routes.blueprint(server))
    app.register_blueprint(routes.reference())
    app.register_blueprint(oauth.blueprint(server))
    app.register_blueprint(uploads.blueprint(sandboxes))
    app.extensions["courier"], app.extensions["sandboxes"], app.extensions["founder"] = courier, sandboxes, founder
    watchman = guard.Guard(options.admin_token, options.allowed_hosts)
    app.register_blueprint(admin.blueprint(founder, watchman, courier))
    app.register_blueprint(dashboard.blueprint(watchman))
    app.register_blueprint(docs.blueprint())
    _health(app)
    _answers_of_refusals(app, server)
    _dates(app, sandboxes)
    return app


def _health(app: Flask) -> None:
    @app.get("/livez")
    @app.get("/readyz")
    def healthy() -> Response:
        return Response('{"status":"ok"}\n', content_type="application/json")


def _dates(app: Flask, sandboxes: Sandboxes) -> None:
    """Let answers that tell no sandbox's time tell the default one's: under a clock that stands, bytes repeat."""

    @app.after_request
    def date(answer: Response) -> Response:
        if "Date" not in answer.headers:
            with sandboxes.get("default").work() as work:
                answer.headers["Date"] = http_date(work.now)
        return answer


def _answers_of_refusals(app: Flask, server: Server) -> None:
    """Answer in the format of the surface that was addressed, whatever went wrong."""

    def answer(refusal: errors.Refusal, why: str | None = None) -> Response:
        if request.path.startswith(guard.PREFIX):
            return guard.problem_of(refusal)
        return refuse(server, refusal, why)

    def answer_framework(error: HTTPException) -> Response:
        match error:
            case NotFound():
                return answer(errors.NotFound(), "no such address: /openapi.json lists them")
            case MethodNotAllowed():
                return answer(errors.MethodRefused(tuple(sorted(error.valid_methods or ()))))
            case RequestEntityTooLarge():
                return answer(errors.BodyTooLarge())
        return answer(errors.Unreadable(error.description or error.name))

    def answer_bug(error: Exception) -> Response:
        app.logger.error("a bug of the Inbox Mock", exc_info=error)
        return answer(errors.Broken())

    app.register_error_handler(errors.Refusal, answer)
    app.register_error_handler(HTTPException, answer_framework)
    app.register_error_handler(Exception, answer_bug)
