#!/usr/bin/env bash
# requests 2.34.2 with `HTTPAdapter(max_retries=2)` (urllib3 2.8.0, newest releases in November 2026) repeats requests that the server has had.
#
# Its documentation says of the number that it "applies only to failed DNS lookups, socket connections and connection timeouts, never to
# requests where data has made it to the server". The number becomes urllib3's Retry(2) as that is by default: a GET, PUT or DELETE that was
# read and is answered too late, or with a closed connection, is sent up to three times, and so is one that is answered 413, 429 or 503 with a
# Retry-After, though no status was asked for. That is waited for, whatever it says and whatever `timeout` is, so that a rate limit that ends with the
# hour stops the program without a word. A DELETE that has been done ends with the 404 of its repetition; a call limit is used up three times
# as fast. A POST is sent once, and an answer that breaks off in its body is not asked for again. What does what the text says:
# `Retry(2, read=False, status=0, respect_retry_after_header=False)`.
#
# Seen with Python 3.11; how often the server read the request, and what the caller got:
#                                   max_retries=2           with that Retry
#   DELETE, 503                     1, 503                  1, 503
#   DELETE, 503, Retry-After: 1     3, 503 after 2 s        1, 503
#   GET, 429, Retry-After: 1        3, 429 after 2 s        1, 429
#   POST, 429, Retry-After: 1       1, 429                  1, 429
#   DELETE, closed unanswered       3, ConnectionError      1, ConnectionError
#   DELETE, answered too late       3, ConnectionError      1, ReadTimeout
#   POST, answered too late         1, ReadTimeout          1, ReadTimeout
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check requests==2.34.2 urllib3==2.8.0

cat > seen.py <<'PYTHON'
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        server.read += 1
        self.close_connection = True
        if server.how == "too late":
            return self.server.end.wait(10)
        if server.how == "closed":
            return None
        status, after = server.how
        self.send_response(status)
        if after:
            self.send_header("Retry-After", after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_DELETE = do_POST = answer

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.end = Event()
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/messages/7"


def seen(method, retries):
    server.read = 0
    began = time.monotonic()
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retries))
        try:
            got = session.request(method, url, timeout=0.5).status_code
        except requests.RequestException as error:
            got = type(error).__name__
    waited = isinstance(server.how, tuple) and server.read == 3 and time.monotonic() - began >= 2
    return f"{server.read}, {got}{' after 2 s' if waited else ''}"


cases = [
    ("DELETE", (503, None)), ("DELETE", (503, "1")), ("GET", (429, "1")), ("POST", (429, "1")),
    ("DELETE", "closed"), ("DELETE", "too late"), ("POST", "too late"),
]
for method, server.how in cases:
    strict = Retry(2, read=False, status=0, respect_retry_after_header=False)
    print(f"{method}, {server.how} | {seen(method, 2)} | {seen(method, strict)}")
server.end.set()
PYTHON
timeout 60 venv/bin/python seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
DELETE, (503, None) | 1, 503 | 1, 503
DELETE, (503, '1') | 3, 503 after 2 s | 1, 503
GET, (429, '1') | 3, 429 after 2 s | 1, 429
POST, (429, '1') | 1, 429 | 1, 429
DELETE, closed | 3, ConnectionError | 1, ConnectionError
DELETE, too late | 3, ConnectionError | 1, ReadTimeout
POST, too late | 1, ReadTimeout | 1, ReadTimeout
EXPECTED
