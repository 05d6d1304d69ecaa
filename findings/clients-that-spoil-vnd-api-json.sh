#!/usr/bin/env bash
# needle 3.5.0, urllib 4.9.2, feaxios 0.0.23, redaxios 0.5.1 and gaxios 7.3.1 (newest releases in November 2026) spoil application/vnd.api+json.
#
# A program that hands an object to one of these clients of Node.js, with the header Content-Type, gets it sent as JSON where that is
# application/json. Where it is application/vnd.api+json, needle sends a form under that very header, feaxios the text "[object Object]", urllib
# a form under its own Content-Type in place of the one that was given, and redaxios JSON as application/json: its own header wins. gaxios
# sends what it should, and hands out the answer as a Blob, without an error, so that `data.messages` is undefined. An API of
# JSON:API answers 400 or 415 to the four, and a client that works with a stub of application/json fails with the service. axios 1.21.1, superagent
# 10.4.2, xior 0.8.5 and up-fetch 2.6.1 send and read both types. What helps: `JSON.stringify()` of one's own, and in gaxios `responseType: "json"`.
#
# Seen with Node.js 20.20.2; what arrives of a POST of {"content":"hi"} with Content-Type application/vnd.api+json, and what is read:
#   needle     application/vnd.api+json                content=hi            an object
#   urllib     application/x-www-form-urlencoded       content=hi            an object (dataType: "json")
#   feaxios    application/vnd.api+json                [object Object]       an object
#   redaxios   application/json                        {"content":"hi"}      an object
#   gaxios     application/vnd.api+json                {"content":"hi"}      a Blob
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund needle@3.5.0 urllib@4.9.2 feaxios@0.0.23 redaxios@0.5.1 gaxios@7.3.1 axios@1.21.1 superagent@10.4.2 \
  xior@0.8.5 up-fetch@2.6.1 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import axios from "axios";
import feaxios from "feaxios";
import { request as gaxios } from "gaxios";
import needle from "needle";
import redaxios from "redaxios";
import superagent from "superagent";
import { up } from "up-fetch";
import { request as urllib } from "urllib";
import xior from "xior";

let arrived;
const server = http.createServer(async (request, answer) => {
  const body = (await request.setEncoding("utf8").toArray()).join("");
  arrived = `${request.headers["content-type"].split(";")[0]} ${body}`;
  answer.writeHead(201, { "Content-Type": request.headers.accept }).end('{"messages":[{"id":1}]}');
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const clients = {
  needle: async (body, headers) => (await needle("post", url, body, { headers })).body,
  urllib: async (data, headers) => (await urllib(url, { method: "POST", data, headers, dataType: "json" })).data,
  feaxios: async (data, headers) => (await feaxios.request({ method: "post", url, data, headers })).data,
  redaxios: async (data, headers) => (await redaxios.post(url, data, { headers })).data,
  gaxios: async (data, headers) => (await gaxios({ method: "POST", url, data, headers })).data,
  axios: async (data, headers) => (await axios.post(url, data, { headers })).data,
  superagent: async (body, headers) => (await superagent.post(url).set(headers).send(body)).body,
  xior: async (data, headers) => (await xior.create().post(url, data, { headers })).data,
  "up-fetch": (body, headers) => up(fetch)(url, { method: "POST", body, headers }),
};
const read = (data) => (data.messages?.[0].id === 1 ? "the object" : data.constructor.name);
for (const type of ["application/json", "application/vnd.api+json"]) {
  for (const [name, call] of Object.entries(clients)) {
    const data = await call({ content: "hi" }, { "Content-Type": type, Accept: type });
    console.log(`${type}, ${name}: ${arrived}, reads ${read(data)}`);
  }
}
for (const name of ["needle", "urllib", "feaxios", "redaxios"]) {
  const type = "application/vnd.api+json";
  await clients[name](JSON.stringify({ content: "hi" }), { "Content-Type": type, Accept: type });
  console.log(`a string, ${name}: ${arrived}`);
}
const asJson = await gaxios({ url, headers: { "Content-Type": "text/plain", Accept: "application/vnd.api+json" }, responseType: "json" });
console.log(`responseType, gaxios: reads ${read(asJson.data)}`);
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
application/json, needle: application/json {"content":"hi"}, reads the object
application/json, urllib: application/json {"content":"hi"}, reads the object
application/json, feaxios: application/json {"content":"hi"}, reads the object
application/json, redaxios: application/json {"content":"hi"}, reads the object
application/json, gaxios: application/json {"content":"hi"}, reads the object
application/json, axios: application/json {"content":"hi"}, reads the object
application/json, superagent: application/json {"content":"hi"}, reads the object
application/json, xior: application/json {"content":"hi"}, reads the object
application/json, up-fetch: application/json {"content":"hi"}, reads the object
application/vnd.api+json, needle: application/vnd.api+json content=hi, reads the object
application/vnd.api+json, urllib: application/x-www-form-urlencoded content=hi, reads the object
application/vnd.api+json, feaxios: application/vnd.api+json [object Object], reads the object
application/vnd.api+json, redaxios: application/json {"content":"hi"}, reads the object
application/vnd.api+json, gaxios: application/vnd.api+json {"content":"hi"}, reads Blob
application/vnd.api+json, axios: application/vnd.api+json {"content":"hi"}, reads the object
application/vnd.api+json, superagent: application/vnd.api+json {"content":"hi"}, reads the object
application/vnd.api+json, xior: application/vnd.api+json {"content":"hi"}, reads the object
application/vnd.api+json, up-fetch: application/vnd.api+json {"content":"hi"}, reads the object
a string, needle: application/vnd.api+json {"content":"hi"}
a string, urllib: application/vnd.api+json {"content":"hi"}
a string, feaxios: application/vnd.api+json {"content":"hi"}
a string, redaxios: application/vnd.api+json {"content":"hi"}
responseType, gaxios: reads the object
EXPECTED
