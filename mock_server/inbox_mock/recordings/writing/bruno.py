"""A collection of Bruno, as a zip of the folder: https://docs.usebruno.com/bru-lang/overview."""

import re
from collections.abc import Iterator
from io import BytesIO
from textwrap import indent
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from inbox_mock.recordings import Exchange, header
from inbox_mock.recordings.writing import (
    URL,
    Traffic,
    Writer,
    can_be_sent,
    in_braces,
    place_of,
    text_of,
    variables_of,
    with_variables,
    without_braces,
)

WORD = re.compile(r"\w+")


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield a zip: a file for each request, with the status that it expects, and the environment ``sandbox``."""
    variables = {URL: traffic.origin, **{name: in_braces(f"process.env.{name}") for name in variables_of(traffic)}}
    about = {"version": "1", "name": traffic.title, "type": "collection"}
    files = {
        "bruno.json": orjson.dumps(about).decode(),
        "collection.bru": _block("docs", "\n".join([traffic.title, *traffic.told])),
        "environments/sandbox.bru": _block("vars", "\n".join(f"{name}: {value}" for name, value in variables.items())),
    }
    for number, exchange in enumerate(traffic.exchanges, start=1):
        words = "-".join(WORD.findall(place_of(exchange.request.url)[1].partition("?")[0].removeprefix("/api/v3")))
        files[f"{number:05} {exchange.request.method} {words:.80}.bru"] = _request(exchange, number)
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    yield made.getvalue()


def _request(exchange: Exchange, number: int) -> str:
    request = exchange.request
    path = place_of(exchange.request.url)[1]
    kind = "none" if request.body is None else "json" if "json" in (header(request.headers, "Content-Type") or "json") else "text"
    blocks = [
        _block("meta", f"name: {number} {request.method} {path.partition('?')[0]}\ntype: http\nseq: {number}"),
        _block(request.method.lower(), f"url: {in_braces(URL)}{path.replace('{{', '%7B%7B')}\nbody: {kind}\nauth: none"),
        _block("headers", "\n".join(f"{name}: {with_variables(value, in_braces)}" for name, value in request.headers)),
    ]
    if request.body is not None:
        blocks.append(_block(f"body:{kind}", without_braces(text_of(request.body) or "")))
    if exchange.response is not None:
        blocks.append(_block("assert", f"res.status: eq {exchange.response.status}"))
    return "\n".join(blocks)


def _block(name: str, content: str) -> str:
    return f"{name} {{\n{indent(content, '  ')}\n}}\n"


WRITER = Writer(says="a collection of Bruno, as a zip", ending=".bruno.zip", kind="application/zip", write=write, takes=can_be_sent)
