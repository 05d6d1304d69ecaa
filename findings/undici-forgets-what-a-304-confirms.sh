#!/usr/bin/env bash
# The cache interceptor of undici 7.30.2 (the newest for Node.js 20), and of 8.13.1 (newest release in November 2026), forgets an answer when
# the server confirms it.
#
# A 304 has to repeat the Cache-Control of the 200 (RFC 9110, section 15.4.5), and Rails, Express and nginx do. With `max-age=0, private,
# must-revalidate`, what Rails gives to every answer with an ETag, the interceptor asks with If-None-Match, gets the 304, hands out the
# stored answer, and deletes it, since the 304 told a Cache-Control. So a client that polls gets the whole body at every second call, and
# a body that never changes is sent half of the times. Where a 304 leaves Cache-Control out, it is kept. Either way the caller sees the
# stored headers and not those of the 304, which RFC 9111, section 3.2, has replaced: a program that watches X-RateLimit-Remaining sees the
# number of the call before. A private cache is needed at all: `type: "private"`. requests-cache and CacheControl for Python keep
# the answer, and show the new headers.
#
# Seen with Node.js 20.20.2; six calls for what never changes, the server counts down X-RateLimit-Remaining from 999:
#   a 304 with Cache-Control      shown 999 999 997 997 995 995; with If-None-Match: 3 of 6
#   a 304 without it              shown 999 999 999 999 999 999; with If-None-Match: 5 of 6
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund undici@7.30.2 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import { Agent, interceptors, request } from "undici";

const etag = 'W/"d41d8cd98f00b204e9800998ecf8427e"';
const lasting = { "Cache-Control": "max-age=0, private, must-revalidate" };
let calls, conditional, repeats;
const server = http.createServer((asked, answer) => {
  calls += 1;
  const headers = { ETag: etag, "X-RateLimit-Remaining": String(1000 - calls) };
  if (asked.headers["if-none-match"] === etag) {
    conditional += 1;
    answer.writeHead(304, repeats ? { ...headers, ...lasting } : headers).end();
  } else {
    answer.writeHead(200, { ...headers, ...lasting, "Content-Type": "application/json" }).end('{"conversations":[]}');
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

for (repeats of [true, false]) {
  calls = conditional = 0;
  const dispatcher = new Agent().compose(interceptors.cache({ type: "private" }));
  const shown = [];
  for (let call = 0; call < 6; call += 1) {
    const { statusCode, headers, body } = await request("http://127.0.0.1:" + server.address().port, { dispatcher });
    if (statusCode !== 200 || (await body.text()) !== '{"conversations":[]}') throw new Error("another answer");
    shown.push(headers["x-ratelimit-remaining"]);
  }
  console.log(`a 304 ${repeats ? "with" : "without"} Cache-Control: shown ${shown.join(" ")}; with If-None-Match: ${conditional} of ${calls}`);
}
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
a 304 with Cache-Control: shown 999 999 997 997 995 995; with If-None-Match: 3 of 6
a 304 without Cache-Control: shown 999 999 999 999 999 999; with If-None-Match: 5 of 6
EXPECTED
