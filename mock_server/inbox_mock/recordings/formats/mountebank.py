"""Imposters of mountebank that its proxies recorded: one, or the `imposters` of a file that it saved.

Recorded: mountebank 2.9.1, `proxyOnce` with predicates by method, path, query and body. A stub without them fits several requests:
it is none of a recording, and left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from inbox_mock.recordings import Exchange, Lost
from inbox_mock.recordings.bodies import Body, of_base64, of_data, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of
from inbox_mock.recordings.formats import Format

EXACT = ("equals", "deepEquals")


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchanges of a stub, or of all stubs of an imposter."""
    stubs = entry.get("stubs", list, [entry.value])
    for stub in stubs:
        yield from _of_stub(replace(entry, value=stub))


def _of_stub(stub: Entry) -> Iterator[Exchange]:
    wanted: dict[str, object] = {}
    for predicate in stub.get("predicates", list, []):
        for kind in EXACT:
            wanted |= replace(stub, value=predicate).get(kind, dict, {})
    exact = replace(stub, value=wanted)
    method, path = exact.get("method", str, ""), exact.get("path", str, "")
    if not method or not path:
        return
    query = urlencode(exact.get("query", dict, {}), doseq=True, safe="[]:,", errors="replace")
    asked = Message(headers_of(exact.get("headers", dict, {})), _body(exact.get("body", object, "")))
    for response in stub.get("responses", list, []):
        answer = replace(stub, value=response)
        if answer.get("is", object, None) is not None:
            yield exchange(
                answer,
                method,
                f"{path}?{query}" if query else path,
                asked,
                answer.get("is.statusCode", int, 200),
                Message(headers_of(answer.get("is.headers", dict, {})), _answered(answer)),
            )


def _answered(answer: Entry) -> Body:
    body = answer.get("is.body", object, "")
    return of_base64(str(body)) if answer.get("is._mode", str, "text") == "binary" else _body(body)


def _body(body: object) -> Body:
    return of_text(body) if isinstance(body, str) else of_data(body)


FORMAT = Format(
    title="mountebank",
    entries=("stubs", "imposters"),
    marks=(),
    read=read,
    loses=frozenset({Lost.ORDER, Lost.TIME, Lost.REASON, Lost.HOST, Lost.QUERY_ORDER}),
)
