#!/usr/bin/env bash
# Behind a2wsgi 1.10.10, asgiref 3.13.0, Hypercorn 0.18.0, Tornado 6.6.1 and Twisted 26.10.0 (newest releases in November 2026) Flask and
# Django see a chunked body as empty, and answer 200.
#
# WSGI tells the end of a body by CONTENT_LENGTH, and servers that take chunked requests either add it up (waitress) or set
# `wsgi.input_terminated` (gunicorn, granian, cheroot). These five hold the whole body before they call the application, so they know its
# length, and do neither: both frameworks take a request without a length for one without a body. No page of theirs speaks of it. A webhook that
# its sender streams, or that a proxy has passed on chunked, as nginx does with `proxy_request_buffering off`, arrives as b"": the signature
# is wrong for each of them, or without a check the event is lost, while the same bytes with a Content-Length are right. What helps: a
# middleware that sets `wsgi.input_terminated` where HTTP_TRANSFER_ENCODING is chunked, which Flask heeds, and Django does not.
#
# Seen with Python 3.11, Flask 3.1.3, Django 5.2.19 and uvicorn 0.54.0; the bytes read of {"id":7}, with a length, chunked, with the middleware:
#   waitress                      flask 8 8 8, django 8 8 8
#   uvicorn, a2wsgi               flask 8 0 8, django 8 0 0
#   uvicorn, asgiref              flask 8 0 8, django 8 0 0
#   hypercorn                     flask 8 0 8, django 8 0 0
#   tornado                       flask 8 0 8, django 8 0 0
#   twisted                       flask 8 0 8, django 8 0 0
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check flask==3.1.3 django==5.2.19 uvicorn==0.54.0 a2wsgi==1.10.10 asgiref==3.13.0 \
  hypercorn==0.18.0 tornado==6.6.1 twisted==26.10.0 waitress==3.0.2

cat > receivers.py <<'PYTHON'
from a2wsgi import WSGIMiddleware
from asgiref.wsgi import WsgiToAsgi
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from flask import Flask, request

flask = Flask("receiver")


@flask.post("/")
def receive():
    return str(len(request.get_data()))


settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="none")
urlpatterns = [path("", lambda request: HttpResponse(str(len(request.body))))]
frameworks = {"flask": flask, "django": get_wsgi_application()}


def marked(application):
    def call(environ, start_response):
        if environ.get("HTTP_TRANSFER_ENCODING") == "chunked":
            environ["wsgi.input_terminated"] = True
        return application(environ, start_response)

    return call


def application(environ, start_response):
    """The framework that the header names, with the middleware if it is named, too."""
    name, _, how = environ["HTTP_X_RECEIVER"].partition(" ")
    called = marked(frameworks[name]) if how else frameworks[name]
    return called(environ, start_response)


by_a2wsgi, by_asgiref = WSGIMiddleware(application), WsgiToAsgi(application)
PYTHON

cat > by_tornado.py <<'PYTHON'
import asyncio
import sys

from receivers import application
from tornado.httpserver import HTTPServer
from tornado.wsgi import WSGIContainer


async def main():
    HTTPServer(WSGIContainer(application)).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
PYTHON

cat > seen.py <<'PYTHON'
import os
import socket
import subprocess
import time
from http.client import HTTPConnection

SERVERS = {
    "waitress": "waitress-serve --listen=127.0.0.1:{} receivers:application",
    "uvicorn, a2wsgi": "uvicorn --port {} receivers:by_a2wsgi",
    "uvicorn, asgiref": "uvicorn --port {} receivers:by_asgiref",
    "hypercorn": "hypercorn -b 127.0.0.1:{} wsgi:receivers:application",
    "tornado": "python by_tornado.py {}",
    "twisted": "twist web --listen tcp:{}:interface=127.0.0.1 --wsgi receivers.application",
}
BODY = b'{"id":7}'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read(port, receiver, chunked):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"X-Receiver": receiver, "Content-Type": "application/json"}
    connection.request("POST", "/", iter([BODY]) if chunked else BODY, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    return answer.read().decode()


def wait_for(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not start")


for name, command in SERVERS.items():
    port = free_port()
    program, *arguments = command.format(port).split()
    server = subprocess.Popen(
        [f"venv/bin/{program}", *arguments], env=os.environ | {"PYTHONPATH": "."}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        found = [
            " ".join([framework, read(port, framework, False), read(port, framework, True), read(port, f"{framework} marked", True)])
            for framework in ("flask", "django")
        ]
        print(f"{name:30}{', '.join(found)}")
    finally:
        server.terminate()
        server.wait(20)
PYTHON
timeout 180 venv/bin/python seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
waitress                      flask 8 8 8, django 8 8 8
uvicorn, a2wsgi               flask 8 0 8, django 8 0 0
uvicorn, asgiref              flask 8 0 8, django 8 0 0
hypercorn                     flask 8 0 8, django 8 0 0
tornado                       flask 8 0 8, django 8 0 0
twisted                       flask 8 0 8, django 8 0 0
EXPECTED
