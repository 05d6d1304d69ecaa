#!/usr/bin/env bash
# Six HTTP caches (newest releases for Node.js 20 and Python 3.11 in November 2026) hand out a list as it was before the program posted to it.
#
# A cache has to forget what it holds of an address when a POST, PUT, PATCH or DELETE to that address succeeds (RFC 9111, section 4.4: MUST).
# undici 7.30.2 and make-fetch-happen 15.0.6 do. requests-cache 1.3.3, aiohttp-client-cache 0.15.0, hishel 1.4.0, got 14.6.6 with `cache` and
# axios-cache-interceptor 1.12.3 do not after any of them, CacheControl 0.14.4 after all but POST, the one that adds to a list: a program that
# sends a message and reads the messages again finds it missing until max-age is over, takes it for lost, and may send it twice. What helps
# is `Cache-Control: no-cache` at the read that follows a write of one's own; in axios-cache-interceptor it is `cache: { override: true }`.
#
# Seen with Node.js 20.20.2 and Python 3.11; max-age=60, a GET twice, the write, a GET: after which writes the last one is new:
#   undici, make-fetch-happen                                                                POST PUT PATCH DELETE
#   CacheControl                                                                             PUT PATCH DELETE
#   requests-cache, aiohttp-client-cache, hishel, got, axios-cache-interceptor               none
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check requests==2.34.2 requests-cache==1.3.3 CacheControl==0.14.4 \
  "hishel[httpx]==1.4.0" aiohttp==3.14.5 aiohttp-client-cache==0.15.0
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund undici@7.30.2 make-fetch-happen@15.0.6 got@14.6.6 axios@1.21.1 axios-cache-interceptor@1.12.3 > /dev/null

cat > seen.py <<'PYTHON'
import asyncio
import sys

import cachecontrol
import requests
import requests_cache
from aiohttp_client_cache import CacheBackend, CachedSession
from hishel import SyncSqliteStorage
from hishel.httpx import SyncCacheClient


async def with_aiohttp(method, url):
    async with CachedSession(cache=CacheBackend(cache_control=True)) as session:
        for one in ("GET", "GET", method, "GET"):
            async with session.request(one, url) as answer:
                read = await answer.text()
    return read


def one_after_another(client):
    return lambda method, url: [client.request(one, url).text for one in ("GET", "GET", method, "GET")][-1]


clients = {
    "CacheControl": one_after_another(cachecontrol.CacheControl(requests.Session())),
    "requests-cache": one_after_another(requests_cache.CachedSession(backend="memory", cache_control=True)),
    "hishel": one_after_another(SyncCacheClient(storage=SyncSqliteStorage(database_path="hishel.db"))),
    "aiohttp-client-cache": lambda method, url: asyncio.run(with_aiohttp(method, url)),
}
for name, call in clients.items():
    new = [method for method in ("POST", "PUT", "PATCH", "DELETE") if call(method, f"{sys.argv[1]}/{method}/{name}") == "written"]
    print(f"{name}: {' '.join(new) or 'none'}")
PYTHON
cat > seen.js <<'JAVASCRIPT'
import { spawn } from "node:child_process";
import http from "node:http";
import axios from "axios";
import { buildMemoryStorage, setupCache } from "axios-cache-interceptor";
import got from "got";
import makeFetchHappen from "make-fetch-happen";
import { Agent, interceptors, fetch as undiciFetch } from "undici";

const written = new Set();
const server = http.createServer((request, answer) => {
  request.resume();
  if (request.method !== "GET") {
    written.add(request.url);
    return answer.writeHead(200, { "Content-Length": 0 }).end();
  }
  answer.writeHead(200, { "Cache-Control": "max-age=60", ETag: `"${written.has(request.url)}"` });
  answer.end(written.has(request.url) ? "written" : "as before");
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const base = "http://127.0.0.1:" + server.address().port;

const dispatcher = new Agent().compose(interceptors.cache());
const keeping = makeFetchHappen.defaults({ cachePath: "kept" });
const gotCache = got.extend({ cache: new Map() });
const cached = setupCache(axios.create(), { storage: buildMemoryStorage(false) });
const clients = {
  undici: async (method, url) => (await undiciFetch(url, { method, dispatcher })).text(),
  "make-fetch-happen": async (method, url) => (await keeping(url, { method })).text(),
  got: (method, url) => gotCache(url, { method }).text(),
  "axios-cache-interceptor": async (method, url) => (await cached.request({ method, url, responseType: "text" })).data,
};
for (const [name, call] of Object.entries(clients)) {
  const anew = [];
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    let read;
    for (const one of ["GET", "GET", method, "GET"]) read = await call(one, `${base}/${method}/${name}`);
    if (read === "written") anew.push(method);
  }
  console.log(`${name}: ${anew.join(" ") || "none"}`);
}
await new Promise((ended) => spawn("venv/bin/python", ["seen.py", base], { stdio: "inherit" }).on("exit", ended));
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
undici: POST PUT PATCH DELETE
make-fetch-happen: POST PUT PATCH DELETE
got: none
axios-cache-interceptor: none
CacheControl: PUT PATCH DELETE
requests-cache: none
hishel: none
aiohttp-client-cache: none
EXPECTED
