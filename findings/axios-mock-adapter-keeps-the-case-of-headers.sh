#!/usr/bin/env bash
# A program that passes with axios-mock-adapter 2.1.0 (newest release in November 2026; axios 1.21.1) can fail with any server, and the other way.
#
# Node.js and browsers hand out header names in lower case, so with axios a program that reads `headers["X-RateLimit-Remaining"]` or
# `headers.Link` gets undefined from each server, however that writes them. The mock keeps the case of the test's own object: there that program
# works, and the right one, `headers["link"]`, gets undefined, so that pages or waits are never tested. `headers.get()` reads both. The mock also
# hands `transformResponse` an object, where a server's text comes: a parser that keeps large ids whole (axios rounds them) breaks or is
# never run. `timeout` and `responseType: "text"` of a call do nothing. The readme says none of it. What helps: names in lower case and
# texts in the test, `reply(200, '{"id":7}', { link: ... })`.
#
# Seen with Node.js 20.20.2; the answer has Link: <...>; rel="next" and the text {"id":7}, which the mock is given as the object:
#                                     a server      the mock
#   headers["Link"]                   undefined     the link
#   headers["link"]                   the link      undefined
#   headers.get("link")               the link      the link
#   transformResponse gets            a string      an object
#   responseType: "text"              a string      an object
#   timeout: 50, answer after 300 ms  ECONNABORTED  200
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund axios-mock-adapter@2.1.0 axios@1.21.1 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import axios from "axios";
import MockAdapter from "axios-mock-adapter";

const link = '<http://api.test/messages?page=2>; rel="next"';
const server = http.createServer((request, answer) => {
  const send = () => answer.writeHead(200, { Link: link, "Content-Type": "application/json" }).end('{"id":7}');
  if (request.url === "/slow") setTimeout(send, 300);
  else send();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const real = axios.create({ baseURL: `http://127.0.0.1:${server.address().port}` });
const mocked = axios.create({ baseURL: "http://api.test" });
const mock = new MockAdapter(mocked);
const headers = { Link: link, "Content-Type": "application/json" };
mock.onGet("/messages").reply(200, { id: 7 }, headers);
mock.onGet("/slow").reply(() => new Promise((answer) => setTimeout(answer, 300, [200, { id: 7 }, headers])));

async function seen(client) {
  const answer = await client.get("/messages");
  const shown = (value) => (value === link ? "the link" : String(value));
  let given;
  await client.get("/messages", { transformResponse: [(data) => void (given = typeof data)] });
  const text = await client.get("/messages", { responseType: "text" });
  const slow = await client.get("/slow", { timeout: 50 }).then(({ status }) => status, (error) => error.code);
  return [shown(answer.headers["Link"]), shown(answer.headers["link"]), shown(answer.headers.get("link")), given, typeof text.data, slow];
}
console.log(`a server | ${(await seen(real)).join(" | ")}`);
console.log(`the mock | ${(await seen(mocked)).join(" | ")}`);
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
a server | undefined | the link | the link | string | string | ECONNABORTED
the mock | the link | undefined | the link | object | object | 200
EXPECTED
