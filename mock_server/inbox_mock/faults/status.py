"""An error in place of the answer: nothing is done."""

import json
from http import HTTPStatus

from inbox_mock.faults import Instead, Options, RequestEffect, RequestFault, Schema

JSON_API = "application/vnd.api+json; charset=utf-8"
RETRY_AFTER: Schema = {
    "type": ["integer", "null"],
    "minimum": 0,
    "maximum": 86_400,
    "default": None,
    "description": "seconds for a Retry-After header, from 0; without one, if left out",
}


def retry_after(options: Options) -> tuple[tuple[str, str], ...]:
    """Return the header, if one is wanted."""
    seconds = options["retry_after"]
    return () if seconds is None else (("Retry-After", str(seconds)),)


def _sabotage(options: Options) -> RequestEffect:
    status = int(str(options["status"]))
    body = options["body"]
    if isinstance(body, str):
        instead = Instead(status=status, body=body.encode(), content_type="text/html; charset=utf-8")
    else:
        said = _usual(status) if body is None else body
        instead = Instead(status=status, body=json.dumps(said, separators=(",", ":")).encode(), content_type=JSON_API)
    return RequestEffect(applied=False, instead=instead, headers=retry_after(options))


def _usual(status: int) -> object:
    known = status in {int(one) for one in HTTPStatus}
    title = HTTPStatus(status).phrase if known else "Unknown Error"
    return {"errors": [{"code": title.lower().replace(" ", "_").replace("-", "_"), "title": title}]}


FAULT = RequestFault(
    says="an error in place of the answer: `status`, with a `body` of your own (a text goes out as HTML) and `retry_after` if wanted",
    options={
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "default": 503, "description": "a status from 400 to 599"},
        "body": {
            "type": ["object", "array", "string", "null"],
            "default": None,
            "description": "an object or a list, sent as JSON, or a text; the API's own format, if left out",
        },
        "retry_after": RETRY_AFTER,
    },
    sabotage=_sabotage,
)
