#!/usr/bin/env bash
# Clients by swagger-typescript-api 13.13.0 and openapi-typescript-codegen 0.31.0 (newest releases in November 2026) do not parse an answer
# whose media type is application/vnd.api+json, and type it as if they did.
#
# The document gives that media type and a schema, the server answers 200 with just that, and the code compiles against the schema's type:
# swagger-typescript-api hands over `data: null` and no error (it parses where a `format` is given, and writes `format: "json"` for
# application/json alone); openapi-typescript-codegen hands over the text, so that `answer.conversations` is undefined. With application/json
# both parse. What helps the first: `new Api({ baseUrl, baseApiParams: { format: "json" } })`.
#
# Seen with Node.js 20.20.2, the same document and bytes, the media type alone differs:
#   swagger-typescript-api, application/json             {"conversations":[{"id":7}]}
#   swagger-typescript-api, application/vnd.api+json     null
#   the same with baseApiParams.format                   {"conversations":[{"id":7}]}
#   openapi-typescript-codegen, application/json         object
#   openapi-typescript-codegen, application/vnd.api+json string
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund swagger-typescript-api@13.13.0 openapi-typescript-codegen@0.31.0 tsx@4.23.15 > /dev/null

for type in application/json application/vnd.api+json; do
  folder_of_type=${type//[\/.+]/-}
  cat > "$folder_of_type.yaml" <<YAML
openapi: 3.1.0
info: { title: Inbox, version: "1" }
paths:
  /conversations/{id}:
    get:
      operationId: getConversation
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
      responses:
        "200":
          description: One conversation
          content:
            $type:
              schema:
                type: object
                required: [conversations]
                properties:
                  conversations: { type: array, items: { type: object, required: [id], properties: { id: { type: integer } } } }
YAML
  npx swagger-typescript-api generate -p "$folder_of_type.yaml" -o "$folder_of_type/sta" -n api.ts > /dev/null
  npx openapi -i "$folder_of_type.yaml" -o "$folder_of_type/codegen" > /dev/null
  cat > "$folder_of_type/seen.ts" <<TYPESCRIPT
import http from "node:http";
import { Api } from "./sta/api";
import { DefaultService, OpenAPI } from "./codegen";

const server = http.createServer((_, answer) => {
  answer.setHeader("Content-Type", "$type");
  answer.end('{"conversations":[{"id":7}]}');
});
server.listen(0, "127.0.0.1", async () => {
  const baseUrl = "http://127.0.0.1:" + server.address().port;
  const plain = await new Api({ baseUrl }).conversations.getConversation(7);
  const told = await new Api({ baseUrl, baseApiParams: { format: "json" } }).conversations.getConversation(7);
  OpenAPI.BASE = baseUrl;
  const other = await DefaultService.getConversation(7);
  console.log("$type", plain.status, JSON.stringify(plain.data), JSON.stringify(told.data), typeof other);
  process.exit();
});
TYPESCRIPT
  npx tsx "$folder_of_type/seen.ts"
done | tee seen

diff - seen <<'EXPECTED'
application/json 200 {"conversations":[{"id":7}]} {"conversations":[{"id":7}]} object
application/vnd.api+json 200 null {"conversations":[{"id":7}]} string
EXPECTED
