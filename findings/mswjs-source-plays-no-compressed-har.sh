#!/usr/bin/env bash
# @mswjs/source 0.5.0 with msw 2.15.0 plays an answer of a HAR only if it was not compressed, and bytes in Base64 as that text.
#
# HAR 1.2 keeps the body decompressed, and the header Content-Encoding as it was sent. fromTraffic() gives both to the answer that it makes, so
# whoever fetches it decompresses plain JSON: "incorrect header check", as if the server had sent a broken answer. Answers that were too
# short to be compressed work, so some tests pass. A body with `encoding: "base64"` is decoded only where the media type has "text" in it: a picture
# arrives as the letters of its Base64, with 200 and image/png, and so does JSON that a recorder takes for bytes because its media type
# is application/vnd.api+json. What helps for both is the second argument, a function that returns each entry without the header, or undecoded
# ones not at all.
#
# Seen with Node.js 20.20.2; what the client gets:
#   plain                          200 {"conversations":[]}
#   with Content-Encoding: gzip    incorrect header check
#   the header taken out           200 {"conversations":[]}
#   image/png in Base64            200 iVBORw0KGgo=
#   vnd.api+json in Base64         200 eyJjb252ZXJzYXRpb25zIjpbXX0=
#   text/plain in Base64           200 {"conversations":[]}
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund @mswjs/source@0.5.0 msw@2.15.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { fromTraffic } from "@mswjs/source/traffic";
import { setupServer } from "msw/node";

const JSON_API = "application/vnd.api+json";
const text = '{"conversations":[]}';
const coded = (found) => ({ text: Buffer.from(found).toString("base64"), encoding: "base64" });
const gzip = [{ name: "Content-Encoding", value: "gzip" }];
const kinds = {
  plain: [JSON_API, { text }, []],
  "with Content-Encoding: gzip": [JSON_API, { text }, gzip],
  "the header taken out": [JSON_API, { text }, gzip],
  "image/png in Base64": ["image/png", coded([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), []],
  "vnd.api+json in Base64": [JSON_API, coded(text), []],
  "text/plain in Base64": ["text/plain", coded(text), []],
};
const common = { httpVersion: "HTTP/1.1", cookies: [], headersSize: -1, bodySize: -1 };

for (const [name, [mimeType, content, more]] of Object.entries(kinds)) {
  const url = "http://inbox.test/answer";
  const headers = [{ name: "Content-Type", value: mimeType }, ...more];
  const entry = {
    startedDateTime: "2030-06-01T12:00:00.000Z",
    time: 1,
    request: { ...common, method: "GET", url, headers: [], queryString: [] },
    response: { ...common, status: 200, statusText: "OK", headers, content: { size: text.length, mimeType, ...content }, redirectURL: "" },
    cache: {},
    timings: { send: 0, wait: 1, receive: 0 },
  };
  const without = ({ response, ...rest }) => ({
    ...rest,
    response: { ...response, headers: response.headers.filter((header) => header.name !== "Content-Encoding") },
  });
  const har = { log: { version: "1.2", creator: { name: "recorder", version: "1" }, entries: [entry] } };
  const server = setupServer(...fromTraffic(har, name.startsWith("the header") ? without : undefined));
  server.listen({ onUnhandledRequest: "error" });
  const seen = await fetch(url).then(async (answer) => `${answer.status} ${await answer.text()}`).catch((error) => error.message);
  console.log(`${name}: ${seen}`);
  server.close();
}
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
plain: 200 {"conversations":[]}
with Content-Encoding: gzip: incorrect header check
the header taken out: 200 {"conversations":[]}
image/png in Base64: 200 iVBORw0KGgo=
vnd.api+json in Base64: 200 eyJjb252ZXJzYXRpb25zIjpbXX0=
text/plain in Base64: 200 {"conversations":[]}
EXPECTED
