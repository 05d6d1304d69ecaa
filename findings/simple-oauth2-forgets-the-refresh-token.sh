#!/usr/bin/env bash
# simple-oauth2 5.1.0 (newest release in November 2026) forgets the refresh token when a refresh brings no other, and sends an empty one next.
#
# `refresh_token` is optional in the answer to a refresh (RFC 6749, sections 5.1 and 6): a server MAY issue a new one, and only then is the old one
# discarded. refresh() means to keep the old one, but takes it from `this.refresh_token`, where it is not (it is in `this.token`). So after the
# first refresh token.refresh_token is undefined, and the second one asks with `refresh_token=`: two lifetimes of a token after the login the
# program needs a person to log in again. A server that always brings a new one, as Doorkeeper does, hides it.
# @badgateway/oauth2-client 3.3.1, client-oauth2 4.3.3, Authlib 1.9.10 and requests-oauthlib 2.0.0 keep the old one. What helps is to
# make the next token by createToken(), with the old refresh token where the refreshed one has none.
#
# Seen with Node.js 20.20.2 and Python 3.11; refreshed twice, what the second request has as refresh token after answers
#                                                               without one     with "second"
#   simple-oauth2                                               empty           second
#   the four others, and simple-oauth2 with createToken()       first           second
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check Authlib==1.9.10 requests-oauthlib==2.0.0 oauthlib==4.0.1 requests==2.34.2
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund simple-oauth2@5.1.0 @badgateway/oauth2-client@3.3.1 client-oauth2@4.3.3 > /dev/null

cat > seen.py <<'PYTHON'
import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # a server on this machine

from authlib.integrations.requests_client import OAuth2Session as Authlib
from requests_oauthlib import OAuth2Session as RequestsOAuthlib

URL = f"{sys.argv[2]}/oauth/token"
TOKEN = {"access_token": "a", "refresh_token": "first", "token_type": "Bearer"}
if sys.argv[1] == "Authlib":
    session = Authlib("id", "secret", token=TOKEN)
else:
    session = RequestsOAuthlib("id", token=TOKEN)
session.refresh_token(URL)
session.refresh_token(URL)
PYTHON
cat > seen.js <<'JAVASCRIPT'
import { spawn } from "node:child_process";
import http from "node:http";
import { OAuth2Client } from "@badgateway/oauth2-client";
import ClientOAuth2 from "client-oauth2";
import { AuthorizationCode } from "simple-oauth2";

let brought, asked;
const server = http.createServer(async (request, answer) => {
  const form = new URLSearchParams((await request.setEncoding("utf8").toArray()).join(""));
  asked.push(form.get("refresh_token"));
  answer.writeHead(200, { "Content-Type": "application/json" });
  answer.end(JSON.stringify({ access_token: "b", token_type: "Bearer", expires_in: 7200, ...brought }));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = "http://127.0.0.1:" + server.address().port;

const python = (library) => () => new Promise((ended) => spawn("venv/bin/python", ["seen.py", library, url], { stdio: "inherit" }).on("exit", ended));
const simple = new AuthorizationCode({ client: { id: "id", secret: "secret" }, auth: { tokenHost: url } });
const first = { access_token: "a", refresh_token: "first", token_type: "Bearer", expires_in: 7200 };
const libraries = {
  "simple-oauth2": async () => (await simple.createToken(first).refresh()).refresh(),
  "simple-oauth2 with createToken()": async () => {
    const refreshed = await simple.createToken(first).refresh();
    const refresh_token = refreshed.token.refresh_token ?? first.refresh_token;
    await simple.createToken({ ...refreshed.token, refresh_token }).refresh();
  },
  "@badgateway/oauth2-client": async () => {
    const client = new OAuth2Client({ server: url, tokenEndpoint: "/oauth/token", clientId: "id", clientSecret: "secret" });
    await client.refreshToken(await client.refreshToken({ accessToken: "a", refreshToken: "first", expiresAt: null }));
  },
  "client-oauth2": async () => {
    const client = new ClientOAuth2({ clientId: "id", clientSecret: "secret", accessTokenUri: url + "/oauth/token" });
    await (await client.createToken("a", "first", "bearer").refresh()).refresh();
  },
  Authlib: python("Authlib"),
  "requests-oauthlib": python("requests-oauthlib"),
};
for (const [name, call] of Object.entries(libraries)) {
  const seen = [];
  for (const answered of [{}, { refresh_token: "second" }]) {
    [brought, asked] = [answered, []];
    await call();
    seen.push(asked.map((token) => token || "empty").join(", "));
  }
  console.log(`${name} | without: ${seen[0]} | with: ${seen[1]}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
simple-oauth2 | without: first, empty | with: first, second
simple-oauth2 with createToken() | without: first, first | with: first, second
@badgateway/oauth2-client | without: first, first | with: first, second
client-oauth2 | without: first, first | with: first, second
Authlib | without: first, first | with: first, second
requests-oauthlib | without: first, first | with: first, second
EXPECTED
