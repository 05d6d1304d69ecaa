"""A shell script that sends the requests with curl."""

from collections.abc import Iterator
from shlex import quote

from inbox_mock.recordings import Exchange
from inbox_mock.recordings.writing import (
    TOKEN,
    URL,
    Traffic,
    Writer,
    can_be_sent,
    commented,
    place_of,
    text_of,
    variables_of,
    with_variables,
)

HEAD = """#
# Run it: {token}=... sh FILE
# Another server: {url}=http://127.0.0.1:8089 {token}=... sh FILE
set -eu
{url}=${{{url}:-{origin}}}
"""


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield the script, one command for each request, each below the status that was answered."""
    yield b"#!/bin/sh\n" + commented("# ", traffic)
    yield HEAD.format(token=TOKEN, url=URL, origin=quote(traffic.origin)).encode()
    for variable in variables_of(traffic):
        yield f': "${{{variable}:?is a token, which this variable must hold}}"\n'.encode()
    for exchange in traffic.exchanges:
        answered = "no answer" if exchange.response is None else str(exchange.response.status)
        yield f"\n# {answered}\n{_command(exchange)}\n".encode()


def _command(exchange: Exchange) -> str:
    request = exchange.request
    method = "--head" if request.method == "HEAD" else f"--request {quote(request.method)}"
    lines = [f'curl --silent --show-error --globoff {method} "${URL}"{quote(place_of(request.url)[1])}']
    for name, value in request.headers:
        lines.append("--header " + quote(f"{name}: ") + with_variables(value, lambda found: f'"${found}"', quote))
    if request.body is not None:
        lines.append(f"--data-raw {quote(text_of(request.body) or '')}")
    return " \\\n  ".join([*lines, r"--write-out '\n%{http_code}\n'"])


WRITER = Writer(says="a shell script with curl", ending=".sh", kind="text/x-shellscript; charset=utf-8", write=write, takes=can_be_sent)
