#!/usr/bin/env bash
# Hypercorn 0.18.0 (newest release in November 2026) answers 500 to each HEAD, and in place of each 204 and 304, of a Flask application.
#
# It serves WSGI, too, its guide says, as `hypercorn wsgi:module:app` or `hypercorn module:app`. Its wrapper sends status and headers with the
# first piece of the body, which an application that has none need not yield, and then fails over the end of an answer that has not begun:
# UnexpectedMessageError in the log. So an API behind it deletes the record and says 500, which a client repeats and finds 404; a poll with
# If-None-Match is 500 as long as nothing has changed, which looks like load, and is gone when something changes; and a webhook that is
# acknowledged with 204 is delivered again until its sender gives up. `return ""` with 200 works. What helps for all: WSGI middleware
# that hands out `[b""]` for no pieces, or a2wsgi's WSGIMiddleware, which makes it an ASGI application.
#
# Seen with Python 3.11 and Flask 3.1.3:
#                          hypercorn   with the middleware   with a2wsgi 1.10.10
#   GET                    200         200                   200
#   HEAD                   500         200                   200
#   GET, If-None-Match     500         304                   304
#   POST, 200 without text 200         200                   200
#   DELETE, 204            500         204                   204, and the record is gone with all
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hypercorn==0.18.0 flask==3.1.3 werkzeug==3.1.9 a2wsgi==1.10.10

cat > service.py <<'PYTHON'
from a2wsgi import WSGIMiddleware
from flask import Flask, Response, request

app = Flask("service")
messages = {7}


@app.get("/messages")
def listed():
    answer = Response(str(sorted(messages)))
    answer.add_etag()
    return answer.make_conditional(request)


@app.post("/webhooks")
def received():
    return ""


@app.delete("/messages/<int:id>")
def deleted(id):
    messages.discard(id)
    return "", 204


def at_least_one_piece(environ, start_response):
    return list(app(environ, start_response)) or [b""]


by_a2wsgi = WSGIMiddleware(app)
PYTHON

cat > seen.py <<'PYTHON'
import os
import socket
import subprocess
import time
from http.client import HTTPConnection


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not start")


def asked(port, method, path, headers={}):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read().decode()


for application in ("wsgi:service:app", "service:app", "service:at_least_one_piece", "service:by_a2wsgi"):
    port = free_port()
    server = subprocess.Popen(
        ["venv/bin/hypercorn", "-b", f"127.0.0.1:{port}", application],
        env=os.environ | {"PYTHONPATH": "."}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        first, _ = asked(port, "GET", "/messages")
        statuses = {
            "GET": first.status,
            "HEAD": asked(port, "HEAD", "/messages")[0].status,
            "If-None-Match": asked(port, "GET", "/messages", {"If-None-Match": first.headers["ETag"]})[0].status,
            "empty": asked(port, "POST", "/webhooks")[0].status,
            "DELETE": asked(port, "DELETE", "/messages/7")[0].status,
        }
        print(application, statuses, "left", asked(port, "GET", "/messages")[1])
    finally:
        server.terminate()
        server.wait(20)
PYTHON
timeout 120 venv/bin/python seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
wsgi:service:app {'GET': 200, 'HEAD': 500, 'If-None-Match': 500, 'empty': 200, 'DELETE': 500} left []
service:app {'GET': 200, 'HEAD': 500, 'If-None-Match': 500, 'empty': 200, 'DELETE': 500} left []
service:at_least_one_piece {'GET': 200, 'HEAD': 200, 'If-None-Match': 304, 'empty': 200, 'DELETE': 204} left []
service:by_a2wsgi {'GET': 200, 'HEAD': 200, 'If-None-Match': 304, 'empty': 200, 'DELETE': 204} left []
EXPECTED
