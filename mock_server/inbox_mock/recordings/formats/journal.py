"""The fake's own journal: what `GET S/journal` answers, and what ``inbox-mock journal --format json`` prints, a line for each entry.

It holds labels in place of secrets, and the beginning of a long body.
"""

from collections.abc import Iterator
from email.utils import format_datetime
from urllib.parse import quote, urlencode

from inbox_mock.domain import limits
from inbox_mock.recordings import Exchange, Headers, Lost, header
from inbox_mock.recordings.bodies import CUT, Body, of_data, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, time_of
from inbox_mock.recordings.formats import Format


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of a request; of an attempt to deliver a webhook, none."""
    path = entry.get("path", str)
    if not path.startswith("/"):
        return
    query, at = entry.get("query", str, ""), time_of(entry.get("at", str))
    asked, answered = (headers_of(entry.get(f"{side}.headers", dict, {})) for side in ("request", "response"))
    token = entry.get("request.token", str, "")
    yield exchange(
        entry,
        entry.get("method", str),
        quote(path, safe="/:,@", errors="replace") + (f"?{query}" if query else ""),
        Message((("Authorization", f"Bearer {token}"), *asked) if token else asked, _body(entry.get("request.body", object, ""), asked)),
        entry.get("status", int, 0),
        Message((*answered, *((("Date", format_datetime(at, usegmt=True)),) if at else ())), _body(entry.get("response.body", object, ""))),
        at,
        {Lost.AUTHORIZATION} if token else (),
    )


def _body(kept: object, headers: Headers = ()) -> Body:
    if isinstance(kept, str):
        body = of_text(kept)
        return Body(body.content, body.lost | CUT) if len(body.content or b"") >= limits.JOURNALED else body
    if isinstance(kept, dict) and "json" not in (header(headers, "Content-Type") or "json"):
        return of_text(urlencode(kept, errors="replace"))
    return of_data(kept)


FORMAT = Format(
    title="the fake's journal",
    entries=("", "entries"),
    marks=("at", "method", "path", "request.headers", "response.headers"),
    read=read,
    loses=frozenset({Lost.HOST, Lost.REASON, Lost.ADDED}),
)
