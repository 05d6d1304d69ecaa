"""One table from refusal to status, and a refusal's answer in the API's own format."""

from http import HTTPStatus

from inbox_mock.api.rendering import JSON, JSON_API, Headers, problems_body
from inbox_mock.domain import errors
from inbox_mock.domain.errors import Refusal

STATUS: dict[type[Refusal], HTTPStatus] = {
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.UriTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.OAuthRefused: HTTPStatus.UNAUTHORIZED,
}


def refused(refusal: Refusal) -> tuple[bytes, int, Headers]:
    """Return a refusal's body, status and headers."""
    headers: Headers = [("Content-Type", JSON_API), ("Cache-Control", "no-cache")]
    if isinstance(refusal, errors.Unauthorized):
        challenge = f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{refusal.reason}"'
        headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache"), ("WWW-Authenticate", challenge)]
    if isinstance(refusal, errors.MethodNotAllowed):
        headers.append(("Allow", ", ".join(refusal.allowed)))
    return problems_body(refusal.problems), STATUS[type(refusal)], headers
