#!/usr/bin/env bash
# Polly.js 6.0.6 with its adapter for fetch (newest release in November 2026) cannot record a 304, which it plays, nor an upload in Node.js.
#
# A program that asks with If-None-Match and gets a 304 is rejected while it is recorded: the adapter makes a Response with an empty text
# as its body, which the Fetch standard forbids for 204, 205 and 304, and it looks out for 204 alone. The exchange is in the recording all
# the same, and a replay answers 304: the test fails when it records, and passes when it is run again. A FormData that holds a file, as an
# attachment is sent, is rejected in both, with "FileReader is not defined": to tell requests apart, the adapter reads the file
# with a class of browsers. `matchRequestsBy: { body: false }` avoids it, at the price that requests are told apart by their order alone.
#
# Seen with Node.js 20.20.2:
#   recorded: 200 | TypeError: Response constructor: Invalid response status code 304 | ReferenceError: FileReader is not defined
#   replayed: 200 | 304 | ReferenceError: FileReader is not defined
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund @pollyjs/core@6.0.6 @pollyjs/adapter-fetch@6.0.7 @pollyjs/persister-fs@6.0.6 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import FetchAdapter from "@pollyjs/adapter-fetch";
import { Polly } from "@pollyjs/core";
import FSPersister from "@pollyjs/persister-fs";

Polly.register(FetchAdapter);
Polly.register(FSPersister);
const etag = 'W/"d41d8cd98f00b204e9800998ecf8427e"';
const server = http.createServer((asked, answer) => {
  asked.resume();
  answer.writeHead(asked.headers["if-none-match"] === etag ? 304 : 200, { ETag: etag }).end();
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const file = new FormData();
file.append("file", new Blob(["a picture"], { type: "image/png" }), "garden.png");
const calls = [{}, { headers: { "If-None-Match": etag } }, { method: "POST", body: file }];

for (const mode of ["record", "replay"]) {
  const polly = new Polly("inbox", {
    mode,
    adapters: ["fetch"],
    persister: "fs",
    persisterOptions: { fs: { recordingsDir: "recordings" } },
    logLevel: "silent",
  });
  const seen = [];
  for (const call of calls) seen.push(await fetch(url, call).then((answer) => answer.status, String));
  await polly.stop();
  console.log(`${mode}ed: ${seen.join(" | ")}`);
}
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
recorded: 200 | TypeError: Response constructor: Invalid response status code 304 | ReferenceError: FileReader is not defined
replayed: 200 | 304 | ReferenceError: FileReader is not defined
EXPECTED
