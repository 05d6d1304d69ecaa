#!/usr/bin/env bash
# smee-client 5.0.0 (newest release in November 2026) writes the JSON of a webhook anew, so signatures of Rails fail where a text has & < or >.
#
# The relay hands on the parsed body, and the client serialises it: `JSON.stringify`, always as application/json. What its maker wrote as
# JSON.stringify would keeps its bytes, and its signature. Active Support writes `&`, `<` and `>` as \u0026, \u003c and \u003e, PHP escapes a
# slash, Python puts spaces after commas: then the bytes are others. With Rails that is one webhook out of many, the one whose guest is called
# B&B, and the receiver looks at fault, as the record in the log is the same. Large numbers and 120.50 change their value and their text, and
# application/vnd.api+json arrives as application/json. Of a query with a repeated name, one value is left, joined by a comma. What
# its readme says is that webhooks are forwarded. What helps: to check signatures without the relay, or to keep a tunnel of bytes for them.
#
# Seen with Node.js 20.20.2; the relay is one that sends events as smee.io does: the headers, and parsed the body and the query:
#   {"id":7,"text":"B and B"}                        the same bytes, signature right, application/json
#   {"id":7,"text":"B\u0026B"}, as Active Support    {"id":7,"text":"B&B"}, signature wrong
#   {"url":"\/rentals\/7"}, as PHP                   {"url":"/rentals/7"}, signature wrong
#   {"id": 7, "price": 120.50}, as Python            {"id":7,"price":120.5}, signature wrong
#   ?topic=a&topic=b                                 ?topic=a%2Cb
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund smee-client@5.0.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { createHmac } from "node:crypto";
import http from "node:http";
import SmeeClient from "smee-client";

const sign = (bytes) => createHmac("sha256", "secret").update(bytes).digest("hex");
const listen = (handler) =>
  new Promise((listening) => {
    const server = http.createServer(handler).listen(0, "127.0.0.1", () => listening(`http://127.0.0.1:${server.address().port}`));
  });

let arrived;
const receiver = await listen(async (request, answer) => {
  const body = Buffer.concat(await request.toArray());
  answer.end();
  arrived({ body, url: request.url, type: request.headers["content-type"], right: request.headers["x-signature"] === sign(body) });
});

let channel;
const relay = await listen((request, answer) => {
  answer.writeHead(200, { "Content-Type": "text/event-stream" }).write("event: ready\ndata: {}\n\n");
  channel = answer;
});
const client = new SmeeClient({ source: `${relay}/channel`, target: `${receiver}/webhooks`, logger: { info() {}, error: console.error } });
await client.start();
while (!channel) await new Promise((later) => setTimeout(later, 20));

const webhooks = ['{"id":7,"text":"B and B"}', '{"id":7,"text":"B\\u0026B"}', '{"url":"\\/rentals\\/7"}', '{"id": 7, "price": 120.50}'];
for (const text of webhooks) {
  const arrival = new Promise((once) => (arrived = once));
  const event = { "content-type": "application/vnd.api+json", "x-signature": sign(text), body: JSON.parse(text), query: { topic: ["a", "b"] } };
  channel.write(`data: ${JSON.stringify(event)}\n\n`);
  const { body, url, type, right } = await arrival;
  console.log(`${text} | ${body} | signature ${right ? "right" : "wrong"} | ${type} | ${url}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
{"id":7,"text":"B and B"} | {"id":7,"text":"B and B"} | signature right | application/json | /webhooks?topic=a%2Cb
{"id":7,"text":"B\u0026B"} | {"id":7,"text":"B&B"} | signature wrong | application/json | /webhooks?topic=a%2Cb
{"url":"\/rentals\/7"} | {"url":"/rentals/7"} | signature wrong | application/json | /webhooks?topic=a%2Cb
{"id": 7, "price": 120.50} | {"id":7,"price":120.5} | signature wrong | application/json | /webhooks?topic=a%2Cb
EXPECTED
