// Get a token with oauth4webapi, and use it.
import * as oauth from "oauth4webapi";

import { AUTHORIZE, CALLBACK, CLIENT_ID, CLIENT_SECRET, ROOT, TOKEN, approve, show } from "./service.mjs";

const server = { issuer: ROOT, authorization_endpoint: AUTHORIZE, token_endpoint: TOKEN };
const client = { client_id: CLIENT_ID };
const insecure = { [oauth.allowInsecureRequests]: true }; // in tests only

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const asked = {
  client_id: CLIENT_ID,
  redirect_uri: CALLBACK,
  response_type: "code",
  scope: "inbox_write bookings_read",
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
const back = oauth.validateAuthResponse(server, client, await approve(`${AUTHORIZE}?${new URLSearchParams(asked)}`), state);
const auth = oauth.ClientSecretBasic(CLIENT_SECRET);
const answer = await oauth.authorizationCodeGrantRequest(server, client, auth, back, CALLBACK, verifier, insecure);
const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer);
await show(tokens.access_token);
