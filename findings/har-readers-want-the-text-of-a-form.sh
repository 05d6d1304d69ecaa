#!/usr/bin/env bash
# mitmproxy 11.0.2 and har-to-openapi 2.0.0 (newest for Python 3.11 and Node.js 20 in November 2026) read no form that is kept as HAR 1.2 says.
#
# `postData` has the body of a request as `text` or, where it is a form, as `params`: the two are "mutually exclusive" in HAR 1.2. A file with both
# is read by all; @readme/oas-to-har 38.5.1 writes the parameters alone. Given these, mitmproxy refuses the file with "Please provide a valid HAR
# file", for the sake of one entry, without those that come after it; and har-to-openapi, without a word, describes the request as
# multipart/form-data with a file in the field "filename". With an API behind OAuth the call for a token is such a form, and often
# the first entry. har-to-k6 0.14.16 and fetch-har 12.0.4 take each of the three. What helps is to add `text`, the parameters encoded
# as in a query.
#
# Seen with Python 3.11 and Node.js 20.20.2; a GET, the form, a GET after it:
#                                 mitmproxy     har-to-openapi                        har-to-k6   fetch-har
#   params alone                  GET           multipart/form-data, filename         form        form
#   text alone                    GET POST GET  application/x-www-form-urlencoded     form        form
#   params and text               GET POST GET  application/x-www-form-urlencoded     form        form
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mitmproxy==11.0.2
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund har-to-openapi@2.0.0 har-to-k6@0.14.16 fetch-har@12.0.4 @readme/oas-to-har@38.5.1 oas@38.6.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import http from "node:http";
import oasToHar from "@readme/oas-to-har";
import fetchHar from "fetch-har";
import { liHARToK6Script } from "har-to-k6";
import { generateSpec } from "har-to-openapi";
import Oas from "oas";

let arrived;
const server = http.createServer(async (request, answer) => {
  arrived = `${request.headers["content-type"]} ${(await request.setEncoding("utf8").toArray()).join("")}`;
  answer.writeHead(200, { Connection: "close" }).end();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const TYPE = "application/x-www-form-urlencoded";
const FORM = { grant_type: "refresh_token", refresh_token: "r1" };
const schema = { type: "object", properties: { grant_type: { type: "string" }, refresh_token: { type: "string" } } };
const post = { requestBody: { content: { [TYPE]: { schema } } }, responses: { 200: { description: "A token" } } };
const document = new Oas({ openapi: "3.0.3", info: { title: "Inbox", version: "1" }, servers: [{ url }], paths: { "/oauth/token": { post } } });
const written = oasToHar(document, document.operation("/oauth/token", "post"), { formData: FORM }).log.entries[0].request.postData;
console.log("oas-to-har writes:", Object.keys(written).sort().join(", "));

const params = Object.entries(FORM).map(([name, value]) => ({ name, value }));
const text = new URLSearchParams(FORM).toString();
const rest = { httpVersion: "HTTP/1.1", cookies: [], headersSize: -1, bodySize: -1 };
const entry = (method, path, headers, more) => ({
  startedDateTime: "2030-06-01T12:00:00.000Z",
  time: 1,
  cache: {},
  timings: { send: 0, wait: 1, receive: 0 },
  request: { method, url: url + path, headers, queryString: [], ...rest, ...more },
  response: { status: 200, statusText: "OK", headers: [], content: { size: 2, mimeType: "application/json", text: "{}" }, redirectURL: "", ...rest },
});
for (const [name, body] of Object.entries({ params: { params }, text: { text }, "params and text": { params, text } })) {
  const form = entry("POST", "/oauth/token", [{ name: "Content-Type", value: TYPE }], { postData: { mimeType: TYPE, ...body } });
  const entries = [entry("GET", "/before", []), form, entry("GET", "/after", [])];
  const har = { log: { version: "1.2", creator: { name: "a recorder", version: "1" }, pages: [], entries } };
  writeFileSync("form.har", JSON.stringify(har));
  const mitmproxy = spawnSync("venv/bin/mitmdump", ["--no-server", "--rfile", "form.har"], { encoding: "utf8" });
  const said = mitmproxy.stdout + mitmproxy.stderr;
  const read = said.match(/(GET|POST) http:/g).map((line) => line.split(" ")[0]);
  console.log(`${name}, mitmproxy: ${read.join(" ")}${said.includes("provide a valid HAR file") ? ", no valid HAR file" : ""}`);

  const { spec } = await generateSpec(structuredClone(har));
  const [[type, { schema }]] = Object.entries(spec.paths["/oauth/token"].post.requestBody.content);
  console.log(`${name}, har-to-openapi: ${type} of ${Object.keys(schema.properties).join(", ")}`);

  const { main } = await liHARToK6Script(structuredClone(har));
  console.log(`${name}, har-to-k6: ${main.includes("grant_type") ? "the form" : "something else"}`);

  await fetchHar({ log: { ...har.log, entries: [form] } });
  console.log(`${name}, fetch-har: ${arrived === `${TYPE} ${text}` ? "the form" : arrived}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
oas-to-har writes: mimeType, params
params, mitmproxy: GET, no valid HAR file
params, har-to-openapi: multipart/form-data of filename
params, har-to-k6: the form
params, fetch-har: the form
text, mitmproxy: GET POST GET
text, har-to-openapi: application/x-www-form-urlencoded of grant_type, refresh_token
text, har-to-k6: the form
text, fetch-har: the form
params and text, mitmproxy: GET POST GET
params and text, har-to-openapi: application/x-www-form-urlencoded of grant_type, refresh_token
params and text, har-to-k6: the form
params and text, fetch-har: the form
EXPECTED
