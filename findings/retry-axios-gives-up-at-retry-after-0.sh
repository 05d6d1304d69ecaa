#!/usr/bin/env bash
# retry-axios 4.0.3 (newest release in November 2026) gives up, where it would have tried again, at a Retry-After that says "now".
#
# RFC 9110, section 10.2.3, has Retry-After as a date or as seconds of which 0 is one. A window that ends within the second gives 0, and a date
# is over as soon as the client's clock is a second ahead of the server's. The library takes either as a header that it cannot use, and
# rejects the call at the first 429; without any Retry-After it waits by its own backoff and asks again. Its text says only that what is above
# `maxRetryAfter` is rejected. So a program with retries still fails now and then at the turn of the window. axios-retry 4.5.0,
# axios-retry-after 2.1.0 and httpx-retries 0.6.0 for Python ask again at once. What helps is `raxConfig: { checkRetryAfter: false }`, at the
# price that the header is not read at all.
#
# Seen with Node.js 20.20.2, axios 1.21.1 and Python 3.11; one answer with that status and header, a 200 after it:
#                                                    retry-axios      axios-retry, axios-retry-after, httpx-retries
#   429, Retry-After: 1                              200              200
#   429, Retry-After: 0                              429              200
#   429, Retry-After: two seconds ago, as a date     429              200
#   429 without Retry-After                          200
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 httpx-retries==0.6.0
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund axios@1.21.1 retry-axios@4.0.3 axios-retry@4.5.0 axios-retry-after@2.1.0 > /dev/null

cat > seen.py <<'PYTHON'
import sys

import httpx
from httpx_retries import RetryTransport

print(httpx.Client(transport=RetryTransport()).get(sys.argv[1]).status_code)
PYTHON
cat > seen.js <<'JAVASCRIPT'
import { execFile } from "node:child_process";
import http from "node:http";
import { promisify } from "node:util";
import axios from "axios";
import axiosRetry from "axios-retry";
import axiosRetryAfter from "axios-retry-after";
import * as rax from "retry-axios";

let asked, headers;
const server = http.createServer((_, answer) => {
  asked += 1;
  answer.writeHead(asked === 1 ? 429 : 200, asked === 1 ? headers() : {}).end();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const [withRax, withRetry, withRetryAfter] = [axios.create(), axios.create(), axios.create()];
rax.attach(withRax);
axiosRetry(withRetry);
withRetryAfter.interceptors.response.use(null, axiosRetryAfter(withRetryAfter));
const status = (client) => client.get(url).then((answer) => answer.status, (error) => error.response.status);
const others = {
  "axios-retry": () => status(withRetry),
  "axios-retry-after": () => status(withRetryAfter),
  "httpx-retries": async () => (await promisify(execFile)("venv/bin/python", ["seen.py", url])).stdout.trim(),
};
const cases = {
  "Retry-After: 1": () => ({ "Retry-After": "1" }),
  "Retry-After: 0": () => ({ "Retry-After": "0" }),
  "Retry-After: two seconds ago": () => ({ "Retry-After": new Date(Date.now() - 2000).toUTCString() }),
  "no Retry-After": () => ({}),
};
for (const [name, made] of Object.entries(cases)) {
  const seen = [];
  for (const [client, call] of Object.entries({ "retry-axios": () => status(withRax), ...(name.startsWith("no") ? {} : others) })) {
    [asked, headers] = [0, made];
    seen.push(`${client} ${await call()}`);
  }
  console.log(`${name} | ${seen.join(", ")}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
Retry-After: 1 | retry-axios 200, axios-retry 200, axios-retry-after 200, httpx-retries 200
Retry-After: 0 | retry-axios 429, axios-retry 200, axios-retry-after 200, httpx-retries 200
Retry-After: two seconds ago | retry-axios 429, axios-retry 200, axios-retry-after 200, httpx-retries 200
no Retry-After | retry-axios 200
EXPECTED
