#!/usr/bin/env bash
# @mbtest/mountebank 2.9.2 and talkback 4.2.0 (newest releases in November 2026) change the values of the JSON that they record.
#
# Both keep a body of JSON as an object, so that people can read it, and write it anew for the client: white space is another one, members
# whose names are numbers come first, and what JavaScript has no number for is another value: the id 9007199254740993 becomes
# ...992, which is somebody else's record. talkback gives the first client what the server said, and the changed body when it plays, so a
# test passes while it records and fails afterwards; its guide tells of lost formatting, not of lost values. mountebank changes what goes through the
# proxy at once, so the program works without it and fails behind it. A digest or signature over the body is wrong in both. mountebank leaves
# compressed answers alone, so whether an id is right depends on Accept-Encoding; its mode proxyTransparent, which records nothing, changes
# the others, too.
#
# Seen with Node.js 20.20.2; the server answers {"id":9007199254740993,"price":120.50,"2":"b","1":"a"} as application/vnd.api+json:
#   mountebank, proxyOnce         {"1":"a","2":"b","id":9007199254740992,"price":120.5}, both times, and white space in between
#   mountebank, gzip              as the server answered
#   mountebank, proxyTransparent  the same as with proxyOnce
#   talkback, recorded            as the server answered
#   talkback, played              {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
#   talkback, gzip, played        the same
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund @mbtest/mountebank@2.9.2 talkback@4.2.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import { createRequire } from "node:module";
import http from "node:http";
import zlib from "node:zlib";
import talkback from "talkback";

const require = createRequire(import.meta.url);
const body = '{"id":9007199254740993,"price":120.50,"2":"b","1":"a"}';
const headers = { "Content-Type": "application/vnd.api+json; charset=utf-8" };
const listening = (server) => new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server.address().port)));
const server = http.createServer((asked, answer) => {
  const gzip = asked.url === "/gzip";
  answer.writeHead(200, gzip ? { ...headers, "Content-Encoding": "gzip" } : headers).end(gzip ? zlib.gzipSync(body) : body);
});
const to = `http://127.0.0.1:${await listening(server)}`;

async function show(name, url) {
  const text = await (await fetch(url)).text();
  const dense = text.replace(/\s/g, "");
  console.log(`${name}: ${text === body ? "as the server answered" : `${dense}${dense === text ? "" : ", with white space in between"}`}`);
}

async function free() {
  const taken = http.createServer();
  const port = await listening(taken);
  await new Promise((closed) => taken.close(closed));
  return port;
}

const port = await free();
const mountebank = await require("@mbtest/mountebank").create({ port, host: "127.0.0.1", ipWhitelist: ["*"], log: { level: "error" } });
async function imposter(mode) {
  const proxy = { to, mode, predicateGenerators: [{ matches: { path: true } }] };
  const made = { port: await free(), protocol: "http", host: "127.0.0.1", stubs: [{ responses: [{ proxy }] }] };
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${port}/imposters`, { method: "POST", headers, body: JSON.stringify(made) });
  if (answer.status !== 201) throw new Error(await answer.text());
  return `http://127.0.0.1:${made.port}`;
}
const once = await imposter("proxyOnce");
await show("mountebank, recorded", `${once}/plain`);
await show("mountebank, played", `${once}/plain`);
await show("mountebank, gzip, recorded", `${once}/gzip`);
await show("mountebank, gzip, played", `${once}/gzip`);
await show("mountebank, proxyTransparent", `${await imposter("proxyTransparent")}/plain`);

const tapes = { host: to, path: "tapes", fallbackMode: "NOT_FOUND", silent: true, summary: false };
for (const [name, record] of [["recorded", "NEW"], ["played", "DISABLED"]]) {
  const player = talkback({ ...tapes, record, port: await free() });
  await player.start();
  const url = `http://127.0.0.1:${player.options.port}`;
  await show(`talkback, ${name}`, `${url}/plain`);
  await show(`talkback, gzip, ${name}`, `${url}/gzip`);
  await player.close();
}
process.exit();
JAVASCRIPT
timeout 120 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
mountebank, recorded: {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
mountebank, played: {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
mountebank, gzip, recorded: as the server answered
mountebank, gzip, played: as the server answered
mountebank, proxyTransparent: {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
talkback, recorded: as the server answered
talkback, gzip, recorded: as the server answered
talkback, played: {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
talkback, gzip, played: {"1":"a","2":"b","id":9007199254740992,"price":120.5}, with white space in between
EXPECTED
