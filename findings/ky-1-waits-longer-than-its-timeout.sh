#!/usr/bin/env bash
# ky 1.14.3 (the newest for Node.js 20; 2.x wants 22) waits for a rate limit as long as the server says, whatever its `timeout`.
#
# Its readme says that `timeout`, ten seconds by default, is "for getting a response, including any retries", and that `maxRetryAfter`, where
# it is not given, "will use `options.timeout`". Neither is so: a GET that is answered 429 waits in silence until Retry-After, or if there is
# none until X-RateLimit-Reset, the end of the hour for many an API. A job with a call per record seems to hang, and logs nothing.
# `retry: { maxRetryAfter: 10_000 }` does what the readme says. ky 2 says in its readme that `timeout` is of each attempt, and that
# `maxRetryAfter` is Infinity; it has `totalTimeout`, which 1.14.3 takes and ignores.
#
# Seen with Node.js 20.20.2, `timeout: 1000`, one 429 and a 200 after it:
#   Retry-After: 3                          200 after 3 s
#   X-RateLimit-Reset, 3 to 4 s away        200 after more than 2 s
#   Retry-After: 3, maxRetryAfter: 1000     200 after 1 s
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund ky@1.14.3 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import ky from "ky";

let asked, limited;
const server = http.createServer((_, answer) => {
  asked += 1;
  answer.writeHead(asked === 1 ? 429 : 200, asked === 1 ? limited() : {}).end();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

async function seconds(headers, retry) {
  [asked, limited] = [0, headers];
  const began = Date.now();
  const { status } = await ky.get("http://127.0.0.1:" + server.address().port, { timeout: 1000, retry });
  if (status !== 200 || asked !== 2) throw new Error("another answer");
  return (Date.now() - began) / 1000;
}

const told = await seconds(() => ({ "Retry-After": "3" }));
const reset = await seconds(() => ({ "X-RateLimit-Reset": String(Math.ceil(Date.now() / 1000) + 3) }));
const most = await seconds(() => ({ "Retry-After": "3" }), { maxRetryAfter: 1000 });
console.log("Retry-After: " + (told >= 2.9 ? "waits for it" : told));
console.log("X-RateLimit-Reset: " + (reset >= 2 ? "waits for it" : reset));
console.log("maxRetryAfter: " + (most < 2.9 ? "keeps to it" : most));
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
Retry-After: waits for it
X-RateLimit-Reset: waits for it
maxRetryAfter: keeps to it
EXPECTED
