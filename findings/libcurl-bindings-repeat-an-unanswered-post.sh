#!/usr/bin/env bash
# With pycurl 7.49.0 and curl_cffi 0.17.0 (newest releases in November 2026) a POST can reach the server twice, with no retry asked for.
#
# A handle or session that has had an answer keeps its connection. Where the server then reads a POST whole, acts on it, and closes the
# connection without an answer, libcurl takes the connection for one that had gone stale before the request: it connects anew and sends the
# POST once more. The caller sees one call and one 200. On a connection that is new the same ends in error 52 and one POST. For an API that
# has no key against repetition a guest gets the same message twice, and the logs of the client show one. requests, httpx and urllib3 raise
# an error here. What prevents it: CURLOPT_FRESH_CONNECT for each request that must not be repeated.
#
# Seen with Python 3.11.7; each client sends a GET, then a POST that the server reads whole and does not answer:
#   pycurl 7.49.0       200, POST read twice
#   pycurl 7.49.0, FRESH_CONNECT for the POST   error 52, POST read once
#   curl_cffi 0.17.0    200, POST read twice
#   requests 2.34.2     ConnectionError, POST read once
#   httpx 0.28.1        RemoteProtocolError, POST read once
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pycurl==7.49.0 curl_cffi==0.17.0 requests==2.34.2 httpx==0.28.1

cat > seen.py <<'PYTHON'
import io
import socketserver
import threading

import curl_cffi
import httpx
import pycurl
import requests


class Server(socketserver.ThreadingTCPServer):
    """Answers every GET; of the POSTs it answers the second, and closes the connection after having read the first."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Connection)
        self.posts = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/messages"


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while request := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline()) != b"\r\n":
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            self.rfile.read(length)
            if request.startswith(b"POST"):
                self.server.posts += 1
                if self.server.posts == 1:
                    return
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def by_pycurl(url, fresh=0):
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.WRITEDATA, io.BytesIO())
    handle.perform()
    handle.setopt(pycurl.POSTFIELDS, "content=Hello")
    handle.setopt(pycurl.FRESH_CONNECT, fresh)
    handle.perform()
    return handle.getinfo(pycurl.RESPONSE_CODE)


def by_session(session, url):
    session.get(url)
    return session.post(url, data={"content": "Hello"}).status_code


def seen(call):
    server = Server()
    try:
        outcome = call(server.url)
    except pycurl.error as error:
        outcome = f"error {error.args[0]}"
    except (requests.RequestException, httpx.HTTPError) as error:
        outcome = type(error).__name__
    server.shutdown()
    return outcome, server.posts


calls = {
    "pycurl": (by_pycurl, (200, 2)),
    "pycurl, FRESH_CONNECT": (lambda url: by_pycurl(url, fresh=1), ("error 52", 1)),
    "curl_cffi": (lambda url: by_session(curl_cffi.Session(), url), (200, 2)),
    "requests": (lambda url: by_session(requests.Session(), url), ("ConnectionError", 1)),
    "httpx": (lambda url: by_session(httpx.Client(), url), ("RemoteProtocolError", 1)),
}
for name, (call, expected) in calls.items():
    outcome = seen(call)
    print(f"{name}: {outcome[0]}, POST read {outcome[1]} time(s)")
    assert outcome == expected, (name, outcome, expected)
PYTHON
venv/bin/python seen.py
