#!/usr/bin/env bash
# Werkzeug 3.1.9 with Flask 3.1.3 (newest releases in November 2026) cut a chunked body at MAX_CONTENT_LENGTH without a word.
#
# Flask's documentation of MAX_CONTENT_LENGTH says that a request that exceeds it raises 413. With a Content-Length it does. A
# chunked body that is read whole, by get_data() or stream.read(), as get_json() reads, ends at the limit instead: the view
# answers 200 to a part of what was sent, and nothing tells it so. Read in pieces, the same body raises 413, and so does one
# of exactly the limit, which with a Content-Length is allowed. Werkzeug's own server is used here; any server that sets
# `wsgi.input_terminated` leads to the same code, `LimitedStream` with `is_max`.
#
# Seen on Python 3.11 and 3.12, limit of 10 bytes:
#   20 bytes, Content-Length, get_data(): 413
#   20 bytes, chunked, get_data(): 200, 10 bytes
#   20 bytes, chunked, in pieces of 4: 413
#   10 bytes, Content-Length, in pieces of 4: 200, 10 bytes
#   10 bytes, chunked, get_data(): 200, 10 bytes
#   10 bytes, chunked, in pieces of 4: 413
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check werkzeug==3.1.9 flask==3.1.3

"$folder/venv/bin/python" - <<'PYTHON'
import logging
import platform
import sys
from http.client import HTTPConnection
from importlib.metadata import version
from threading import Thread

from flask import Flask, request
from werkzeug.serving import make_server

print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("werkzeug", "flask")))
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 10


@app.post("/whole")
def whole() -> str:
    return f"{len(request.get_data())} bytes"


@app.post("/pieces")
def pieces() -> str:
    return f"{sum(map(len, iter(lambda: request.stream.read(4), b'')))} bytes"


server = make_server("127.0.0.1", 0, app, threaded=True)
server.RequestHandlerClass.protocol_version = "HTTP/1.1"  # which has chunked bodies
Thread(target=server.serve_forever, daemon=True).start()


def answered(path: str, size: int, *, chunked: bool) -> str:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    body = iter([b"x" * size]) if chunked else b"x" * size
    connection.request("POST", path, body, encode_chunked=chunked, headers={"Transfer-Encoding": "chunked"} if chunked else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return f"{answer.status}, {text}" if answer.status == 200 else str(answer.status)


same = True
for size, chunked, path, expected in (
    (20, False, "/whole", "413"),
    (20, True, "/whole", "200, 10 bytes"),
    (20, True, "/pieces", "413"),
    (10, False, "/pieces", "200, 10 bytes"),
    (10, True, "/whole", "200, 10 bytes"),
    (10, True, "/pieces", "413"),
):
    found = answered(path, size, chunked=chunked)
    same &= found == expected
    how = "get_data()" if path == "/whole" else "in pieces of 4"
    print(f"{size} bytes, {'chunked' if chunked else 'Content-Length'}, {how}: {found}" + ("" if found == expected else f"; expected {expected}"))
server.shutdown()
sys.exit(0 if same else 1)
PYTHON
