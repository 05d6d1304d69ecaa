#!/usr/bin/env bash
# axios-cache-interceptor 1.12.3 (newest release in November 2026) never sends an ETag back for what says `no-cache`, or in Node.js `private`.
#
# Its option `etag` is on by default, and works for max-age=0: If-None-Match, a 304, and the stored body. `no-cache` asks for just that, and
# `private` allows it to whoever has no other users; the library stores neither, so each poll gets the whole answer, with no warning, and the
# option looks broken. Rails gives `max-age=0, private, must-revalidate` to each answer with an ETag, so the conditional requests of an API
# made with it never come about. In a browser `private` is stored; what decides is `location`, "server" where there is no window. The types of
# setupCache() take `location` as an option, and setupCache() overwrites it. What helps: to set it on the client that comes out, for
# `private`, and for both `interpretHeader: false` with `ttl: 0`, which asks with the ETag each time, whatever the answer says.
#
# Seen with Node.js 20.20.2 and axios 1.21.1; four GETs of what never changes, and what the server answered:
#                                         as it is, and with     location = "client"   interpretHeader: false,
#                                         location: "client"     set afterwards        ttl: 0
#   max-age=0                             200 304 304 304        200 304 304 304       200 304 304 304
#   max-age=0, private, must-revalidate   200 200 200 200        200 304 304 304       200 304 304 304
#   no-cache                              200 200 200 200        200 200 200 200       200 304 304 304
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund axios-cache-interceptor@1.12.3 axios@1.21.1 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import axios from "axios";
import { setupCache } from "axios-cache-interceptor";

let control, answered;
const server = http.createServer((request, answer) => {
  const same = request.headers["if-none-match"] === '"1"';
  answered.push(same ? 304 : 200);
  answer.writeHead(answered.at(-1), { ETag: '"1"', "Cache-Control": control }).end(same ? undefined : '{"conversations":[]}');
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

for (control of ["max-age=0", "max-age=0, private, must-revalidate", "no-cache"]) {
  const seen = [];
  for (const [options, after] of [[{}, {}], [{ location: "client" }, {}], [{}, { location: "client" }], [{ interpretHeader: false, ttl: 0 }, {}]]) {
    answered = [];
    const client = Object.assign(setupCache(axios.create(), options), after);
    for (let call = 0; call < 4; call += 1) {
      const { status, data } = await client.get(`http://127.0.0.1:${server.address().port}`);
      if (status !== 200 || data.conversations.length !== 0) throw new Error("another answer");
      await new Promise((later) => setTimeout(later, 20));
    }
    seen.push(answered.join(" "));
  }
  console.log(`${control} | ${seen.join(" | ")}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
max-age=0 | 200 304 304 304 | 200 304 304 304 | 200 304 304 304 | 200 304 304 304
max-age=0, private, must-revalidate | 200 200 200 200 | 200 200 200 200 | 200 304 304 304 | 200 304 304 304
no-cache | 200 200 200 200 | 200 200 200 200 | 200 200 200 200 | 200 304 304 304
EXPECTED
