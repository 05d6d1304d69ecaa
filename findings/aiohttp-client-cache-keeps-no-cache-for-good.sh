#!/usr/bin/env bash
# aiohttp-client-cache 0.15.0 (newest release in November 2026) with `cache_control=True` serves what says no-cache for good, unasked.
#
# `Cache-Control: no-cache` lets an answer be kept, and used only after the server has confirmed it, which is what an ETag is for. The
# library reads the directive, and of the answer's directives acts on max-age and no-store alone. So the answer is kept without an end, since
# `expire_after` is by default none, and handed out without a request: a program that polls never sees a change. With another
# Authorization the same answer comes, as Vary does not count either. `max-age=0` is not kept at all; no call ever has an If-None-Match.
# requests-cache 1.3.3, whose option of the same name this one has been made after, asks each time, and takes the 304.
# What helps: `expire_after`, or `Cache-Control: no-cache` in the headers of a request, which is heeded.
#
# Seen with Python 3.11; four calls for what changes after the second, what was read, and what the server answered:
#                         no-cache                            max-age=0, private, must-revalidate
#   aiohttp-client-cache  1 1 1 1, 200                        1 1 2 2, 200 200 200 200
#   requests-cache        1 1 2 2, 200 304 200 304            1 1 2 2, 200 304 200 304
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aiohttp-client-cache==0.15.0 aiohttp==3.14.5 requests-cache==1.3.3 requests==2.34.2

cat > seen.py <<'PYTHON'
import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiohttp_client_cache import CacheBackend
from aiohttp_client_cache import CachedSession as AiohttpSession
from requests_cache import CachedSession


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(self.server.version).encode()
        same = self.headers["If-None-Match"] == f'"{self.server.version}"'
        self.server.answered.append(304 if same else 200)
        self.send_response(self.server.answered[-1])
        self.send_header("ETag", f'"{self.server.version}"')
        self.send_header("Cache-Control", self.server.control)
        if not same:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if same else body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/conversations"


async def by_aiohttp():
    async with AiohttpSession(cache=CacheBackend(cache_control=True)) as session:
        for server.version in (1, 1, 2, 2):
            async with session.get(url) as answer:
                yield await answer.text()


async def by_requests():
    with CachedSession(backend="memory", cache_control=True) as session:
        for server.version in (1, 1, 2, 2):
            yield session.get(url).text


async def show(name, client):
    for server.control in ("no-cache", "max-age=0, private, must-revalidate"):
        server.answered = []
        read = [text async for text in client()]
        print(f"{name}, {server.control}: {' '.join(read)}, {' '.join(map(str, server.answered))}")


asyncio.run(show("aiohttp-client-cache", by_aiohttp))
asyncio.run(show("requests-cache", by_requests))
PYTHON
timeout 60 venv/bin/python seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
aiohttp-client-cache, no-cache: 1 1 1 1, 200
aiohttp-client-cache, max-age=0, private, must-revalidate: 1 1 2 2, 200 200 200 200
requests-cache, no-cache: 1 1 2 2, 200 304 200 304
requests-cache, max-age=0, private, must-revalidate: 1 1 2 2, 200 304 200 304
EXPECTED
