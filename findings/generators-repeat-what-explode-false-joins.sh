#!/usr/bin/env bash
# Clients by five generators (newest releases for Node.js 20 and Python 3.11 in November 2026) repeat a parameter that the document joins.
#
# `style: form, explode: false` means `include=sender,hosts`, and an array in the path means `/conversations/1,2`. These generators do not
# read `explode`: openapi-python-client 0.29.1, swagger-typescript-api 13.13.0, openapi-typescript-codegen 0.31.0 and orval 7.13.2 for fetch
# send `include=sender&include=hosts`, orval's code for axios and openapi-client-axios 7.9.1 `include[]=sender&include[]=hosts`. Nothing
# fails: Rails and PHP take the last of the repeated ones, so an answer lacks what was asked for first. openapi-python-client also writes
# the list in the path as Python shows it, `[1, 2]` percent-encoded, which is a 404. oazapfts 7.5.0, @hey-api/openapi-ts 0.95.0 and swagger-client
# 3.37.3 do as the document says. Where the document is one's own: `type: string` for such a parameter, joined by the caller, is right in all.
#
# Seen with Node.js 20.20.2 and Python 3.11; the address that the server is asked for, of the ids 1 and 2 and of sender and hosts:
#   swagger-typescript-api      /conversations/1,2?include=sender&include=hosts
#   openapi-typescript-codegen  /conversations/1,2?include=sender&include=hosts
#   orval, fetch                /conversations/1,2?include=sender&include=hosts
#   orval, axios                /conversations/1,2?include[]=sender&include[]=hosts
#   openapi-client-axios        /conversations/1%2C2?include[]=sender&include[]=hosts
#   oazapfts                    /conversations/1%2C2?include=sender,hosts
#   @hey-api/openapi-ts         /conversations/1,2?include=sender,hosts
#   swagger-client              /conversations/1,2?include=sender,hosts
#   openapi-python-client       /conversations/%5B1%2C%202%5D?include=sender&include=hosts
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund swagger-typescript-api@13.13.0 openapi-typescript-codegen@0.31.0 orval@7.13.2 oazapfts@7.5.0 \
  @oazapfts/runtime@1.2.0 @hey-api/openapi-ts@0.95.0 openapi-client-axios@7.9.1 openapi-types@12.1.3 swagger-client@3.37.3 axios@1.21.1 \
  tsx@4.23.15 typescript@5.9.3 > /dev/null

cat > inbox.json <<'JSON'
{
  "openapi": "3.0.3",
  "info": { "title": "Inbox", "version": "1" },
  "servers": [{ "url": "http://127.0.0.1" }],
  "paths": {
    "/conversations/{ids}": {
      "get": {
        "operationId": "listConversations",
        "tags": ["inbox"],
        "parameters": [
          { "name": "ids", "in": "path", "required": true, "style": "simple", "schema": { "type": "array", "items": { "type": "integer" } } },
          { "name": "include", "in": "query", "style": "form", "explode": false, "schema": { "type": "array", "items": { "type": "string" } } }
        ],
        "responses": { "200": { "description": "Found", "content": { "application/json": { "schema": { "type": "object" } } } } }
      }
    }
  }
}
JSON
{
  npx swagger-typescript-api generate --path inbox.json --output swagger --name api.ts
  npx openapi --input inbox.json --output codegen
  npx orval --input inbox.json --output orval/fetch.ts --client fetch
  npx orval --input inbox.json --output orval/axios.ts --client axios
  npx oazapfts inbox.json oazapfts.ts
  npx openapi-ts --input inbox.json --output hey --client @hey-api/client-fetch
  venv/bin/openapi-python-client generate --path inbox.json --output-path python --meta none
} > generators.txt 2>&1 || { cat generators.txt; exit 1; }

cat > seen.ts <<'TYPESCRIPT'
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import axios from "axios";
import { OpenAPIClientAxios } from "openapi-client-axios";
import SwaggerClient from "swagger-client";
import * as codegen from "./codegen";
import * as hey from "./hey";
import * as oazapfts from "./oazapfts";
import * as orvalAxios from "./orval/axios";
import * as orvalFetch from "./orval/fetch";
import { Api } from "./swagger/api";

let asked = "nothing";
const server = http.createServer((request, answer) => {
  asked = request.url!.replaceAll("%5B%5D", "[]");
  answer.writeHead(200, { "Content-Type": "application/json" }).end("{}");
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + (server.address() as { port: number }).port;
const definition = { ...JSON.parse(readFileSync("inbox.json", "utf8")), servers: [{ url }] };
const ids = [1, 2];
const include = ["sender", "hosts"];

codegen.OpenAPI.BASE = url;
oazapfts.defaults.baseUrl = url;
axios.defaults.baseURL = url;
const fetch = globalThis.fetch;
globalThis.fetch = (to: any, options: any) => fetch(typeof to === "string" && to.startsWith("/") ? url + to : to, options);
const calls: Record<string, () => Promise<unknown>> = {
  "swagger-typescript-api": () => new Api({ baseUrl: url }).conversations.listConversations(ids, { include }),
  "openapi-typescript-codegen": () => codegen.InboxService.listConversations(ids, include),
  "orval, fetch": () => orvalFetch.listConversations(ids, { include }),
  "orval, axios": () => orvalAxios.getInbox().listConversations(ids, { include }),
  "openapi-client-axios": async () => (await new OpenAPIClientAxios({ definition }).init<any>()).listConversations({ ids, include }),
  oazapfts: () => oazapfts.listConversations(ids, { include }),
  "@hey-api/openapi-ts": () => hey.listConversations({ baseUrl: url, path: { ids }, query: { include } }),
  "swagger-client": async () =>
    (await SwaggerClient({ spec: definition })).execute({ operationId: "listConversations", parameters: { ids, include } }),
  "openapi-python-client": () =>
    new Promise((ended) => spawn("venv/bin/python", ["seen.py", url], { stdio: "inherit" }).on("exit", ended)),
};
for (const [name, call] of Object.entries(calls)) {
  asked = "nothing";
  await call();
  console.log(`${name}: ${asked}`);
}
process.exit();
TYPESCRIPT
cat > seen.py <<'PYTHON'
import sys

from python import Client
from python.api.inbox import list_conversations

list_conversations.sync_detailed(client=Client(base_url=sys.argv[1]), ids=[1, 2], include=["sender", "hosts"])
PYTHON
npx tsx seen.ts | tee seen.txt

diff - seen.txt <<'EXPECTED'
swagger-typescript-api: /conversations/1,2?include=sender&include=hosts
openapi-typescript-codegen: /conversations/1,2?include=sender&include=hosts
orval, fetch: /conversations/1,2?include=sender&include=hosts
orval, axios: /conversations/1,2?include[]=sender&include[]=hosts
openapi-client-axios: /conversations/1%2C2?include[]=sender&include[]=hosts
oazapfts: /conversations/1%2C2?include=sender,hosts
@hey-api/openapi-ts: /conversations/1,2?include=sender,hosts
swagger-client: /conversations/1,2?include=sender,hosts
openapi-python-client: /conversations/%5B1%2C%202%5D?include=sender&include=hosts
EXPECTED
