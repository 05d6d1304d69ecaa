#!/usr/bin/env bash
# fetch-har 12.0.4 (newest release in November 2026) sends each query parameter of a recorded request twice, and spoils `+` and `&` in it.
#
# A HAR has the query two times: in `url`, which is the whole address, and parsed in `queryString`. Browsers, Playwright and mitmproxy
# write both. fetch-har decodes that of `url`, appends that of `queryString`, and encodes neither as parameters: what is a list arrives
# doubled, `ids[]=1&ids[]=2` as four; a plus sign stays, which servers read as a space, so a time with an offset is no time any more; and
# an ampersand starts another parameter. A form in `postData.params` is encoded well. What helps where `url` has the query: an
# empty `queryString`, for then `url` is sent as it stands. The guide's example has the query in `queryString` alone, with numbers.
#
# Seen with Node.js 20.20.2; the address that the server is asked for:
#   recorded                       /messages?since=2030-01-01T00%3A00%3A00%2B01%3A00&name=B%26B
#   as browsers write it           /messages?since=2030-01-01T00:00:00+01:00&name=B&B=&since=2030-01-01T00:00:00+01:00&name=B&B
#   with an empty `queryString`    as recorded
#   `url` without the query        /messages?since=2030-01-01T00:00:00+01:00&name=B&B
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund fetch-har@12.0.4 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import fetchHAR from "fetch-har";

let asked;
const server = http.createServer((request, answer) => {
  asked = request.url;
  answer.writeHead(200, { "Content-Type": "application/json" }).end("{}");
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const address = `http://127.0.0.1:${server.address().port}`;

const queryString = [{ name: "since", value: "2030-01-01T00:00:00+01:00" }, { name: "name", value: "B&B" }];
const query = new URLSearchParams(queryString.map(({ name, value }) => [name, value]));
const path = "/messages";
console.log(`recorded: ${path}?${query}`);
const kinds = {
  "as browsers write it": { url: `${address}${path}?${query}`, queryString },
  "with an empty queryString": { url: `${address}${path}?${query}`, queryString: [] },
  "url without the query": { url: `${address}${path}`, queryString },
};
for (const [name, kind] of Object.entries(kinds)) {
  const request = { method: "GET", httpVersion: "HTTP/1.1", cookies: [], headers: [], headersSize: -1, bodySize: 0, ...kind };
  await fetchHAR({ log: { version: "1.2", creator: { name: "recorder", version: "1" }, entries: [{ request }] } });
  console.log(`${name}: ${asked}`);
}
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
recorded: /messages?since=2030-01-01T00%3A00%3A00%2B01%3A00&name=B%26B
as browsers write it: /messages?since=2030-01-01T00:00:00+01:00&name=B&B&since=2030-01-01T00:00:00+01:00&name=B&B
with an empty queryString: /messages?since=2030-01-01T00%3A00%3A00%2B01%3A00&name=B%26B
url without the query: /messages?since=2030-01-01T00:00:00+01:00&name=B&B
EXPECTED
