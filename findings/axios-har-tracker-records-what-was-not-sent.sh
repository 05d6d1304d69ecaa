#!/usr/bin/env bash
# axios-har-tracker 0.8.0 (newest release in November 2026; axios 1.21.1) writes HAR entries of requests and pictures that never were.
#
# It sets the address together itself, with a "?" between url and params: where the url has a query, as the address of a next page has, the entry
# has two, and `page` is "2?include=hosts". Lists it writes as ids[0]=1, where axios sent ids[]=1. A method is in small letters, which is another
# method (RFC 9110, section 9.1), a GET has a Content-Type without the value that HAR 1.2 demands, and a picture is the text of the JSON of a
# Buffer, still called image/png, with the size of that text. Nothing is reported. Played or compared, such an entry is of a page that the
# server was never asked for, or a file that no program opens. What helps for the address is the whole query in the url.
#
# Seen with Node.js 20.20.2; what the server had and gave, and the entry:
#   query     page=2&include=hosts         page=2?include=hosts          (url with ?page=2, params with include)
#   query     ids[]=1&ids[]=2              ids[0]=1&ids[1]=2             (params with a list)
#   method    GET                          get
#   header    no Content-Type              Content-Type, without a value
#   body      6 bytes of image/png         {"type":"Buffer","data":[137,80,78,71,13,255]}, 46 bytes of image/png
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund axios@1.21.1 axios-har-tracker@0.8.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import axios from "axios";
import { AxiosHarTracker } from "axios-har-tracker";

const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0xff]);
const had = [];
const server = http.createServer((request, answer) => {
  had.push(request);
  answer.writeHead(200, { "Content-Type": "image/png" }).end(PICTURE);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const client = axios.create({ responseType: "arraybuffer" });
const tracker = new AxiosHarTracker(client);
await client.get(url + "/messages?page=2", { params: { include: "hosts" } });
await client.get(url + "/messages", { params: { ids: [1, 2] } });
await client.get(url + "/messages?page=2&include=hosts");
const { data } = await client.get(url + "/attachments/1.png");

const query = (address) => decodeURIComponent(address.slice(address.indexOf("?") + 1));
const { entries } = tracker.getGeneratedHar().log;
for (const [index, name] of ["url and params", "list", "url alone"].entries()) {
  console.log(`query, ${name}: sent ${query(had[index].url)} | recorded ${query(entries[index].request.url)}`);
}
const { request, response } = entries[3];
const { content } = response;
const [type] = JSON.parse(JSON.stringify(request.headers)).filter((header) => header.name === "Content-Type");
console.log(`method: sent ${had[3].method} | recorded ${request.method}`);
console.log(`Content-Type: sent ${had[3].headers["content-type"] ?? "none"} | recorded ${JSON.stringify(type)}`);
console.log(`the program has ${PICTURE.equals(data) ? "the picture" : "something else"}`);
console.log(`recorded ${content.text}, ${content.size} bytes of ${content.mimeType}, ${content.encoding ?? "as text"}`);
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
query, url and params: sent page=2&include=hosts | recorded page=2?include=hosts
query, list: sent ids[]=1&ids[]=2 | recorded ids[0]=1&ids[1]=2
query, url alone: sent page=2&include=hosts | recorded page=2&include=hosts
method: sent GET | recorded get
Content-Type: sent none | recorded {"name":"Content-Type"}
the program has the picture
recorded {"type":"Buffer","data":[137,80,78,71,13,255]}, 46 bytes of image/png, as text
EXPECTED
