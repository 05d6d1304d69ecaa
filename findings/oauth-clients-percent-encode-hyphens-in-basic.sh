#!/usr/bin/env bash
# openid-client 6.9.0 (by oauth4webapi 3.8.8) and @badgateway/oauth2-client 3.3.1 (newest releases in November 2026) percent-encode hyphens,
# dots, underscores and tildes in HTTP Basic credentials.
#
# RFC 6749, section 2.3.1, has id and secret encoded as in a form, where hyphen, dot and underscore stay as they are. These two encode all
# that is no letter and no digit. A server that decodes finds the same credentials; one that compares them as they come, which Doorkeeper
# does, answers 401 to every client id that is a UUID, and to no id of letters and digits. With simple-oauth2 5.1.0 the same id works. What
# helps: the credentials in the body, ClientSecretPost or client_secret_post.
#
# Seen with Node.js 20.20.2, the client id `4f-a_b.c~d` and the secret `s-1`, decoded from Base64:
#   openid-client              4f%2Da%5Fb%2Ec%7Ed:s%2D1
#   @badgateway/oauth2-client  4f%2Da%5Fb%2Ec%7Ed:s%2D1
#   simple-oauth2              4f-a_b.c~d:s-1
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund openid-client@6.9.0 oauth4webapi@3.8.8 @badgateway/oauth2-client@3.3.1 simple-oauth2@5.1.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import { OAuth2Client } from "@badgateway/oauth2-client";
import * as openid from "openid-client";
import { ClientCredentials } from "simple-oauth2";

const id = "4f-a_b.c~d";
const secret = "s-1";
let credentials;
const server = http.createServer((request, answer) => {
  credentials = Buffer.from(request.headers.authorization.replace("Basic ", ""), "base64").toString();
  answer.setHeader("Content-Type", "application/json");
  answer.end(JSON.stringify({ access_token: "given", token_type: "bearer", expires_in: 7200 }));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = "http://127.0.0.1:" + server.address().port;

const configuration = new openid.Configuration({ issuer, token_endpoint: issuer + "/oauth/token" }, id, secret, openid.ClientSecretBasic(secret));
openid.allowInsecureRequests(configuration);
await openid.clientCredentialsGrant(configuration);
console.log("openid-client", credentials);

const authenticationMethod = "client_secret_basic";
await new OAuth2Client({ server: issuer, clientId: id, clientSecret: secret, tokenEndpoint: "/oauth/token", authenticationMethod }).clientCredentials();
console.log("@badgateway/oauth2-client", credentials);

await new ClientCredentials({ client: { id, secret }, auth: { tokenHost: issuer } }).getToken({});
console.log("simple-oauth2", credentials);
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
openid-client 4f%2Da%5Fb%2Ec%7Ed:s%2D1
@badgateway/oauth2-client 4f%2Da%5Fb%2Ec%7Ed:s%2D1
simple-oauth2 4f-a_b.c~d:s-1
EXPECTED
