#!/usr/bin/env bash
# `links` of requests 2.34.2, httpx 0.28.1 and aiohttp 3.14.5 (newest releases in November 2026) has no "next" for some headers that have one.
#
# The three hand out the header Link as a dictionary by relation, which is what pages are followed by: `while "next" in answer.links`. A
# link may have several relations, `rel="next last"`, as the first page of two has where a server merges what points to one address: all three make
# one key of it. requests and httpx take a link apart at each semicolon, within the address and within a title too, so the relation is gone, and
# of `/messages;v=1?page=2` the address is `/messages`. No error comes: the loop ends after the first page, and the rest of the records is
# missing. For several relations this helps in all: to look for "next" in `link.get("rel", "").split()` of each value of `links`.
# A comma in the address, which ends such a list for got 14 of Node.js, is well in all three.
#
# Seen with Python 3.11; the address of the next page by links["next"], and by the search in each value:
#                                           requests, httpx               aiohttp
#   </messages?page=2>; rel="next"          found, found                  found, found
#   </conversations/1,2?page=2>; rel="next" found, found                  found, found
#   </messages?page=2>; rel="next last"     none, found                   none, found
#   </messages?page=2>; title="a; b"; ...   none, none                    found, found
#   </messages;v=1?page=2>; rel="next"      none, none                    found, found
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5

cat > seen.py <<'PYTHON'
import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import aiohttp
import httpx
import requests


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Link", server.link)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.links


clients = {"requests": lambda: requests.get(url).links, "httpx": lambda: httpx.get(url).links, "aiohttp": lambda: asyncio.run(by_aiohttp())}
cases = [
    ("/messages?page=2", 'rel="next"'),
    ("/conversations/1,2?page=2", 'rel="next"'),
    ("/messages?page=2", 'rel="next last"'),
    ("/messages?page=2", 'title="a; b"; rel="next"'),
    ("/messages;v=1?page=2", 'rel="next"'),
]
for path, parameters in cases:
    server.link = f"<{url}{path}>; {parameters}"
    told = []
    for name, links in ((name, call()) for name, call in clients.items()):
        by_key = links.get("next", {})
        by_search = next((link for link in links.values() if "next" in link.get("rel", "").split()), {})
        found = ("found" if str(link.get("url")) == url + path else "none" if not link else str(link) for link in (by_key, by_search))
        told.append(f"{name} {', '.join(found)}")
    print(f"<{path}>; {parameters} | {' | '.join(told)}")
PYTHON
timeout 60 venv/bin/python seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
</messages?page=2>; rel="next" | requests found, found | httpx found, found | aiohttp found, found
</conversations/1,2?page=2>; rel="next" | requests found, found | httpx found, found | aiohttp found, found
</messages?page=2>; rel="next last" | requests none, found | httpx none, found | aiohttp none, found
</messages?page=2>; title="a; b"; rel="next" | requests none, none | httpx none, none | aiohttp found, found
</messages;v=1?page=2>; rel="next" | requests none, none | httpx none, none | aiohttp found, found
EXPECTED
