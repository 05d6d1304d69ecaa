#!/usr/bin/env bash
# A client by oazapfts 7.5.0 (newest release in November 2026) sends application/json where the document has application/vnd.api+json alone.
#
# The generator takes any type of JSON for JSON, so the body is serialised and the answer is parsed; but the code that it writes for it,
# `oazapfts.json()` and `oazapfts.fetchJson()` of @oazapfts/runtime 1.2.0, sets Content-Type and Accept to application/json. A server of
# JSON:API that keeps to its document answers 415 to each write, though the client compiles and reads each answer. openapi-client-axios 7.9.1,
# which reads the document when it starts, sends application/json for it, too. In both, headers that are given with each call help:
# `createMessage(body, { headers: { "Content-Type": "application/vnd.api+json" } })`. Clients by @hey-api/openapi-ts
# 0.95.0 and orval 7.13.2 send the document's type.
#
# Seen with Node.js 20.20.2; the headers Content-Type and Accept of a POST, and the status:
#   oazapfts                                application/json, application/json: 415
#   oazapfts, both headers given            application/vnd.api+json, application/vnd.api+json: 201
#   openapi-client-axios                    application/json, application/json, text/plain, */*: 415
#   openapi-client-axios, both given        application/vnd.api+json, application/vnd.api+json: 201
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund oazapfts@7.5.0 @oazapfts/runtime@1.2.0 openapi-client-axios@7.9.1 axios@1.21.1 openapi-types@12.1.3 tsx@4.23.15 typescript@5.9.3 > /dev/null

cat > inbox.json <<'JSON'
{
  "openapi": "3.0.3",
  "info": { "title": "Inbox", "version": "1" },
  "servers": [{ "url": "http://127.0.0.1" }],
  "paths": {
    "/messages": {
      "post": {
        "operationId": "createMessage",
        "requestBody": {
          "required": true,
          "content": { "application/vnd.api+json": { "schema": { "type": "object", "properties": { "messages": { "type": "array", "items": {} } } } } }
        },
        "responses": {
          "201": { "description": "Stored", "content": { "application/vnd.api+json": { "schema": { "type": "object" } } } }
        }
      }
    }
  }
}
JSON
npx oazapfts inbox.json inbox.ts > /dev/null

cat > seen.ts <<'TYPESCRIPT'
import { readFileSync } from "node:fs";
import http from "node:http";
import { OpenAPIClientAxios } from "openapi-client-axios";
import { createMessage, defaults } from "./inbox";

const type = "application/vnd.api+json";
let status: number, said: string;
const server = http.createServer((asked, answer) => {
  asked.resume();
  said = `${asked.headers["content-type"]}, ${asked.headers.accept}`;
  status = asked.headers["content-type"] === type ? 201 : 415;
  answer.writeHead(status, { "Content-Type": type }).end("{}");
});
server.listen(0, "127.0.0.1", async () => {
  const url = "http://127.0.0.1:" + (server.address() as { port: number }).port;
  const body = { messages: [{ content: "Welcome!" }] };
  const headers = { "Content-Type": type, Accept: type };
  defaults.baseUrl = url;
  const definition = { ...JSON.parse(readFileSync("inbox.json", "utf8")), servers: [{ url }] };
  const other: any = await new OpenAPIClientAxios({ definition }).init();
  const calls: [string, () => Promise<unknown>][] = [
    ["oazapfts", () => createMessage(body)],
    ["oazapfts, both headers given", () => createMessage(body, { headers })],
    ["openapi-client-axios", () => other.createMessage({}, body)],
    ["openapi-client-axios, both given", () => other.createMessage({}, body, { headers })],
  ];
  for (const [name, call] of calls) {
    await call().catch(() => undefined);
    console.log(`${name}: ${said}: ${status}`);
  }
  process.exit();
});
TYPESCRIPT
npx tsx seen.ts | tee seen.txt

diff - seen.txt <<'EXPECTED'
oazapfts: application/json, application/json: 415
oazapfts, both headers given: application/vnd.api+json, application/vnd.api+json: 201
openapi-client-axios: application/json, application/json, text/plain, */*: 415
openapi-client-axios, both given: application/vnd.api+json, application/vnd.api+json: 201
EXPECTED
