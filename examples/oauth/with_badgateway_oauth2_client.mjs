// Get a token with @badgateway/oauth2-client, and use it.
import { OAuth2Client, generateCodeVerifier } from "@badgateway/oauth2-client";

import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ROOT, approve, show } from "./service.mjs";

const client = new OAuth2Client({
  server: ROOT,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  authorizationEndpoint: "/oauth/authorize",
  tokenEndpoint: "/oauth/token",
});
const asked = { redirectUri: CALLBACK, state: "a-random-text", codeVerifier: await generateCodeVerifier() };
const page = await client.authorizationCode.getAuthorizeUri({ ...asked, scope: ["inbox_write", "bookings_read"] });
const token = await client.authorizationCode.getTokenFromCodeRedirect(await approve(page), asked);
await show(token.accessToken);
