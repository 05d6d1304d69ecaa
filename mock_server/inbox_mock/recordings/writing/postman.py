"""A collection of Postman, version 2.1: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html."""

from collections.abc import Iterator
from http.client import responses

import orjson

from inbox_mock.recordings import Exchange, Headers
from inbox_mock.recordings.writing import (
    JSON,
    URL,
    Traffic,
    Writer,
    can_be_sent,
    in_braces,
    listed,
    place_of,
    text_of,
    variables_of,
    with_variables,
    without_braces,
)

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield a collection: each request with the status that it expects and, as an example, the answer."""
    variables = [{"key": URL, "value": traffic.origin}, *({"key": name, "value": "", "type": "secret"} for name in variables_of(traffic))]
    info = {"name": traffic.title, "description": " ".join(traffic.told), "schema": SCHEMA}
    yield orjson.dumps({"info": info, "variable": variables})[:-1] + b',"item":['
    yield from listed(map(_item, traffic.exchanges))
    yield b"]}\n"


def _item(exchange: Exchange) -> JSON:
    request, response = exchange.request, exchange.response
    asked: JSON = {
        "method": request.method,
        "header": _headers(request.headers),
        "url": in_braces(URL) + place_of(request.url)[1].replace("{{", "%7B%7B"),
    }
    if request.body is not None:
        asked["body"] = {"mode": "raw", "raw": without_braces(text_of(request.body) or "")}
    item: JSON = {"name": f"{request.method} {place_of(request.url)[1]}", "request": asked, "response": []}
    if response is None:
        return item
    test = f'pm.test("{response.status}", () => pm.response.to.have.status({response.status}));'
    item["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": [test]}}]
    example: JSON = {"name": "as recorded", "originalRequest": asked, "code": response.status, "status": responses.get(response.status, "")}
    example |= {"header": _headers(response.headers), "body": text_of(response.body) or ""}
    return item | {"response": [example]}


def _headers(headers: Headers) -> list[JSON]:
    return [{"key": name, "value": with_variables(value, in_braces)} for name, value in headers]


WRITER = Writer(says="a collection of Postman", ending=".postman_collection.json", kind="application/json", write=write, takes=can_be_sent)
