#!/usr/bin/env bash
# express-openapi-validator 5.6.2 (newest release in November 2026) answers 400 to a time or a list in a query as axios 1.21.1 writes it.
#
# axios leaves colon, comma and dollar sign of a query as they are, which RFC 3986 allows there; fetch with URLSearchParams, got and ky encode
# them. Unless a parameter has `allowReserved: true`, the validator looks at the text as it was sent, whatever its schema is, and refuses each of
# :/?#[]@!$&'()*+,;= with "must be url encoded". So one API takes `updated_since` from one client and not from another with the same value, and
# curl with an address out of the documentation is refused, too. A list with `explode: false` may have commas. What helps in the
# document: `allowReserved: true`. What helps in the client: `paramsSerializer: { serialize: (all) => String(new URLSearchParams(all)) }`.
#
# Seen with Node.js 20.20.2 and express 5.3.0; what was sent, and the status:
#   axios                        updated_since=2030-06-01T12:00:00Z       400
#   URLSearchParams              updated_since=2030-06-01T12%3A00%3A00Z   200
#   axios with the serializer    updated_since=2030-06-01T12%3A00%3A00Z   200
#   axios                        fields=content,sent_at                   400
#   axios, allowReserved         include=sender,attachments               200
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund express-openapi-validator@5.6.2 express@5.3.0 axios@1.21.1 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import axios from "axios";
import express from "express";
import { middleware } from "express-openapi-validator";

const text = { in: "query", schema: { type: "string" } };
const parameters = [
  { name: "updated_since", in: "query", schema: { type: "string", format: "date-time" } },
  { name: "fields", ...text },
  { name: "include", ...text, allowReserved: true },
];
const paths = { "/messages": { get: { parameters, responses: { 200: { description: "A page" } } } } };
const app = express();
let sent;
app.use((request, _, next) => { sent = request.url.split("?")[1]; next(); });
app.use(middleware({ apiSpec: { openapi: "3.0.3", info: { title: "Inbox", version: "1" }, paths } }));
app.get("/messages", (_, answer) => answer.json({}));
app.use((error, _, answer, next) => answer.status(error.status).json({ message: error.message }));
const server = app.listen(0, "127.0.0.1", async () => {
  const url = "http://127.0.0.1:" + server.address().port + "/messages";
  const time = { updated_since: "2030-06-01T12:00:00Z" };
  const told = (name, { status, data }) => console.log([name, sent, status, data?.message].filter(Boolean).join(" | "));
  const by = (params, more) => axios.get(url, { params, validateStatus: () => true, ...more });

  told("axios", await by(time));
  told("URLSearchParams", await fetch(url + "?" + new URLSearchParams(time)));
  told("axios with the serializer", await by(time, { paramsSerializer: { serialize: (all) => String(new URLSearchParams(all)) } }));
  told("axios", await by({ fields: "content,sent_at" }));
  told("axios, allowReserved", await by({ include: "sender,attachments" }));
  process.exit();
});
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
axios | updated_since=2030-06-01T12:00:00Z | 400 | Parameter 'updated_since' must be url encoded. Its value may not contain reserved characters.
URLSearchParams | updated_since=2030-06-01T12%3A00%3A00Z | 200
axios with the serializer | updated_since=2030-06-01T12%3A00%3A00Z | 200
axios | fields=content,sent_at | 400 | Parameter 'fields' must be url encoded. Its value may not contain reserved characters.
axios, allowReserved | include=sender,attachments | 200
EXPECTED
