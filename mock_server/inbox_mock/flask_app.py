"""The Flask application, composed of its blueprints, and of what is done before and after all that they answer."""

from collections.abc import Callable

import orjson
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Rule

from inbox_mock.admin import routes as admin
from inbox_mock.admin.access_control import PREFIX, AccessControl, problem_of
from inbox_mock.api import cross_origin, oauth, oauth_tokens, rendering, routes
from inbox_mock.api.execution import refuse
from inbox_mock.api.framework import AddressedRequest, dated_by, response, worded
from inbox_mock.api.front import FAILED
from inbox_mock.api.operations import meant_by
from inbox_mock.api.pipeline import REFUSED, Backend
from inbox_mock.dashboard import pages as dashboard
from inbox_mock.docs import pages as docs
from inbox_mock.domain import errors, limits
from inbox_mock.domain.addresses import plain_host
from inbox_mock.domain.admin_tokens import READ
from inbox_mock.domain.errors import Elsewhere, Invalid, invalid
from inbox_mock.domain.reasons import Reason
from inbox_mock.domain.values import whole_number
from inbox_mock.options import Options
from inbox_mock.scenarios.build import SandboxFactory
from inbox_mock.store.homes import Home
from inbox_mock.telemetry.metrics import Metrics
from inbox_mock.telemetry.probes import JSON, UNREADY, WELL, Readiness, why_not
from inbox_mock.telemetry.watching import PROBES, Watch
from inbox_mock.webhooks.sender import WebhookSender

METRICS = "/metrics"


def metrics_of(metrics: Metrics, home: Home, control: AccessControl) -> Blueprint:
    """Return the blueprint of /metrics."""
    made = Blueprint("telemetry", __name__)

    @made.get(METRICS, provide_automatic_options=False)
    def exposition() -> Response:
        control.check(request, READ)
        _check_worker(home, request.args.get("worker", ""))
        text, kind = metrics.exposition()
        return Response(text, content_type=kind)

    return made


def _check_worker(home: Home, wanted: str) -> None:
    """Raise Elsewhere if another worker's figures are wanted, by its number: it serves the sandbox whose id is that number."""
    if not wanted:
        return
    number = whole_number(wanted, 4)
    if home.is_shared:
        raise Invalid(invalid("worker", "no number: any process serves any sandbox, and is asked by its own address"))
    if number is None or number >= home.share.of:
        raise Invalid(invalid("worker", f"the number of a worker, from 0 to {home.share.of - 1}"))
    if not home.owns(sandbox_id := f"{number:012x}"):
        raise Elsewhere(sandbox_id)


class MatchedRule(Rule):
    """A rule that paths are matched with. Werkzeug compiles two functions for each that build URLs, which nobody asks for here."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's
        """Return a function that compiles the builder when it is called."""
        return lambda rule, **values: Rule._compile_builder(rule, append_unknown)(rule, **values)  # noqa: SLF001 - the same


def flask_app(
    options: Options,
    backend: Backend,
    factory: SandboxFactory,
    sender: WebhookSender,
    metrics: Metrics,
    readiness: Readiness,
    watch: Watch,
) -> Flask:
    """Return the application, composed of a server's options and parts."""
    sandboxes = backend.sandboxes
    app = Flask("inbox_mock", static_folder=None)
    app.url_rule_class = MatchedRule
    app.request_class = AddressedRequest
    app.config["MAX_FORM_PARTS"] = int(limits.PARAMETERS)
    app.after_request(_watched_by(watch))  # the first to be registered, and the last to be called
    app.register_blueprint(routes.blueprint(backend))
    app.register_blueprint(routes.reference())
    app.register_blueprint(oauth.blueprint(backend))
    app.register_blueprint(routes.uploads(sandboxes))
    control = AccessControl(
        options.admin_tokens,
        frozenset(map(plain_host, options.allowed_hosts)),
        options.admin_networks,
        published=options.is_published_blindly,
    )
    app.register_blueprint(admin.blueprint(factory, control, sender))
    app.register_blueprint(dashboard.blueprint(control))
    app.register_blueprint(docs.blueprint())
    app.register_blueprint(metrics_of(metrics, sandboxes.home, control))
    _health(app, readiness, control, watch)
    _answers_of_refusals(app, backend, control, watch)
    app.before_request(_before_all)
    allow_pages = cross_origin.policy(options.allowed_origins)
    app.after_request(lambda answer: allow_pages(request, answer) if "Origin" in request.headers else answer)
    app.after_request(dated_by(sandboxes))
    app.after_request(worded)
    return app


def _watched_by(watch: Watch) -> Callable[[Response], Response]:
    """Return a function that counts each request that Flask has answered."""

    def end(answer: Response) -> Response:
        endpoint = None if REFUSED in request.environ else request.endpoint
        rule = None if endpoint is None or request.url_rule is None else request.url_rule.rule
        named = str((request.view_args or {}).get("id", ""))
        watch.end(request.environ, endpoint, rule, answer.status_code, answer.calculate_content_length, answer.headers, named)
        return answer

    return end


def _before_all() -> Response | None:
    """Raise what was refused, or failed, ahead of Flask; refuse a query that is too long, limit the body, answer a preflight."""
    request.max_content_length = limits.of_body(request.path)
    if (error := request.environ.get(REFUSED) or request.environ.get(FAILED)) is not None:
        raise error
    if request.environ.get("QUERY_STRING", "").count("&") >= limits.PARAMETERS:
        raise errors.BadRequest(f"the query has more than {limits.PARAMETERS}")
    return cross_origin.preflight(request) if request.method == "OPTIONS" else None


def _health(app: Flask, readiness: Readiness, control: AccessControl, watch: Watch) -> None:
    """Answer those probes that are not answered ahead of Flask."""

    def probe() -> Response:
        why = request.environ.get(UNREADY) or why_not(request.path, readiness)
        if why is None:
            return Response(WELL, content_type=JSON)
        watch.unready(why)
        told = why.reason if control.trusts(request) else why.title
        return Response(orjson.dumps({"status": "unavailable", "why": told}), 503, content_type=JSON)

    for path in sorted(PROBES):
        app.add_url_rule(path, path.strip("/"), probe)


def _answers_of_refusals(app: Flask, backend: Backend, control: AccessControl, watch: Watch) -> None:
    """Register error handlers, which answer in the format of the API that was addressed."""

    def answer(refusal: errors.Refusal, reason: Reason | None = None) -> Response:
        watch.fail(refusal)
        if isinstance(refusal, errors.HomeUnavailable) and control.trusts(request):
            refusal = refusal.in_full()
        answered = _in_format(backend, refusal, reason)
        if refusal.status == 503:
            answered.headers["Retry-After"] = "1"
        return answered

    def answer_framework(error: HTTPException) -> Response:
        match error:
            case NotFound():
                meant = meant_by(request.path)
                return answer(errors.NotFound(), Reason("address_misspelt", {"meant": meant}) if meant else Reason("no_such_address"))
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


def _in_format(backend: Backend, refusal: errors.Refusal, reason: Reason | None) -> Response:
    if request.path.startswith((PREFIX, METRICS)):
        return problem_of(refusal)
    if isinstance(refusal, errors.NotRead):
        render = oauth_tokens.refused if request.path.startswith("/oauth/") else rendering.refused
        return response(*refuse(backend, request, refusal, render=render))
    return response(*refuse(backend, request, refusal, reason))
