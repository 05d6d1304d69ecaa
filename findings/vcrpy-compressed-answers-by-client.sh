#!/usr/bin/env bash
# vcrpy 9.4.2 (newest release in November 2026) cannot play a compressed answer with httpx that requests recorded, nor the other way round.
#
# Each cassette has `Content-Encoding: gzip`, which does not say what its body is: in urllib3, beneath requests, vcrpy stands above
# the decoder, so it stores the text and hands it out undecoded; in httpx it stands below the decoder, so it stores the compressed
# bytes and lets httpx decode what it plays. A project that moves from requests to httpx and keeps its cassettes gets DecodingError,
# as if the server had sent a broken answer. The other way is quieter: requests gives the compressed bytes as the content of an
# answer with 200, and only json() fails. Answers too short to be compressed by the server work in both, so some tests pass.
# `decode_compressed_response=True` mends it, also when only set to play cassettes that exist.
#
# Seen on Python 3.11, 3.12 and 3.13 with requests 2.34.2, urllib3 2.8.0 and httpx 0.28.1:
#   recorded by requests: text; requests: 200 {"id": 1}, httpx: DecodingError; with the option: 200 {"id": 1}, 200 {"id": 1}
#   recorded by httpx: !!binary; requests: 200 gzip, httpx: 200 {"id": 1}; with the option: 200 {"id": 1}, 200 {"id": 1}
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy==9.4.2 requests==2.34.2 urllib3==2.8.0 httpx==0.28.1

cd "$folder"
timeout 60 "$folder/venv/bin/python" - <<'PYTHON'
import gzip
import platform
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import httpx
import requests
import vcr

print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("vcrpy", "requests", "urllib3", "httpx")))
BODY = b'{"id": 1}'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = gzip.compress(BODY)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"


def shown(content: bytes) -> str:
    return content.decode() if content == BODY else "gzip" if gzip.decompress(content) == BODY else repr(content)


def played(client, name: str, **options) -> str:
    with vcr.use_cassette(name, record_mode="none", **options):
        try:
            answer = client.get(address)
        except httpx.DecodingError:
            return "DecodingError"
    return f"{answer.status_code} {shown(answer.content)}"


found = []
for recorder in (requests, httpx):
    name = f"{recorder.__name__}.yaml"
    with vcr.use_cassette(name):
        assert recorder.get(address).content == BODY
    stored = "!!binary" if "!!binary" in Path(name).read_text() else "text"
    plain = ", ".join(f"{client.__name__}: {played(client, name)}" for client in (requests, httpx))
    mended = ", ".join(played(client, name, decode_compressed_response=True) for client in (requests, httpx))
    found.append(f"recorded by {recorder.__name__}: {stored}; {plain}; with the option: {mended}")
server.shutdown()

print(*found, sep="\n")
same = found == [
    'recorded by requests: text; requests: 200 {"id": 1}, httpx: DecodingError; with the option: 200 {"id": 1}, 200 {"id": 1}',
    'recorded by httpx: !!binary; requests: 200 gzip, httpx: 200 {"id": 1}; with the option: 200 {"id": 1}, 200 {"id": 1}',
]
print("as described" if same else "CHANGED: vcrpy no longer does what this script describes")
sys.exit(0 if same else 1)
PYTHON
