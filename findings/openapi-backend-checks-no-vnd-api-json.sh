#!/usr/bin/env bash
# openapi-backend 5.21.2 (newest release in November 2026) checks bodies of application/json alone; of any other type all is valid.
#
# With `validate: true` a request is held against its operation, and validateResponse() says what is wrong with an answer. Both look the
# schema up under `application/json`. Where the document has application/vnd.api+json, another type that ends in +json, or
# `application/json; charset=utf-8`, there is no check and no warning: a body of another shape, a body of another media type and no body
# at all where it is required reach the handler, and validateResponse() gives no errors for any answer. The router does parse such a body,
# so the handler gets an object and looks well kept. Mocks know other types (`mediaType`). openapi-response-validator 12.1.3 and
# chai-openapi-response-validator 0.14.2 check the schema of vnd.api+json; in a document for this library, `application/json` has to be
# added to `content`, with the same schema.
#
# Seen with Node.js 20.20.2; a POST whose body has to be {"messages": [...]}, and an answer with {"messages": "none"}:
#   the document's type              messages is a text   no body   text/plain   the answer
#   application/json                 refused              refused   refused      messages must be array
#   application/vnd.api+json         handled              handled   handled      valid
#   application/hal+json             handled              handled   handled      valid
#   application/json; charset=utf-8  handled              handled   handled      valid
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund openapi-backend@5.21.2 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { OpenAPIBackend } from "openapi-backend";

const schema = { type: "object", required: ["messages"], properties: { messages: { type: "array" } } };
for (const type of ["application/json", "application/vnd.api+json", "application/hal+json", "application/json; charset=utf-8"]) {
  const content = { [type]: { schema } };
  const create = { operationId: "create", requestBody: { required: true, content }, responses: { 201: { description: "Stored", content } } };
  const api = new OpenAPIBackend({
    definition: { openapi: "3.0.3", info: { title: "Inbox", version: "1" }, paths: { "/messages": { post: create } } },
    validate: true,
    handlers: { create: () => "handled", validationFail: () => "refused" },
  });
  await api.init();
  const post = (sent, body) => api.handleRequest({ method: "POST", path: "/messages", headers: { "content-type": sent }, body });
  if ((await post(type, '{"messages":[]}')) !== "handled") throw new Error("what is valid is refused");
  const requests = [await post(type, '{"messages":"none"}'), await post(type), await post("text/plain", "none")];
  const errors = api.validateResponse({ messages: "none" }, "create", 201).errors;
  console.log([type, ...requests, errors ? `messages ${errors[0].message}` : "valid"].join(" | "));
}
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
application/json | refused | refused | refused | messages must be array
application/vnd.api+json | handled | handled | handled | valid
application/hal+json | handled | handled | handled | valid
application/json; charset=utf-8 | handled | handled | handled | valid
EXPECTED
