// Get a token with openid-client, and use it.
import * as client from "openid-client";

import { AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, ROOT, TOKEN, approve, show } from "./service.mjs";

const server = { issuer: ROOT, authorization_endpoint: AUTHORIZE, token_endpoint: TOKEN };
const config = new client.Configuration(server, CLIENT_ID, undefined, client.ClientSecretBasic(CLIENT_SECRET));
client.allowInsecureRequests(config); // in tests only

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const page = client.buildAuthorizationUrl(config, {
  redirect_uri: CALLBACK,
  scope: "inbox_write bookings_read",
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});
const tokens = await client.authorizationCodeGrant(config, await approve(page), { pkceCodeVerifier, expectedState });
await show(tokens.access_token);
