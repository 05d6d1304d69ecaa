"""OAuth 2.0: the addresses under /oauth."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from inbox_mock.api import oauth_consent
from inbox_mock.api.framework import response
from inbox_mock.api.oauth_tokens import FORMS, TOKEN, Given, answer, issue, media_type
from inbox_mock.api.pipeline import Backend
from inbox_mock.api.rendering import Rendered
from inbox_mock.domain import limits
from inbox_mock.domain.errors import BadRequest
from inbox_mock.engine.unit_of_work import UnitOfWork


def blueprint(backend: Backend) -> Blueprint:
    """Return the blueprint of /oauth."""
    made = Blueprint("oauth", __name__, template_folder=".")

    @made.before_request
    def limit() -> None:
        if media_type(request) in FORMS and request.get_data().count(b"&") >= limits.PARAMETERS:
            raise BadRequest(f"the form has more than {limits.PARAMETERS}")

    def answered(given: Given, run: Callable[[UnitOfWork], Rendered]) -> Response:
        return response(*answer(backend, request, given, run))

    @made.get("/oauth/authorize", provide_automatic_options=False)
    def ask() -> Response:
        given = _last_of_each(request.args)
        return answered(given, lambda work: oauth_consent.authorize(work, given))

    @made.post("/oauth/authorize", provide_automatic_options=False)
    def decide() -> Response:
        given = _last_of_each(request.args, request.form)
        decision = given.get("decision", "")
        return answered(given, lambda work: oauth_consent.refuse_foreign(request) or oauth_consent.authorize(work, given, decision))

    @made.post(TOKEN, provide_automatic_options=False)
    def token() -> Response:
        return response(*issue(backend, request, _last_of_each(request.args, request.form), request.get_data()))

    return made


def _last_of_each(*parameters: MultiDict[str, str]) -> dict[str, str]:
    """Return parameters by name. Of a repeated one, which RFC 6749 forbids (3.1), the last value counts: assumed, as Rack reads forms."""
    return {name: values[-1] for part in parameters for name, values in part.lists()}
