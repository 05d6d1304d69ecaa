#!/usr/bin/env bash
# CacheClient of hishel 2.0.0 (newest release in November 2026) keeps everything for good, no-store included, or, given a transport, nothing.
#
# Up to 1.4.0 the client went by RFC 9111. With 2.0.0 the same line of code keeps each successful answer by method and address, and says
# so in its docstring: `Cache-Control: no-store`, no-cache and a max-age that is over do not count, and neither does another Authorization or
# the variant that Vary names. There is no lifetime unless the storage is given one, and the database is a file in the working directory, so
# a program that polls sees its first answer in every later run, too, with nothing in the logs. `CacheClient(rfc=True)` is as it was before.
# With `transport=`, such as one that retries, there is no cache at all, with `rfc=True` neither, and no warning, in both versions:
# the client hands out that transport, and `storage` and `rfc` go nowhere. `httpx.Client(transport=CacheTransport(own, rfc=True))` does both.
#
# Seen with Python 3.11 and httpx 0.28.1; three calls for what is another answer at each, how many reached the server, and what was read:
#                                                            no-store   no-cache   max-age=60
#   1.4.0, CacheClient()                                     3: 1 2 3   3: 1 2 3   1: 1 1 1
#   1.4.0, CacheClient(transport=...)                        3: 1 2 3   3: 1 2 3   3: 1 2 3
#   2.0.0, CacheClient()                                     1: 1 1 1   1: 1 1 1   1: 1 1 1
#   2.0.0, CacheClient(rfc=True)                             3: 1 2 3   3: 1 2 3   1: 1 1 1
#   2.0.0, CacheClient(rfc=True, transport=...)              3: 1 2 3   3: 1 2 3   3: 1 2 3
#   2.0.0, Client(transport=CacheTransport(..., rfc=True))   3: 1 2 3   3: 1 2 3   1: 1 1 1
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > seen.py <<'PYTHON'
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from os import chdir
from threading import Thread

import hishel.httpx
import httpx

NEW = version("hishel").startswith("2.")
CacheClient = hishel.httpx.CacheClient if NEW else hishel.httpx.SyncCacheClient


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked += 1
        body = str(self.server.asked).encode()
        self.send_response(200)
        for name, value in {"ETag": f'"{self.server.asked}"', "Cache-Control": self.server.control, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
clients = {
    "CacheClient()": lambda: CacheClient(),
    "CacheClient(transport=...)": lambda: CacheClient(transport=httpx.HTTPTransport()),
}
if NEW:
    clients |= {
        "CacheClient(rfc=True)": lambda: CacheClient(rfc=True),
        "CacheClient(rfc=True, transport=...)": lambda: CacheClient(rfc=True, transport=httpx.HTTPTransport()),
        "Client(transport=CacheTransport(..., rfc=True))": lambda: httpx.Client(
            transport=hishel.httpx.CacheTransport(httpx.HTTPTransport(), rfc=True)
        ),
    }
for name, make in clients.items():
    seen = []
    for server.control in ("no-store", "no-cache", "max-age=60"):
        server.asked = 0
        with tempfile.TemporaryDirectory() as folder:
            chdir(folder)  # the cache is made in the working directory
            with make() as client:
                read = [client.get(f"http://127.0.0.1:{server.server_port}").text for _ in range(3)]
            chdir("/")
        seen.append(f"{server.asked}: {' '.join(read)}")
    print(f"{version('hishel')}, {name} | {' | '.join(seen)}")
PYTHON
for version in 1.4.0 2.0.0; do
  python3 -m venv "$version"
  "$version/bin/pip" install --quiet --disable-pip-version-check "hishel[httpx]==$version" httpx==0.28.1
  timeout 60 "$version/bin/python" seen.py
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
1.4.0, CacheClient() | 3: 1 2 3 | 3: 1 2 3 | 1: 1 1 1
1.4.0, CacheClient(transport=...) | 3: 1 2 3 | 3: 1 2 3 | 3: 1 2 3
2.0.0, CacheClient() | 1: 1 1 1 | 1: 1 1 1 | 1: 1 1 1
2.0.0, CacheClient(transport=...) | 3: 1 2 3 | 3: 1 2 3 | 3: 1 2 3
2.0.0, CacheClient(rfc=True) | 3: 1 2 3 | 3: 1 2 3 | 1: 1 1 1
2.0.0, CacheClient(rfc=True, transport=...) | 3: 1 2 3 | 3: 1 2 3 | 3: 1 2 3
2.0.0, Client(transport=CacheTransport(..., rfc=True)) | 3: 1 2 3 | 3: 1 2 3 | 1: 1 1 1
EXPECTED
