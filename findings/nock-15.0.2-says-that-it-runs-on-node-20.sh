#!/usr/bin/env bash
# nock 15.0.2 gives Node.js 20 in its engines, and is what npm installs there in November 2026; on it every request of the process fails.
#
# `npm install nock` takes the newest release whose engines fit: not 15.0.6, which is `latest` and wants Node.js 22.20, but 15.0.2, with
# `>=20.12.1`. Of @mswjs/interceptors that brings 0.44.0, which wants 22 itself, a warning at most, and calls Promise.withResolvers,
# which is new in Node.js 22. Importing works. Since nock listens as soon as it is imported, requests fail that it has nothing to do with
# as well: a test file that imports it and speaks to a real server gets `fetch failed`. A program of Node.js 20 that updates its
# development dependencies has to ask for nock 14. It takes Node.js 20 as `node`; with another it says so and exits with 77.
#
# Seen with Node.js 20.20.2 and npm 11.19.1:
#   nock 15.0.2, a mocked address   fetch failed: Promise.withResolvers is not a function; by http.get: Promise.withResolvers is not a function
#   nock 15.0.2, a real server      the same
#   nock 14.0.9, a mocked address   200 mocked; by http.get: 200 mocked
#   nock 14.0.9, a real server      200 real; by http.get: 200 real
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

if [ "$(node -p 'process.versions.node.split(".")[0]')" != 20 ]; then
  echo "skipped: it needs Node.js 20" >&2
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > seen.js <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import http from "node:http";
import nock from "nock";

const { version, engines } = JSON.parse(readFileSync("node_modules/nock/package.json", "utf8"));
const server = http.createServer((asked, answer) => answer.end("real"));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
nock("http://mocked.test").get("/").twice().reply(200, "mocked");

const byFetch = (url) =>
  fetch(url).then(
    async (answer) => `${answer.status} ${await answer.text()}`,
    (error) => `${error.message}: ${error.cause.message}`,
  );
async function byHttp(url) {
  try {
    const answer = await new Promise((got, failed) => http.get(url, got).on("error", failed));
    return `${answer.statusCode} ${(await answer.setEncoding("utf8").toArray()).join("")}`;
  } catch (error) {
    return error.message;
  }
}
for (const [name, url] of [["a mocked address", "http://mocked.test/"], ["a real server", `http://127.0.0.1:${server.address().port}/`]]) {
  console.log(`nock ${version} for ${engines.node}, ${name}: ${await byFetch(url)}; by http.get: ${await byHttp(url)}`);
}
process.exit();
JAVASCRIPT
for packages in "nock@15.0.2 @mswjs/interceptors@0.44.0" nock@14.0.9; do
  rm -rf node_modules package-lock.json
  echo '{ "type": "module" }' > package.json
  npm install --silent --no-audit --no-fund $packages > /dev/null
  node seen.js
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
nock 15.0.2 for >=20.12.1, a mocked address: fetch failed: Promise.withResolvers is not a function; by http.get: Promise.withResolvers is not a function
nock 15.0.2 for >=20.12.1, a real server: fetch failed: Promise.withResolvers is not a function; by http.get: Promise.withResolvers is not a function
nock 14.0.9 for >=18.20.0 <20 || >=20.12.1, a mocked address: 200 mocked; by http.get: 200 mocked
nock 14.0.9 for >=18.20.0 <20 || >=20.12.1, a real server: 200 real; by http.get: 200 real
EXPECTED
