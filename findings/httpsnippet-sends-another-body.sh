#!/usr/bin/env bash
# Code by httpsnippet 3.0.10 and by @readme/httpsnippet 11.4.0 (newest releases in November 2026) sends another body than the HAR has.
#
# What is lost is plain JSON and a plain form, and which of the two packages loses it depends on the language. httpsnippet for curl writes
# `--data client_secret=...` with the decoded value, so a plus sign arrives as a space and an ampersand ends the secret: a token server
# answers 401 to credentials that are right. @readme/httpsnippet for fetch escapes no backslash, so a line break or a
# quotation mark in a text makes the body invalid JSON. For curl it parses JSON and writes it anew, in which the id 9007199254740993 is
# another one. httpsnippet's JSON for curl, and what both write for requests of Python, arrive as recorded.
#
# Seen with Node.js 20.20.2 and curl 7.88.1; the form is `client_secret=a%2Bb%26c`, and the JSON, as application/vnd.api+json,
# {"id":9007199254740993,"content":"Sea view,\nsay \"yes\""}:
#   httpsnippet, shell curl, form          client_secret=a+b&c
#   @readme/httpsnippet, shell curl, form  as recorded
#   httpsnippet, shell curl, JSON          as recorded
#   @readme/httpsnippet, shell curl, JSON  {"id": 9007199254740992,"content": "Sea view,\nsay \"yes\""}
#   @readme/httpsnippet, node fetch, JSON  invalid: the line break, and the quotation marks within the text, without backslashes
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

if ! command -v curl > /dev/null; then
  echo "skipped: it needs curl" >&2
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund httpsnippet@3.0.10 @readme/httpsnippet@11.4.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { HTTPSnippet as OfReadme } from "@readme/httpsnippet";
import { HTTPSnippet } from "httpsnippet";

let got;
const server = http.createServer((request, answer) => {
  got = "";
  request.on("data", (part) => (got += part)).on("end", () => answer.writeHead(200).end("{}"));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const recorded = {
  form: { text: "client_secret=a%2Bb%26c", mimeType: "application/x-www-form-urlencoded", params: [{ name: "client_secret", value: "a+b&c" }] },
  JSON: { text: String.raw`{"id":9007199254740993,"content":"Sea view,\nsay \"yes\""}`, mimeType: "application/vnd.api+json" },
};
const common = { method: "POST", url: `http://127.0.0.1:${server.address().port}/`, httpVersion: "HTTP/1.1", cookies: [], queryString: [] };

async function show(name, Snippet, kind, [target, client], [program, ...more]) {
  const postData = recorded[kind];
  const headers = [{ name: "Content-Type", value: postData.mimeType }];
  const code = new Snippet({ ...common, headers, headersSize: -1, bodySize: -1, postData: { ...postData } }).convert(target, client);
  writeFileSync("code.cjs", Array.isArray(code) ? code[0] : code);
  got = "nothing";
  await new Promise((ended) => execFile(program, [...more, "code.cjs"], { env: { PATH: process.env.PATH } }, ended));
  let seen = got === postData.text ? "as recorded" : got;
  if (kind === "JSON") {
    try {
      JSON.parse(got);
    } catch {
      seen = `invalid JSON: ${JSON.stringify(got)}`;
    }
  }
  console.log(`${name}, ${target} ${client}, ${kind}: ${seen.replace(/\s*\n\s*/g, "")}`);
}
const curl = [["shell", "curl"], ["bash"]];
const fetch = [["node", "fetch"], ["node"]];
await show("httpsnippet", HTTPSnippet, "form", ...curl);
await show("@readme/httpsnippet", OfReadme, "form", ...curl);
await show("httpsnippet", HTTPSnippet, "JSON", ...curl);
await show("@readme/httpsnippet", OfReadme, "JSON", ...curl);
await show("@readme/httpsnippet", OfReadme, "JSON", ...fetch);
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
httpsnippet, shell curl, form: client_secret=a+b&c
@readme/httpsnippet, shell curl, form: as recorded
httpsnippet, shell curl, JSON: as recorded
@readme/httpsnippet, shell curl, JSON: {"id": 9007199254740992,"content": "Sea view,\nsay \"yes\""}
@readme/httpsnippet, node fetch, JSON: invalid JSON: "{\"id\":9007199254740993,\"content\":\"Sea view,\nsay \"yes\"\"}"
EXPECTED
